/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who listens where, asked of the kernel: sock_diag(7). /proc/self/net/tcp says the same, but to print it
 * the kernel walks its table of all connections, which takes it milliseconds on a machine with much memory.
 */

#include "probe/listeners.h"

/* Adds the listening sockets of one answer. 1: another one follows; 0: it was the last; -EBADMSG: it is
 * none; else the kernel's error. */
int socketdiag_take(const void *data, size_t size, Listeners *list);

/* -ENOENT, -EPROTONOSUPPORT, -EAFNOSUPPORT: this kernel cannot be asked so. */
int socketdiag_read(Listeners *ret);
