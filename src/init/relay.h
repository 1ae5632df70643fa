/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/*
 * Hands on what comes to `listener` (a listening stream socket, borrowed) to 127.0.0.1:`port`, and back,
 * byte for byte. A connection is taken from the queue once one to the port is there for it: as long as
 * nobody listens there, everybody waits. What one side closes or breaks off, the other side sees closed,
 * after what was still sent. Returns only when it cannot go on: negative errno.
 */
int relay_run(int listener, uint16_t port);
