/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a promotion would change: the commits, and which config vars the two applications do not share. */

#include "basic/strv.h"
#include "engine/state.h"

typedef struct ConfigDifference { /* names only */
        char **only_source, **only_target;
        char **values; /* both have it, with different values */
} ConfigDifference;

#define CONFIG_DIFFERENCE_NULL ((ConfigDifference){0})

int compare_config(Engine *e, const AppState *source, const AppState *target, ConfigDifference *ret,
                   Error *error);
void config_difference_clear(ConfigDifference *d);
#define _cleanup_config_difference_ _cleanup_(config_difference_clear)

/* The read end of what paas-source prints of their commits. -EINVAL: nothing runs in the source. */
int compare_commits(Engine *e, const AppState *source, const AppState *target, int *ret_fd, Error *error);
