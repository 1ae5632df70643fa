/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One attached run as the caller has it: the socket to paas-attach(8), and between the caller's standard
 * descriptors and the command's, bytes that go to and fro unchanged. Over when the other end of the socket
 * has closed, which it does when nothing of the run is left.
 */

#include <stdbool.h>
#include <stdint.h>

#include "basic/error.h"

/* `control` (borrowed) is our end of the socket. Says hello; with `tty` the person's terminal is raw until
 * this returns, and $TERM goes along. The exit status of the command (128+n for a signal), or a negative
 * errno. `limit` in seconds, for words. Says on standard error why it was ended from outside. */
int pump_run(int control, bool tty, uint64_t limit, Error *e);
