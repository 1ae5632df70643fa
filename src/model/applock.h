/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The file `lock` of an application: who holds its releases back, and why. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"

#define APP_LOCK_REASON_MAX 500

typedef struct AppLock {
        char *by; /* user name; NULL: there is no lock */
        char *reason;
        uint64_t since; /* realtime, usec; kept to the second */
} AppLock;

#define APP_LOCK_NULL ((AppLock){0})

/* One line of text that says something. -EINVAL. */
int app_lock_check_reason(const char *reason, Error *e);

int app_lock_format(const AppLock *l, char **ret);
int app_lock_parse(const char *text, size_t length, AppLock *ret, Error *e);
void app_lock_clear(AppLock *l);
#define _cleanup_app_lock_ _cleanup_(app_lock_clear)
