/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Health checks: what app.json's `healthchecks` asks of an instance, and when. `startup` holds a release
 * back until it passes, `readiness` decides whether an instance gets requests, `liveness` restarts it. A
 * check travels as the JSON that the developer wrote, on one line, and is read by this one parser wherever
 * it arrives. Its contents are foreign, and bounded by appjson-checks.c.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/cleanup.h"
#include "json/json.h"

#define CHECK_CONTENT_WINDOW 8192 /* bytes of a body that are looked at for `content` */
#define CHECK_TEXT_MAX 16384      /* bytes of one check's JSON */
#define CHECK_HEADERS_MAX 12
#define CHECK_ATTEMPTS 3 /* what is taken where nothing is said, as dokku does */
#define CHECK_WAIT 5
#define CHECK_TIMEOUT 5
/* paas-probe: a check has failed. Whatever else it ends with says nothing about the process. */
#define CHECK_EXIT_REFUSED 10

typedef enum CheckType {
        CHECK_STARTUP,
        CHECK_READINESS,
        CHECK_LIVENESS,
        _CHECK_TYPE_MAX,
} CheckType;

typedef enum CheckWay {
        CHECK_PATH,
        CHECK_COMMAND,
        CHECK_LISTENING,
        CHECK_UPTIME,
        CHECK_NOTIFY,
        CHECK_WATCHDOG,
        _CHECK_WAY_MAX,
} CheckWay;

typedef struct CheckHeader {
        char *name, *value;
} CheckHeader;

typedef struct Check {
        char *text;    /* its JSON, on one line */
        char *process; /* process type; NULL when it was read alone */
        CheckType type;
        CheckWay way;
        char *name; /* NULL: it has none */
        char *path, *content;
        CheckHeader *headers;
        size_t n_headers;
        char **command;
        unsigned port; /* of a process type without $PORT; 0: not given */
        unsigned status_first, status_last;
        uint64_t seconds; /* of uptime and watchdog */
        unsigned attempts;
        uint64_t wait, timeout, initial_delay; /* s */
        bool warn;                             /* a failure is said, and has no effect */
} Check;

#define CHECK_NULL ((Check){0})

const char *check_type_to_string(CheckType t);
int check_type_from_string(const char *s, CheckType *ret); /* -EINVAL */
const char *check_way_to_string(CheckWay w);

/* One check. -EINVAL: it is none. */
int check_read(const Json *j, Check *ret);
int check_parse(const char *text, size_t length, Check *ret);
void check_clear(Check *c);
#define _cleanup_check_ _cleanup_(check_clear)

/* What may be sent to a process, or written into the router's configuration: no line break, no other control
 * character; a path and a header's name have no blanks either. */
bool check_path_is_valid(const char *path);
bool check_header_name_is_valid(const char *name);
bool check_text_is_valid(const char *text);

/* "200", "200-299", as `status` says it. -EINVAL. */
int check_status_parse(const char *text, unsigned *ret_first, unsigned *ret_last);

/* "GET /up", "command bin/check --all", "listening", …, and its name where it has one. NULL: no memory. */
char *check_title(const Check *c);

/* Seconds that its attempts may take at most. */
uint64_t check_span(const Check *c);
