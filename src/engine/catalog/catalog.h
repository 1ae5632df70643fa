/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The wish: applications and users as the state repository has them, kept in memory. Every change goes
 * through here as one commit, and memory follows only when that has succeeded. Config values are not kept:
 * they are read and unsealed when an environment is written.
 */

#include "engine/world/wish.h"

/* `host` is borrowed. */
int catalog_load(Catalog *c, Store *store, const Settings *host, Error *e);
void catalog_clear(Catalog *c);

AppState *catalog_find_app(Catalog *c, const char *name);
UserState *catalog_find_user(const Catalog *c, const char *name);
TeamState *catalog_find_team(const Catalog *c, const char *name);
/* Whose key it is; NULL when nobody's. */
UserState *catalog_find_key(Catalog *c, const char *fingerprint);

/* The pair of uids that has been free the longest, the lower one. -ENOSPC. */
int catalog_next_uid(const Catalog *c, uid_t *ret);

/* The next free backend of the router's pool, as a number; `except` are names that are not free yet. */
unsigned catalog_next_backend(const Catalog *c, char *const *except);

/* Creates the application (its contents are taken over on success). -EEXIST. */
int catalog_create_app(Catalog *c, App *app, const Record *record, AppState **ret, Error *e);

/* Moves its ref to refs/paas/gone/<uuid>; frees the AppState. Release refs likewise. What is recorded is
 * finished, also after a crash, by the second one alone. */
int catalog_destroy_app(Catalog *c, AppState *s, const Record *record, Error *e);
int catalog_finish_destroy(Catalog *c, AppState *s, Error *e);

/* NULL: there is none, or it was restored. */
GoneApp *catalog_find_gone(Catalog *c, const char *id);

/* The way back in three steps: it is recorded under which name and with which domains; the refs come back
 * (its files first); the catalogue has it again. */
int catalog_record_restore(Catalog *c, GoneApp *g, const App *app, char *const *domains,
                           const Record *record, Error *e);
int catalog_finish_restore(Store *store, const char *id, const char *name, Error *e);
int catalog_take_restored(Catalog *c, const char *id, const char *name, AppState **ret, Error *e);

/* Before anything is loaded: finishes what was recorded when we died. */
void catalog_finish_restores(Store *store, int (*bring_back)(const char *app, const char *id));

/* The newest commit says that this was done. */
bool catalog_newest_is(Store *store, const char *head, const char *action);

/* Reads the application of a ref, which need not be one of the living; it is not in the catalogue. */
int catalog_load_app(Catalog *c, const char *ref, AppState **ret, Error *e);
AppState *app_state_free(AppState *s);
DEFINE_CLEANUP(AppState *, app_state_free)

/* Commits the given values (NULL: unchanged), then makes them the AppState's. */
typedef struct AppChange {
        const App *app;
        const Formation *formation;
        char *const *domains; /* with `set_domains` */
        bool set_domains;
        const Access *access;
        const AppSettings *settings;
        const AppLock *lock; /* with `set_lock`; NULL: there is none any more */
        bool set_lock;
        const char *current;  /* commit of the release that becomes the current one */
        const char *recorded; /* commit of a release that is not started; "": there is none any more */
} AppChange;
int catalog_change_app(Catalog *c, AppState *s, const AppChange *change, const Record *record, Error *e);

/* The commit alone, on a ref whose commit is `expected` (NULL: a new one). */
int catalog_commit_files(Catalog *c, const char *ref, const char *expected, const AppChange *change,
                         const Record *record, char ret_head[STORE_ID_SIZE], Error *e);

/* The commit whose config the next release starts from: what was recorded without a restart, else the
 * current one. NULL when there is none. */
const char *catalog_base(const AppState *s);

/* A release: a new commit on the release chain with these files over the tree of `base` (NULL: empty). */
int catalog_commit_release(Catalog *c, AppState *s, const char *base, const StoreFile *files, size_t n_files,
                           const Release *release, const Record *record, char ret_commit[STORE_ID_SIZE],
                           Error *e);

/* Reads release and Procfile of a commit on the chain, and with the Procfile what its app.json checks. */
int catalog_read_release(Catalog *c, const char *commit, Release *ret, Procfile *ret_procfile, Error *e);

/* Creates or changes a user; the contents are taken over on success. */
int catalog_write_user(Catalog *c, User *user, const Record *record, Error *e);

/* Creates or changes a team; the contents are taken over on success. */
int catalog_write_team(Catalog *c, Team *team, const Record *record, Error *e);

/* Moves its ref to refs/paas/gone-team/<uuid>; frees the TeamState. */
int catalog_remove_team(Catalog *c, TeamState *s, const Record *record, Error *e);

/* On refs/paas/audit: what changed nothing and belongs to no application. */
int catalog_note(Catalog *c, const Record *record, Error *e);

PipelineState *catalog_find_pipeline(Catalog *c, const char *name);
/* The one that the application is in; NULL: none. */
PipelineState *catalog_pipeline_of(Catalog *c, const char *app);

/* Creates or changes a pipeline; the contents are taken over on success. */
int catalog_write_pipeline(Catalog *c, Pipeline *pipeline, const Record *record, Error *e);

/* Moves its ref to refs/paas/gone-pipeline/<uuid>; frees the PipelineState. */
int catalog_destroy_pipeline(Catalog *c, PipelineState *s, const Record *record, Error *e);

int catalog_set_base_domain(Catalog *c, const char *domain, const Record *record, Error *e);
