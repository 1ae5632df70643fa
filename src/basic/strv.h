/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A NULL-terminated array of owned strings, as execve(2) and sd-bus take it. NULL is the empty list. */

#include <stdbool.h>
#include <stddef.h>

#include "basic/cleanup.h"

#define STRV_FOREACH(s, list) for (char **s = (list); s && *s; s++)

size_t strv_length(char *const *list);
bool strv_contains(char *const *list, const char *s);

/* Appends a copy. -ENOMEM leaves the list as it was. */
int strv_append(char ***list, const char *s);
int strv_appendf(char ***list, const char *format, ...) _printf_(2, 3);

/* Appends `s` itself and takes it over, also (by freeing it) when that fails. NULL is -ENOMEM. */
int strv_consume(char ***list, char *s);

/* Splits at any byte of `separators`; empty fields are left out. */
int strv_split(const char *text, const char *separators, char ***ret);

/* Joined by `separator`, or NULL when out of memory. */
char *strv_join(char *const *list, const char *separator);

/* Sorts bytewise, in place. */
void strv_sort(char **list);

char **strv_free(char **list);
DEFINE_CLEANUP(char **, strv_free)
#define _cleanup_strv_ _cleanup_(strv_freep)
