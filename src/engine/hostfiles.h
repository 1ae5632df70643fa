/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files of the host that are derived from the state: written whole, healed at every start. */

#include "engine/state.h"
#include "model/config.h"

/* The application's accounts in /etc/userdb: its name, and the numbers as links (nss-systemd(8)). */
int hostfiles_write_accounts(const AppState *s);
/* The last process of a destroyed application has ended: what only that needed goes. */
void hostfiles_forget(const char *app);
/* Those of a pair, the lower one of which is given: the links by number first. */
bool hostfiles_have_accounts(uid_t run_uid);
void hostfiles_remove_accounts(uid_t run_uid);

/* Its bare repository, owned as git by user paas wants it: objects and refs theirs, the rest root's. */
int hostfiles_make_repository(const AppState *s, Error *e);

/* Build cache, slugs, environment and layers directories. */
int hostfiles_make_directories(const AppState *s, Error *e);

/* A destroyed application's files go aside, to /var/lib/paas/gone/<uuid>: a new one of its name must not
 * find them. */
int hostfiles_set_aside(const char *app, const char *id);

/* And back, under a name that has none of them. Both can be done again after a crash. */
int hostfiles_bring_back(const char *app, const char *id);
bool hostfiles_are_home(const char *app);
bool hostfiles_are_aside(const char *id);

/* Its /etc (in /run/paas/etc), where it is not there yet. */
int hostfiles_make_etc(const AppState *s);

/* The writable layer of one instance: fresh, owned by the run uid; and where it is mounted. */
int hostfiles_make_layer(const AppState *s, const char *short_name);
/* -EBUSY: something is mounted there still. */
int hostfiles_remove_mount_point(const char *app, const char *short_name);

/* authorized_keys of user paas, one line a key; none of a user who is disabled. */
int hostfiles_write_keys(Engine *e);

/* The environment of a release: config, unsealed, and the command of each process type. */
int hostfiles_write_environment(Engine *e, const AppState *s, const char *commit, const Release *release,
                                const Procfile *procfile, Error *error);
void hostfiles_remove_environment(const char *app, uint64_t version);

/* The command of one run and its own variables. `short_name` of its instance. */
int hostfiles_write_run(const AppState *s, const char *short_name, const char *command, const Config *env);
void hostfiles_remove_run(const char *app, const char *short_name);

/* Config of a release's commit, unsealed; NULL or "": none. */
int hostfiles_read_config(Engine *e, const AppState *s, const char *commit, Config *ret, Error *error);
