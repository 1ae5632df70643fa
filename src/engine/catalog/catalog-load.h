/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How the catalogue's memory is changed; for the files that make up the catalogue alone. */

#include "engine/world/wish.h"

int catalog_load_pipelines(Catalog *c, Error *e);
void catalog_clear_pipelines(Catalog *c);

int catalog_insert_app(Catalog *c, AppState *s);                   /* takes it over on success */
void catalog_remove_app(Catalog *c, AppState *s);                  /* frees it */
int catalog_insert_user(Catalog *c, User *user, const char *head); /* takes the contents over on success */

int catalog_load_teams(Catalog *c, Error *e);
void catalog_free_teams(Catalog *c);

/* One commit with what the record says as its author, subject and trailers. */
int catalog_commit(Catalog *c, StoreChange *change, const Record *record, char ret_id[STORE_ID_SIZE],
                   Error *e);
int catalog_load_gone(Catalog *c, Error *e);
void gone_app_clear(GoneApp *g);

/* No account of the host has this number. */
bool catalog_uid_is_free(uid_t uid);
