/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-bus.h>

#include "render/unitspec.h"

/* The call of StartTransientUnit, ready to be sent. */
int transient_message(sd_bus *bus, const UnitSpec *unit, UnitSpec *const *aux, size_t n_aux,
                      sd_bus_message **ret);
