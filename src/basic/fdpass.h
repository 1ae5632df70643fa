/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Packets with descriptors over a socket of the host (unix(7), SCM_RIGHTS). */

#include <stddef.h>

#define FDPASS_MAX 4

/* One packet; `fds` may be NULL. The descriptors stay the caller's. Never a SIGPIPE. */
int fdpass_send(int socket, const void *data, size_t length, const int *fds, size_t n_fds);

/* Takes one packet: its length, at most `max`; 0 at the end. `fds` has room for FDPASS_MAX, those that came
 * are the caller's, close-on-exec; `ret_n_fds` may be NULL, then they are closed. -EMSGSIZE when it was
 * longer. */
int fdpass_receive(int socket, void *data, size_t max, int fds[FDPASS_MAX], size_t *ret_n_fds);
