/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How the catalogue's memory is changed; for catalog.c and catalog-write.c alone. */

#include "engine/wish.h"

int catalog_insert_app(Catalog *c, AppState *s);                   /* takes it over on success */
void catalog_remove_app(Catalog *c, AppState *s);                  /* frees it */
int catalog_insert_user(Catalog *c, User *user, const char *head); /* takes the contents over on success */

/* No account of the host has this number. */
bool catalog_uid_is_free(uid_t uid);
