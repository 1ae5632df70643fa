/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What follows from an application's state: its names in the world. */

#include "engine/state.h"

/* The application, or -ENOENT with a text. */
int app_find(Engine *e, const char *name, AppState **ret, Error *error);

/* Host names of the application, the one below the base domain first; NULL before setup and without any. */
int app_domains(Engine *e, const AppState *s, char ***ret);

/* "https://blog.example.com", or "" before setup. NULL when out of memory. */
char *app_url(Engine *e, const AppState *s);
