/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* app.json: Heroku's fields and dokku's; the whole is validated and stored, docs/app-json.md has the table.
 */

#include "basic/error.h"
#include "model/formation.h"

#define APPJSON_MAX_BYTES (256 * 1024)

typedef struct AppJson {
        char *text;          /* as it was, for the store */
        Formation formation; /* acts on the first deploy */
} AppJson;

#define APPJSON_NULL ((AppJson){0})

/* Every known field is checked for its type and bounds, an unknown one gives a warning. -EINVAL with the
 * line (or the path of the field), what is there and what is allowed. */
int appjson_parse(const char *text, size_t length, AppJson *ret, char ***warnings, Error *e);
void appjson_clear(AppJson *a);
#define _cleanup_appjson_ _cleanup_(appjson_clear)
