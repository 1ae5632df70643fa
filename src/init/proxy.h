/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The web socket of kind `proxy`: systemd holds it, as fd 3, and what comes in is handed on to $PORT by
 * a child of the application's own process, which the kernel ends with it: whoever connects then waits in
 * the socket's queue until the process runs again and listens (init/relay.h).
 */

/* Nothing is done where another kind is asked for. -1 and errno. */
int proxy_begin(void);
