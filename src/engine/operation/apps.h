/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Applications come, go and get names. Each is one commit, then the host is made to fit. */

#include "engine/state.h"

int apps_create(Engine *e, const char *name, const Actor *actor, AppState **ret, Error *error);

/* `confirm` must repeat the name. Its ref moves to `gone`, its files stay. */
int apps_destroy(Engine *e, AppState *s, const char *confirm, const Actor *actor, Error *error);

/* Holds back whatever would make a release, until it is unlocked. -EEXIST, -ENOENT: it is so already. */
int apps_lock(Engine *e, AppState *s, const char *reason, const Actor *actor, Error *error);
int apps_unlock(Engine *e, AppState *s, const Actor *actor, Error *error);

/* Accounts, repository, directories and routes of an application that the catalogue has just got. */
int apps_make_ready(Engine *e, AppState *s, Error *error);

/* A custom domain that an application may have. */
bool apps_domain_is_free(Engine *e, const char *domain);

int apps_add_domain(Engine *e, AppState *s, const char *domain, const Actor *actor, Error *error);
int apps_remove_domain(Engine *e, AppState *s, const char *domain, const Actor *actor, Error *error);
