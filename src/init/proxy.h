/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The web socket of kind `proxy`: systemd holds it, as fd 3, and what comes in is handed on to $PORT by
 * systemd-socket-proxyd. That runs as a child of the application's own process, and the kernel ends it in
 * the instant in which that ends: whoever connects then waits in the socket's queue until the process runs
 * again, and nobody is accepted for a port on which nobody listens.
 */

/* Nothing is done where another kind is asked for. -1 and errno. */
int proxy_begin(void);
