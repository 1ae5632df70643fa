/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

/* org.freedesktop.LogControl1: `systemctl log-level NAME debug` and the like. The identifier is a string
 * that lives as long as the bus. */
int bus_log_control_add(sd_bus *bus, const char *identifier);
