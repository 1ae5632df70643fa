/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All checks of a release, of every process type. */

#include "model/check.h"

typedef struct Checks {
        Check *list;
        size_t n;
} Checks;

#define CHECKS_NULL ((Checks){0})

/* All of an app.json that was validated before; a text without any is none. Types are canonical. */
int checks_parse(const char *app_json, size_t length, Checks *ret);
int checks_copy(const Checks *c, Checks *ret);
void checks_clear(Checks *c);
#define _cleanup_checks_ _cleanup_(checks_clear)

/* The next one of `process` after `previous` (NULL: the first); NULL: there is none. */
const Check *checks_next(const Checks *c, const char *process, CheckType type, const Check *previous);

/* There is one of that process type. */
bool checks_has(const Checks *c, const char *process);

/* The first one that asks in that way, NULL: none does. */
const Check *checks_find(const Checks *c, const char *process, CheckType type, CheckWay way);

/* It must pass one that asks in that way before it has started; who is not ready has not started, so those
 * of both types count. */
bool checks_gate(const Checks *c, const char *process, CheckWay way);

/* A web process has none that says in another way when it has started: it is asked for its start page. */
bool checks_usual(const Checks *c);
