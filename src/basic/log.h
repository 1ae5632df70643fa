/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Diagnostics of a program, to standard error. Under systemd that is the journal, so each line carries its
 * priority as "<N>" (sd-daemon(3)); on a terminal it does not. The logger knows no type of ours.
 */

#include <syslog.h>

#include "basic/cleanup.h"

/* Messages above this priority number are dropped; LOG_INFO at first. */
void log_set_level(int level);
int log_level(void);

/* Returns `error` (a negative errno, or 0), so that `return log_error(r, …)` reads well. For a non-zero
 * error ": strerror" is appended. */
int log_full(int level, int error, const char *format, ...) _printf_(3, 4);

#define log_debug(...) log_full(LOG_DEBUG, 0, __VA_ARGS__)
#define log_info(...) log_full(LOG_INFO, 0, __VA_ARGS__)
#define log_notice(...) log_full(LOG_NOTICE, 0, __VA_ARGS__)
#define log_warning(error, ...) log_full(LOG_WARNING, (error), __VA_ARGS__)
#define log_error(error, ...) log_full(LOG_ERR, (error), __VA_ARGS__)
