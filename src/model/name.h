/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which names exist. Unit names, socket paths, bus paths and repository paths are all made of them, so
 * they are checked once, here, at every edge where one comes in; -EINVAL with a text that says what is
 * allowed.
 */

#include "basic/error.h"

#define APP_NAME_MAX 30
#define PROCESS_TYPE_MAX 30
#define USER_NAME_MAX 64
#define TEAM_NAME_MAX 30
#define CONFIG_NAME_MAX 255

/* a-z, 0-9 and single dashes inside, a letter first, at most APP_NAME_MAX. */
int app_name_check(const char *s, Error *e);

/* An RFC 1123 label of at most PROCESS_TYPE_MAX. */
int process_type_check(const char *s, Error *e);

/* "Web_1" -> "web-1". */
int process_type_canonical(const char *s, size_t length, char **ret, Error *e);

/* Letters, digits, '.', '_', '-', '@' and '+', a letter or digit first. */
int user_name_check(const char *s, Error *e);

/* As an application's, at most TEAM_NAME_MAX. */
int team_name_check(const char *s, Error *e);

/* Who can own an application or have a role on it: a user, or "team:NAME", which no user is called. */
int holder_check(const char *s, Error *e);

/* "web" of "team:web"; NULL for a user. */
const char *holder_team(const char *s);

/* A host name that a certificate and a router may carry: lower-cased into `ret`; one leading "*." allowed.
 */
int domain_check(const char *s, char **ret, Error *e);

/* '-' becomes '_': unambiguous, since a name never has an underscore. For unit names and bus paths.
 * NULL when out of memory. */
char *name_escape(const char *name);
char *name_unescape(const char *name);
