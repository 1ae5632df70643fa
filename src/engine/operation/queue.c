/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/queue.h"

#include "basic/text.h"

static bool same_app(const Job *a, const Job *b)
{
        return streq(a->operation.app, b->operation.app);
}

static bool builds(const Job *j)
{
        return j->operation.kind == OPERATION_DEPLOY && j->operation.step == STEP_BUILDING && !j->ended &&
               !(j->waiting && j->operation.slug);
}

typedef enum HoldKind {
        HOLD_NONE,
        HOLD_LOCKED,
        HOLD_BEHIND, /* others of the application come first */
        HOLD_FULL,   /* as many builds are at work as there may be */
} HoldKind;

/* What keeps a job from going on. */
typedef struct Hold {
        HoldKind kind;
        unsigned ahead;   /* jobs of the application that come first */
        const Job *first; /* of those the first; NULL: none */
} Hold;

static void put_ahead(Hold *h, const Job *other)
{
        h->kind = HOLD_BEHIND;
        h->ahead++;
        if (!h->first || other->operation.number < h->first->operation.number)
                h->first = other;
}

static Hold build_hold(Engine *e, const Job *j)
{
        Hold h = {0};
        unsigned building = 0;
        for (size_t i = 0; i < e->n_jobs; i++) {
                const Job *other = e->jobs[i];
                if (other != j && builds(other))
                        building++;
                if (other != j && !other->ended && other->operation.kind == OPERATION_DEPLOY &&
                    same_app(other, j) && other->operation.number < j->operation.number)
                        put_ahead(&h, other);
        }
        if (h.kind == HOLD_NONE && building >= e->settings.build_parallel)
                h.kind = HOLD_FULL;
        return h;
}

static bool releases(const Job *j)
{
        return !j->ended && !j->waiting && j->operation.step >= STEP_RELEASING &&
               j->operation.kind != OPERATION_SCALE && j->operation.kind != OPERATION_STOP;
}

/* A build that was found at work after our own restart goes on: its end is waited for, and then it waits. */
static bool is_locked(Job *j)
{
        const AppState *s = job_app(j);
        const Operation *o = &j->operation;
        if (!s || !s->lock.by || o->step >= STEP_RELEASING || o->automatic)
                return false;
        if (o->kind == OPERATION_SCALE || o->kind == OPERATION_STOP || o->kind == OPERATION_RESTART)
                return false;
        return o->step == STEP_QUEUED || o->slug;
}

static Hold release_hold(Engine *e, Job *j)
{
        Hold h = {0};
        bool locked = is_locked(j); /* else it overtakes those that are: a restart, a release under way */
        if (j->ticket == 0)
                j->ticket = ++e->tickets;
        for (size_t i = 0; i < e->n_jobs; i++) {
                Job *other = e->jobs[i];
                if (other == j || other->ended || !same_app(other, j) || (is_locked(other) && !locked))
                        continue;
                if (releases(other) || (!j->operation.automatic && other->ticket > 0 &&
                                        other->ticket < j->ticket && other->waiting))
                        put_ahead(&h, other);
        }
        return h;
}

/* What it would have to wait for, were there no lock. */
static Hold turn_hold(Engine *e, Job *j)
{
        switch (j->operation.kind) {
        case OPERATION_DEPLOY:
                if (j->operation.step == STEP_QUEUED)
                        return build_hold(e, j);
                if (j->operation.step == STEP_BUILDING && !j->operation.slug)
                        return (Hold){0};
                return release_hold(e, j);
        case OPERATION_CONFIG:
        case OPERATION_PROMOTE:
        case OPERATION_RESTART:
        case OPERATION_ROLLBACK:
        case OPERATION_RETRY:
                return release_hold(e, j);
        default:
                return (Hold){0};
        }
}

static Hold find_hold(Engine *e, Job *j)
{
        Hold h = turn_hold(e, j);
        if (is_locked(j))
                h.kind = HOLD_LOCKED;
        return h;
}

unsigned queue_ahead(Job *j)
{
        return !j->ended && j->waiting ? find_hold(j->engine, j).ahead : 0;
}

static char *describe_hold(Job *j, const Hold *h)
{
        const AppState *s = job_app(j);
        char *text = NULL;
        int r = 0;
        switch (h->kind) {
        case HOLD_LOCKED:
                r = asprintf(&text, "locked by %s: %s", s->lock.by, s->lock.reason);
                break;
        case HOLD_BEHIND:
                r = h->ahead == 1 ? asprintf(&text, "%s before it", h->first->id)
                                  : asprintf(&text, "%u before it, %s the first", h->ahead, h->first->id);
                break;
        case HOLD_FULL:
                r = asprintf(&text, "all %llu build places are taken",
                             (unsigned long long) j->engine->settings.build_parallel);
                break;
        case HOLD_NONE:
                break;
        }
        return r < 0 ? NULL : text;
}

/* Whoever follows the job reads it, at once and later: it is in the job's log. */
static void tell(Engine *e, Job *j)
{
        const Hold h = j->ended || !j->waiting ? (Hold){0} : find_hold(e, j);
        _cleanup_free_ char *text = describe_hold(j, &h);
        if (text_equal(text, j->waits_for))
                return;
        free(j->waits_for);
        j->waits_for = TAKE_PTR(text);
        if (j->waits_for)
                job_say(j, "-----> Waiting: %s", j->waits_for);
        if (h.kind == HOLD_LOCKED)
                job_say(j, "       `paas apps:unlock --app %s` lets it go on", j->operation.app);
        if (!j->ended)
                job_changed(j);
}

void queue_supersede(Job *j)
{
        Engine *e = j->engine;
        _cleanup_free_ char *reason = NULL;
        if (asprintf(&reason, "superseded by %s of %s", j->id, j->operation.actor) < 0)
                reason = NULL;
        for (size_t i = 0; i < e->n_jobs; i++) {
                Job *other = e->jobs[i];
                if (!other->ended && other->operation.kind == OPERATION_DEPLOY && same_app(other, j) &&
                    other->operation.number < j->operation.number && other->operation.step < STEP_RELEASING)
                        job_cancel(other, reason ? reason : "superseded");
        }
}

void queue_take_up(Engine *e)
{
        for (size_t i = 0; i < e->n_jobs; i++) {
                Job *j = e->jobs[i];
                if (j->ended)
                        continue;
                if (j->operation.step >= STEP_RELEASING && j->operation.kind != OPERATION_SCALE &&
                    j->operation.kind != OPERATION_STOP)
                        j->ticket = ++e->tickets;
                else if (j->operation.supersede && j->operation.step == STEP_QUEUED)
                        queue_supersede(j);
        }
}

void queue_run(Engine *e)
{
        /* A job that goes on may end at once, and others with it: look again until nobody can. */
        for (size_t i = 0; i < e->n_jobs; i++) {
                Job *j = e->jobs[i];
                if (j->ended || !j->waiting || find_hold(e, j).kind != HOLD_NONE)
                        continue;
                j->type->step(j);
                i = (size_t) -1;
        }
        for (size_t i = 0; i < e->n_jobs; i++)
                tell(e, e->jobs[i]);
}
