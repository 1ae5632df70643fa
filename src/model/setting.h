/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What can be set on an application and on its process types: one table has each setting's name, kind,
 * bounds, default, and a line that says what it is. Values are kept as canonical text under their key,
 * "drain-timeout" or "web.stop-signal", in the file `settings` of refs/paas/app/<name>. A key or a value
 * that this version does not know (an earlier or later one wrote it) is kept and counts as not set.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"
#include "basic/settings.h"
#include "model/procfile.h"

#define APP_SETTINGS_MAX 500 /* keys that an application may have set */
#define SETTING_TEXT_MAX 255

typedef enum SettingScope {
        SETTING_APP,
        SETTING_PROCESS, /* of a process type: acts on instances that are started from then on */
        SETTING_WORKER,  /* likewise, of those that the router sends nothing to */
        SETTING_WEB,     /* likewise, of the one that it sends requests to */
} SettingScope;

/* How a value is written, and what settings_number() makes of it. */
typedef enum SettingKind {
        SETTING_SECONDS, /* "90s", "20min": seconds */
        SETTING_COUNT,
        SETTING_BYTES,   /* "512M": bytes */
        SETTING_PERCENT, /* "10%" */
        SETTING_FLAG,    /* "yes": 1 */
        SETTING_CHOICE,  /* one of `choices`: which, from 0 */
        SETTING_SIGNAL,  /* "SIGTERM": its number; "none": 0, where that is the default */
        SETTING_PATH,    /* relative to /app; settings_text() */
        SETTING_TEXT,    /* printable; settings_text() */
} SettingKind;

typedef struct Setting {
        const char *name;
        SettingScope scope;
        SettingKind kind;
        uint64_t min, max;   /* of seconds, counts, bytes and percents */
        const char *initial; /* the default, canonical; "": none */
        const char *choices; /* "all|main" */
        size_t host;      /* offset in Settings of what paas.conf says is the default; 0: it says nothing */
        const char *what; /* one line */
} Setting;

/* The table, ended by a row without a name. */
extern const Setting settings_table[];
const Setting *setting_find(const char *name); /* NULL: there is none */

/* As it is kept: "60s" of "1min". -EINVAL and -ERANGE with a text that says what is allowed. */
int setting_canonical(const Setting *s, const char *text, char **ret, Error *e);

/* Of a canonical value. */
uint64_t setting_number(const Setting *s, const char *value);

/* What a value may be, for people: "from 0s to 86400s", "all or main". NULL when out of memory. */
char *setting_allowed(const Setting *s);

typedef struct SettingValue {
        char *key; /* "web.stop-signal" */
        char *text;
        bool known; /* this version takes it */
} SettingValue;

typedef struct AppSettings {
        const Settings *host; /* borrowed; NULL: the table's defaults hold */
        SettingValue *values; /* sorted by key */
        size_t n_values;
} AppSettings;

#define APP_SETTINGS_NULL ((AppSettings){0})

/* The effective value. `type` is NULL for a setting of the application. The name must be in the table. */
uint64_t settings_number(const AppSettings *s, const char *type, const char *name);
const char *settings_text(const AppSettings *s, const char *type, const char *name); /* choice, path, text */

/* As a person reads it; `ret_default` (may be NULL) gets what it is when not set. */
int app_settings_describe(const AppSettings *s, const char *type, const Setting *setting, char **ret,
                          char **ret_default);
bool app_settings_is_set(const AppSettings *s, const char *type, const Setting *setting);

/* Splits "web.stop-signal"; `ret_type` is NULL for a setting of the application. -EINVAL with a text. */
int setting_key_parse(const char *key, char **ret_type, const Setting **ret, Error *e);

/* `value` NULL or "": back to the default. `p` (NULL: anything goes) is the current release's Procfile: a
 * type that it lacks is refused, but for going back to the default. 1 when that changed something. */
int app_settings_change(AppSettings *s, const char *key, const char *value, const Procfile *p, Error *e);

int app_settings_copy(const AppSettings *s, AppSettings *ret);
int app_settings_format(const AppSettings *s, char **ret);
int app_settings_parse(const char *text, size_t length, AppSettings *ret, Error *e);
void app_settings_clear(AppSettings *s);
#define _cleanup_app_settings_ _cleanup_(app_settings_clear)
