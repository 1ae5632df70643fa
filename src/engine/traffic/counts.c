/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/counts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

void counts_clear(Counts *c)
{
        for (size_t i = 0; i < c->n; i++)
                free(c->list[i].server);
        free(c->list);
        *c = COUNTS_NULL;
}

static Counted *find(const Counts *c, const char *server, uint64_t worker)
{
        for (size_t i = 0; i < c->n; i++)
                if (c->list[i].worker == worker && streq(c->list[i].server, server))
                        return &c->list[i];
        return NULL;
}

static int add(Counts *c, const char *server, uint64_t worker, const Tally *tally)
{
        _cleanup_free_ char *name = strdup(server);
        Counted *longer = reallocarray(c->list, c->n + 1, sizeof(Counted));
        if (longer)
                c->list = longer;
        if (!longer || !name)
                return -ENOMEM;
        c->list[c->n++] = (Counted){.server = TAKE_PTR(name), .worker = worker, .tally = *tally};
        return 1;
}

static void remove_at(Counts *c, size_t i)
{
        free(c->list[i].server);
        c->list[i] = c->list[--c->n];
}

/* What a worker that has ended had. */
static void retire(Counts *c, size_t i)
{
        Counted *ended = find(c, c->list[i].server, 0);
        if (!ended) {
                c->list[i].worker = 0;
                return;
        }
        ended->tally.requests += c->list[i].tally.requests;
        ended->tally.errors += c->list[i].tally.errors;
        remove_at(c, i);
}

int counts_note(Counts *c, const char *server, uint64_t worker, const Tally *now)
{
        Counted *last = find(c, server, worker);
        if (!last)
                return add(c, server, worker, now);
        if (last->tally.requests == now->requests && last->tally.errors == now->errors)
                return 0;
        if (now->requests < last->tally.requests) { /* another process of that number */
                retire(c, (size_t) (last - c->list));
                return add(c, server, worker, now);
        }
        last->tally = *now;
        return 1;
}

int counts_settle(Counts *c, const uint64_t *workers, size_t n)
{
        int changed = 0;
        for (size_t i = c->n; i-- > 0;) {
                bool lives = c->list[i].worker == 0;
                for (size_t k = 0; k < n; k++)
                        lives = lives || workers[k] == c->list[i].worker;
                if (lives)
                        continue;
                retire(c, i);
                changed = 1;
        }
        return changed;
}

Tally counts_of(const Counts *c, const char *server)
{
        Tally sum = {0};
        for (size_t i = 0; i < c->n; i++) {
                if (!streq(c->list[i].server, server))
                        continue;
                sum.requests += c->list[i].tally.requests;
                sum.errors += c->list[i].tally.errors;
        }
        return sum;
}

void counts_prune(Counts *c, bool (*is_there)(const void *userdata, const char *server),
                  const void *userdata)
{
        for (size_t i = c->n; i-- > 0;)
                if (!is_there(userdata, c->list[i].server))
                        remove_at(c, i);
}

int counts_format(const Counts *c, char ***ret)
{
        _cleanup_strv_ char **lines = NULL;
        for (size_t i = 0; i < c->n; i++) {
                const Counted *x = &c->list[i];
                int r = strv_appendf(&lines, "%s %" PRIu64 " %" PRIu64 " %" PRIu64, x->server, x->worker,
                                     x->tally.requests, x->tally.errors);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(lines);
        return 0;
}

int counts_parse(Counts *c, char *const *lines)
{
        _cleanup_counts_ Counts read = COUNTS_NULL;
        for (char *const *line = lines; line && *line; line++) {
                char server[256];
                uint64_t worker;
                Tally t;
                int end = 0;
                if (sscanf(*line, "%255s %" SCNu64 " %" SCNu64 " %" SCNu64 "%n", server, &worker,
                           &t.requests, &t.errors, &end) != 4 ||
                    (*line)[end] != '\0')
                        return -EBADMSG;
                int r = add(&read, server, worker, &t);
                if (r < 0)
                        return r;
        }
        counts_clear(c);
        *c = read;
        read = COUNTS_NULL;
        return 0;
}
