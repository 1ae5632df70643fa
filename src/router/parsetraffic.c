/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/parsetraffic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

#define SESSIONS_MAX 1000000
#define COLUMNS_MAX 256

/* What follows " name=" in a line of `length` bytes, up to the next blank. NULL: it is not there. */
static const char *find_word(const char *line, size_t length, const char *name, size_t *ret_length)
{
        const char *at = memmem(line, length, name, strlen(name));
        if (!at)
                return NULL;
        at += strlen(name);
        size_t left = length - (size_t) (at - line);
        *ret_length = 0;
        while (*ret_length < left && !strchr(" \r\n", at[*ret_length]))
                ++*ret_length;
        return at;
}

/* "rq[f=848000h,i=0,an=00h,…": nothing looks at this direction any more, bytes only pass. */
static bool is_blind(const char *line, size_t length, const char *direction)
{
        size_t n;
        const char *channel = find_word(line, length, direction, &n);
        return channel && memmem(channel, n, ",an=00h", strlen(",an=00h"));
}

/* HAProxy 2.6 takes an answer that ends with its connection for a tunnel as well. There the request has come
 * to its end (CF_EOI), as that of what was upgraded never does; 3.0 has no such flag, and does not confuse
 * them. */
static bool has_whole_request(const char *line, size_t length)
{
        size_t n;
        const char *flags = find_word(line, length, " rq[f=", &n);
        return flags && (strtoul(flags, NULL, 16) & 0x40000000) != 0;
}

/* "epoch=0x1f", "epoch=0": what began after a listing has a higher one than all that was listed. */
static bool read_epoch(const char *line, size_t length, uint64_t *ret)
{
        size_t n;
        const char *epoch = find_word(line, length, " epoch=", &n);
        char *end = NULL;
        if (!epoch || n == 0)
                return false;
        *ret = strtoull(epoch, &end, 16);
        return end == epoch + n;
}

static RouterSession *add_session(RouterSessions *l)
{
        if (l->n == l->allocated) {
                size_t wanted = l->allocated ? l->allocated * 2 : 16;
                RouterSession *longer = wanted <= SESSIONS_MAX * 2
                                                ? reallocarray(l->list, wanted, sizeof(RouterSession))
                                                : NULL;
                if (!longer)
                        return NULL;
                l->list = longer;
                l->allocated = wanted;
        }
        l->list[l->n] = (RouterSession){0};
        return &l->list[l->n++];
}

static int parse_session(const char *line, size_t length, unsigned worker, RouterSessions *l)
{
        size_t n_id = 0, n_backend = 0, n_server = 0;
        const char *backend = find_word(line, length, " be=", &n_backend),
                   *server = find_word(line, length, " srv=", &n_server);
        while (n_id < length && line[n_id] != ':')
                n_id++;
        if (!backend || !server || n_id == length || n_id >= sizeof(l->list->id) || n_id < 3 ||
            memcmp(line, "0x", 2) != 0 || n_backend <= strlen("pool_") ||
            memcmp(backend, "pool_", strlen("pool_")) != 0 || n_server == 0 || *server == '<')
                return 0;
        uint64_t epoch;
        if (strspn(line + 2, "0123456789abcdef") != n_id - 2 || !read_epoch(line, length, &epoch))
                return 0;
        RouterSession *s = add_session(l);
        if (!s)
                return -ENOMEM;
        memcpy(s->id, line, n_id);
        s->worker = worker;
        s->epoch = epoch;
        s->backend = strndup(backend, n_backend);
        s->server = strndup(server, n_server);
        s->tunnel = is_blind(line, length, " rq[") && is_blind(line, length, " rp[") &&
                    !has_whole_request(line, length);
        return s->backend && s->server ? 0 : -ENOMEM;
}

int router_parse_sessions(const char *reply, unsigned worker, RouterSessions *l)
{
        int r = 0;
        for (const char *line = reply; r >= 0 && *line;) {
                size_t length = strcspn(line, "\n");
                r = parse_session(line, length, worker, l);
                line += length + (line[length] == '\n');
        }
        return r;
}

/* "  backend=pool_1 (id=5 mode=http) addr=…": each begins a line. */
static bool has_name(const char *reply, const char *key, const char *name)
{
        const char *at = strstr(reply, key);
        const char *rest = at ? text_after(at + strlen(key), name) : NULL;
        return rest && *rest == ' ';
}

uint64_t router_parse_session_count(const char *reply)
{
        uint64_t n = 0;
        for (const char *line = reply; *line;) {
                size_t length = strcspn(line, "\n");
                n += memmem(line, length, " fe=edge ", strlen(" fe=edge ")) != NULL;
                line += length + (line[length] == '\n');
        }
        return n;
}

bool router_parse_is_session(const char *reply, const RouterSession *s)
{
        uint64_t epoch;
        return read_epoch(reply, strlen(reply), &epoch) && epoch == s->epoch &&
               has_name(reply, "\n  backend=", s->backend) && has_name(reply, "\n  server=", s->server);
}

void router_sessions_free(RouterSession *list, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                free(list[i].backend);
                free(list[i].server);
        }
        free(list);
}

typedef struct CsvLine {
        const char *fields[COLUMNS_MAX]; /* into the answer; not terminated */
        size_t lengths[COLUMNS_MAX];
        size_t n;
} CsvLine;

/* Returns where the next line begins. No field of ours is quoted. */
static const char *read_line(const char *line, CsvLine *ret)
{
        ret->n = 0;
        for (;;) {
                size_t n = strcspn(line, ",\n");
                if (ret->n < COLUMNS_MAX) {
                        ret->fields[ret->n] = line;
                        ret->lengths[ret->n++] = n;
                }
                line += n;
                if (*line != ',')
                        return *line == '\n' ? line + 1 : line;
                line++;
        }
}

static const char *field(const CsvLine *heading, const CsvLine *line, const char *name, size_t *ret_length)
{
        for (size_t i = 0; i < heading->n && i < line->n; i++)
                if (heading->lengths[i] == strlen(name) &&
                    memcmp(heading->fields[i], name, heading->lengths[i]) == 0) {
                        *ret_length = line->lengths[i];
                        return line->fields[i];
                }
        return NULL;
}

/* An empty field is none: HAProxy leaves out what does not apply. */
static uint64_t number(const CsvLine *heading, const CsvLine *line, const char *name)
{
        char text[24];
        size_t n = 0;
        uint64_t value = 0;
        const char *s = field(heading, line, name, &n);
        if (!s || n == 0 || n >= sizeof(text))
                return 0;
        memcpy(text, s, n);
        text[n] = '\0';
        return text_parse_uint(text, UINT64_MAX, &value) < 0 ? 0 : value;
}

/* HAProxy 3.0 counts one that was cut off twice: there cannot be more than requests without an answer. */
static uint64_t silent_responses(const CsvLine *heading, const CsvLine *line, uint64_t responses)
{
        uint64_t cut = number(heading, line, "eresp"), sent = number(heading, line, "stot"),
                 open = sent > responses ? sent - responses : 0;
        return cut < open ? cut : open;
}

static int read_count(const CsvLine *heading, const CsvLine *line, RouterCount *ret)
{
        static const char *const good[] = {"hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_other"};
        size_t n = 0;
        const char *status = field(heading, line, "status", &n);
        bool up = status && n >= 2 && memcmp(status, "UP", 2) == 0;
        up = up || (status && n >= 8 && memcmp(status, "no check", 8) == 0);
        *ret = (RouterCount){
                .up = up || (status && n >= 5 && memcmp(status, "DRAIN", 5) == 0),
                .responses = number(heading, line, "hrsp_5xx"),
        };
        uint64_t bad = ret->responses;
        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                ret->responses += number(heading, line, good[i]);
        ret->silent = number(heading, line, "econ") + silent_responses(heading, line, ret->responses);
        ret->errors = bad + ret->silent;
        const char *name = field(heading, line, "svname", &n);
        ret->server = name ? strndup(name, n) : NULL;
        return ret->server ? 0 : -ENOMEM;
}

int router_parse_counts(const char *reply, RouterCount **ret, size_t *ret_n, Error *e)
{
        CsvLine heading, line;
        RouterCount *list = NULL;
        size_t n = 0;
        int r = 0;
        const char *next = text_after(reply, "# ");
        if (!next)
                return error_set(e, -EBADMSG, "HAProxy's counters cannot be read");
        next = read_line(next, &heading);
        while (r >= 0 && *next && *next != '\n') {
                next = read_line(next, &line);
                RouterCount *longer = reallocarray(list, n + 1, sizeof(RouterCount));
                if (longer)
                        list = longer;
                r = longer ? read_count(&heading, &line, &list[n]) : -ENOMEM;
                if (r >= 0)
                        n++;
        }
        if (r < 0) {
                router_counts_free(list, n);
                return r;
        }
        *ret = list;
        *ret_n = n;
        return 0;
}

void router_counts_free(RouterCount *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                free(list[i].server);
        free(list);
}
