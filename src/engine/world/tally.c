/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/tally.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "basic/text.h"
#include "router/traffic.h"

/* systemd counts a restart when it begins, and not yet while it waits with it. */
static unsigned times_ended(const Instance *i)
{
        bool waits = i->state == UNIT_ACTIVATING && i->sub_state && text_after(i->sub_state, "auto-restart");
        return i->restarts.counted + waits;
}

/* A worker that is through with its work may end well; a web process that ends does not answer. How one
 * ended that runs again is not known after our own restart. */
static bool ended_badly(const Instance *i)
{
        bool failed = i->exit_code != 0 && (i->exit_code != CLD_EXITED || i->exit_status != 0);
        return times_ended(i) > 0 && (streq(i->name.type, "web") || failed);
}

static void count_ends(const AppWorld *w, uint64_t version, Standing *ret)
{
        for (size_t k = 0; k < w->n_instances; k++) {
                const Instance *i = w->instances[k];
                /* One that is being brought up has not served: who starts it (a restart, say) tells how it
                 * went. */
                if (i->name.oneoff || i->launch || i->name.version != version || i->phase > INSTANCE_READY ||
                    !ended_badly(i))
                        continue;
                ret->ends += times_ended(i);
                ret->ended = i;
        }
}

static bool is_instance(const void *userdata, const char *server)
{
        return world_find_named((AppWorld *) userdata, server);
}

/* The servers, as the current worker sees them, and how each of the workers has counted them. */
static int take_counts(AppWorld *w, const RouterWorkerCounts *list, size_t n, uint64_t version,
                       Standing *ret)
{
        _cleanup_free_ uint64_t *workers = calloc(n + 1, sizeof(uint64_t));
        int changed = workers ? 0 : -ENOMEM;
        for (size_t k = 0; changed >= 0 && k < n; k++) {
                workers[k] = list[k].worker;
                for (size_t i = 0; changed >= 0 && i < list[k].n; i++) {
                        const RouterCount *c = &list[k].list[i];
                        const Instance *instance = world_find_named(w, c->server);
                        if (!instance)
                                continue;
                        const Tally now = {.requests = c->responses + c->silent, .errors = c->errors};
                        int r = counts_note(&w->counts, c->server, list[k].worker, &now);
                        changed = r < 0 ? r : changed | r;
                        if (list[k].old || instance->name.version != version ||
                            instance->phase > INSTANCE_READY)
                                continue;
                        ret->servers++;
                        ret->down += !c->up || instance->refuses;
                }
        }
        if (changed >= 0)
                changed |= counts_settle(&w->counts, workers, n);
        counts_prune(&w->counts, is_instance, w);
        w->counted = w->counted || changed > 0;
        return changed;
}

int standing_read(AppWorld *w, const AppState *s, uint64_t version, Standing *ret, Error *error)
{
        RouterWorkerCounts *list = NULL;
        size_t n = 0;
        *ret = (Standing){0};
        count_ends(w, version, ret);
        if (w->engine->reload) /* its master answers nobody */
                return -EAGAIN;
        int r = router_counts(w->engine->router, s->app.backend, &list, &n, error);
        if (r == -ENOENT || r == -ECONNREFUSED)
                return 0;
        if (r >= 0)
                r = take_counts(w, list, n, version, ret);
        for (size_t k = 0; r >= 0 && k < w->n_instances; k++) {
                const Instance *i = w->instances[k];
                if (i->name.version != version || i->phase > INSTANCE_READY)
                        continue;
                Tally t = counts_of(&w->counts, i->short_name);
                ret->tally.requests += t.requests;
                ret->tally.errors += t.errors;
        }
        router_worker_counts_free(list, n);
        return r < 0 ? r : 0;
}

static char *describe_end(const Instance *i)
{
        char *text = NULL;
        int n = i->exit_code == 0 ? asprintf(&text, "%s.%u ended by itself", i->name.type, i->name.index)
                : i->exit_code == CLD_EXITED ? asprintf(&text, "%s.%u exited with status %d", i->name.type,
                                                        i->name.index, i->exit_status)
                                             : asprintf(&text, "%s.%u was killed: %s", i->name.type,
                                                        i->name.index, strsignal(i->exit_status));
        return n < 0 ? NULL : text;
}

char *standing_complaint(const Standing *now, const Tally *old, uint64_t old_version, unsigned ends,
                         uint64_t least)
{
        char *text = NULL;
        if (now->ends > ends && now->ended)
                return describe_end(now->ended);
        if (verdict_is_worse(&now->tally, old, least) &&
            asprintf(
                    &text,
                    "%llu of %llu requests to it ended in an error (500 or above, or no answer); with v%llu "
                    "it was %llu of %llu",
                    (unsigned long long) now->tally.errors, (unsigned long long) now->tally.requests,
                    (unsigned long long) old_version, (unsigned long long) old->errors,
                    (unsigned long long) old->requests) < 0)
                return NULL;
        return text;
}
