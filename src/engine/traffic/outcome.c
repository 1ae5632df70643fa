/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/outcome.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "engine/catalog/history.h"
#include "engine/traffic/window.h"

void outcome_clear(Outcome *o)
{
        free(o->reason);
        *o = (Outcome){0};
}

/* The newest that was begun because of this release. */
static const Job *find_takeback(Engine *e, const AppState *s, const char *commit)
{
        for (size_t i = e->n_jobs; i-- > 0;) {
                const Operation *o = &e->jobs[i]->operation;
                if (o->automatic && streq(o->app, s->app.name) && text_equal(o->previous, commit))
                        return e->jobs[i];
        }
        return NULL;
}

static uint64_t seconds_left(const AppState *s, const struct Window *x)
{
        uint64_t end = x->since + settings_number(&s->settings, NULL, "rollback-window") * USEC_PER_SEC;
        uint64_t now = clock_monotonic();
        return end > now ? (end - now) / USEC_PER_SEC + 1 : 1;
}

static const char *decide(const HistoryRelease *h, bool is_current, bool is_watched, const Job *back)
{
        if (is_watched)
                return "watched";
        if (back && !back->ended)
                return "leaving";
        if (back && back->operation.step == STEP_DONE)
                return "taken-back";
        if (h->crashed)
                return "bad";
        return is_current ? "stayed" : "replaced";
}

int outcome_read(Engine *e, AppState *s, uint64_t version, Outcome *ret, Error *error)
{
        _cleanup_history_release_ HistoryRelease h = {0};
        const AppWorld *w = world_find(e, s->app.name);
        if (version == 0)
                version = s->release.version;
        int r = version > 0 ? history_read_release(e->store, s->head, s->release_head, version, &h)
                            : -ENOENT;
        if (r == -ENOENT)
                return error_set(error, r, "%s has no release v%llu (see paas releases -a %s)", s->app.name,
                                 (unsigned long long) version, s->app.name);
        if (r < 0)
                return r;
        if (h.status != RELEASE_SUCCEEDED)
                return error_set(error, -EINVAL, "v%llu is not current, and was not: %s",
                                 (unsigned long long) version, release_status_to_string(h.status));
        bool is_current = streq(s->current, h.commit);
        Outcome o = {.version = version, .job = find_takeback(e, s, h.commit)};
        bool is_watched = is_current && w && w->window && streq(w->window->release, h.commit);
        o.state = decide(&h, is_current, is_watched, o.job);
        if (is_watched)
                o.left = seconds_left(s, w->window);
        r = text_replace(&o.reason, h.crashed ? h.reason : NULL);
        if (r < 0)
                return r;
        *ret = o;
        return 0;
}
