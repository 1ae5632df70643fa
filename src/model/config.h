/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Config vars: limits that execve(2) sets, checked when a value is set and not when a process starts. */

#include <stdbool.h>
#include <stddef.h>

#include "basic/error.h"

#define CONFIG_VALUE_MAX (64 * 1024)
#define CONFIG_TOTAL_MAX (1024 * 1024)

typedef struct ConfigVar {
        char *name;
        char *value; /* NUL-terminated UTF-8 */
} ConfigVar;

typedef struct Config {
        ConfigVar *vars; /* sorted by name */
        size_t n_vars;
} Config;

#define CONFIG_NULL ((Config){0})

/* Name and value within the limits, the name not one that paas sets itself. The message has the limit and
 * the actual size, never the value. -EINVAL, -EPERM for a reserved name, -E2BIG. */
int config_var_check(const char *name, const char *value, size_t length, Error *e);

/* The name alone, with the same codes. */
int config_name_check(const char *name, Error *e);

/* All of them together. -E2BIG. */
int config_check_total(const Config *c, Error *e);

const char *config_get(const Config *c, const char *name);      /* NULL when unset */
int config_set(Config *c, const char *name, const char *value); /* 1 when that changed something, else 0 */
int config_unset(Config *c, const char *name);                  /* 1 when it was set, else 0 */

/* How one differs from another, by name; the values are borrowed. */
typedef struct ConfigChange {
        const char *name;
        const char *from, *to; /* NULL: it is not set there */
} ConfigChange;
int config_compare(const Config *from, const Config *to, ConfigChange **ret, size_t *ret_n);

bool config_name_reserved(const char *name);
void config_clear(Config *c); /* wipes the values */
#define _cleanup_config_ _cleanup_(config_clear)
