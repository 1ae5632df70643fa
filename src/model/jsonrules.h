/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Checks a JSON value against a table of rules: types, bounds, required keys. A key that no rule names is
 * a warning, anything else that does not fit is an error with the path of the field ("cron[2].schedule"),
 * what is there and what is allowed. The tables are constant, so what app.json may hold can be read in one
 * place.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/buffer.h"
#include "basic/error.h"
#include "json/json.h"

typedef enum RuleKind {
        RULE_ANY,
        RULE_STRING, /* min and max count characters; max 0: no bound but the file's */
        RULE_NUMBER, /* min and max are the value's */
        RULE_BOOL,
        RULE_OBJECT, /* `fields` */
        RULE_MAP,    /* an object of any keys: `item`; max: how many, 0: no bound but the file's */
        RULE_ARRAY,  /* `item`; min and max count, likewise */
        RULE_EITHER, /* `item` when it is a string, else `other` */
} RuleKind;

typedef struct JsonRule JsonRule;
typedef struct RuleCheck RuleCheck;

typedef struct JsonField {
        const char *name; /* NULL ends the list */
        const JsonRule *rule;
        bool required;
} JsonField;

/* A further check of a value whose type and bounds are right already. */
typedef int (*JsonCheck)(RuleCheck *c, const Json *value);
typedef int (*JsonKeyCheck)(RuleCheck *c, const char *key);

struct JsonRule {
        RuleKind kind;
        const char *allowed; /* in words: "a string of at most 300 characters" */
        int64_t min, max;
        const JsonField *fields;
        const JsonRule *item, *other;
        const char *const *choices; /* of a string; NULL-terminated, or NULL */
        JsonCheck check;            /* may be NULL */
        JsonKeyCheck key_check;     /* of a map's keys; may be NULL */
};

/* The state of one run. `file` names the document in messages. */
struct RuleCheck {
        const char *file;
        Buffer path;      /* of the value that is looked at */
        char ***warnings; /* may be NULL */
        size_t n_warnings;
        Error *e;
};

/* 0, -EINVAL, -ENOMEM. */
int json_rule_check(RuleCheck *c, const JsonRule *rule, const Json *value);

/* For checks: -EINVAL with the path, what is there (NULL: nothing is said), and what is allowed. */
int json_rule_refuse(RuleCheck *c, const Json *value, const char *allowed);

/* A line about the path, of which a document gives a bounded number. */
int json_rule_warn(RuleCheck *c, const char *what);
