/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * JSON (RFC 8259) by way of jansson, which nobody else includes. Keys are written sorted, so that the same
 * facts give the same bytes and git shows only what changed. A Json is reference counted; functions that
 * take a value to put somewhere consume the reference, also when they fail, and read NULL as -ENOMEM.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"

typedef struct json_t Json;

Json *js_free(Json *j);
DEFINE_CLEANUP(Json *, js_free)
#define _cleanup_json_ _cleanup_(js_freep)
Json *js_ref(const Json *j);

/* Duplicate keys and NUL characters are refused, depth is bounded; the message has line and column.
 * -EBADMSG, -ENOMEM. */
int js_parse(const char *text, size_t length, Json **ret, Error *e);

/* Indented by two, sorted, with a final newline; and on one line, without. */
int js_format(const Json *j, char **ret);
int js_format_line(const Json *j, char **ret);

Json *js_object(void);
Json *js_array(void);
Json *js_string(const char *s); /* NULL for invalid UTF-8 too */
Json *js_number(int64_t n);
Json *js_bool(bool b);
Json *js_null(void);

int js_set(Json *object, const char *key, Json *value);
int js_set_string(Json *object, const char *key, const char *s); /* NULL: the key is left out */
int js_set_number(Json *object, const char *key, int64_t n);
int js_set_bool(Json *object, const char *key, bool b);
int js_add(Json *array, Json *value);
int js_add_string(Json *array, const char *s);

bool js_is_object(const Json *j);
bool js_is_array(const Json *j);
bool js_is_string(const Json *j);
bool js_is_number(const Json *j); /* an integer */
bool js_is_bool(const Json *j);
bool js_is_null(const Json *j);

/* Borrowed; NULL when absent. */
const Json *js_get(const Json *object, const char *key);

/* -ENOENT when absent, -EINVAL when of another type. The string is borrowed. */
int js_get_string(const Json *object, const char *key, const char **ret);
int js_get_number(const Json *object, const char *key, int64_t *ret);
int js_get_bool(const Json *object, const char *key, bool *ret);

const char *js_string_value(const Json *j); /* NULL when not a string */
int64_t js_number_value(const Json *j);     /* 0 when not a number */
bool js_bool_value(const Json *j);

size_t js_size(const Json *array_or_object);
const Json *js_at(const Json *array, size_t i); /* borrowed */

/* Iteration over an object: `void *iter = NULL; while (js_next(object, &iter, &key, &value)) …` */
bool js_next(const Json *object, void **iter, const char **ret_key, const Json **ret_value);
