/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A team: the file `team` of refs/paas/team/<name>. Its lead, when it has one, is a member. */

#include <stdbool.h>
#include <stdint.h>

#include "basic/error.h"
#include "basic/uuid.h"

#define TEAM_MEMBERS_MAX 200

typedef struct Team {
        char id[UUID_TEXT_SIZE];
        char *name;
        char *lead;     /* NULL: none; it can own nothing then */
        char **members; /* sorted, each once */
        uint64_t created;
} Team;

#define TEAM_NULL ((Team){0})

bool team_has(const Team *t, const char *user);
int team_add(Team *t, const char *user);    /* -EEXIST, -E2BIG */
int team_remove(Team *t, const char *user); /* -ENOENT; also from its lead */
int team_format(const Team *t, char **ret);
int team_parse(const char *text, size_t length, Team *ret, Error *e);
void team_clear(Team *t);
#define _cleanup_team_ _cleanup_(team_clear)
