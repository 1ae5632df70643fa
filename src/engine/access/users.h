/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Users and their keys; authorized_keys follows each change. */

#include "engine/state.h"

int users_add(Engine *e, const char *name, const char *email, bool admin, const Actor *actor, Error *error);

/* `line`: of a public key file. The fingerprint is freed by the caller. */
int users_add_key(Engine *e, const char *user, const char *line, const Actor *actor, char **ret_fingerprint,
                  Error *error);
int users_remove_key(Engine *e, const char *user, const char *fingerprint, const Actor *actor, Error *error);

/* Disabled: the user's keys and sessions are refused from now on, their open ssh connections end, and their
 * deploys that are under way are cancelled. What they own stays theirs. */
int users_set_disabled(Engine *e, const char *name, bool disabled, const Actor *actor, Error *error);

/* At the start: what was left of it when paasd died. */
int users_end_disabled(Engine *e);

/* First use: base domain, an admin with a key. Idempotent: what is so already stays. */
int users_set_up(Engine *e, const char *domain, const char *admin, const char *email, const char *key,
                 const Actor *actor, Error *error);
