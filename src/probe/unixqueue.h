/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whether connections to a unix socket wait for somebody to accept them, from the kernel's table of unix
 * sockets (/proc/net/unix). systemd holds the socket, so that connecting always succeeds: this alone tells a
 * process that takes nothing from one that takes its time.
 */

#include <stdbool.h>

/* `text`: the table. A connection that nobody accepted yet has the path of the socket and no inode. */
bool unix_queue_parse(const char *text, const char *path);

/* 1: at least one waits, 0: none; negative errno. `table`: "/proc/self/net/unix". */
int unix_queue_read(const char *table, const char *path);
