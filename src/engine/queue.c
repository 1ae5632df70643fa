/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/queue.h"

#include "basic/text.h"
#include "engine/job.h"

static bool same_app(const Job *a, const Job *b)
{
        return streq(a->operation.app, b->operation.app);
}

static bool builds(const Job *j)
{
        return j->operation.kind == OPERATION_DEPLOY && j->operation.step == STEP_BUILDING && !j->ended &&
               !(j->waiting && j->operation.slug);
}

static bool may_build(Engine *e, const Job *j)
{
        unsigned building = 0;
        for (size_t i = 0; i < e->n_jobs; i++) {
                const Job *other = e->jobs[i];
                if (other != j && builds(other))
                        building++;
                if (other != j && !other->ended && other->operation.kind == OPERATION_DEPLOY &&
                    same_app(other, j) && other->operation.number < j->operation.number)
                        return false;
        }
        return building < e->settings.build_parallel;
}

static bool releases(const Job *j)
{
        return !j->ended && !j->waiting && j->operation.step >= STEP_RELEASING &&
               j->operation.kind != OPERATION_SCALE && j->operation.kind != OPERATION_STOP;
}

static bool may_release(Engine *e, Job *j)
{
        if (j->ticket == 0)
                j->ticket = ++e->tickets;
        for (size_t i = 0; i < e->n_jobs; i++) {
                const Job *other = e->jobs[i];
                if (other == j || other->ended || !same_app(other, j))
                        continue;
                if (releases(other) || (other->ticket > 0 && other->ticket < j->ticket && other->waiting))
                        return false;
        }
        return true;
}

static bool may_go_on(Engine *e, Job *j)
{
        switch (j->operation.kind) {
        case OPERATION_DEPLOY:
                if (j->operation.step == STEP_QUEUED)
                        return may_build(e, j);
                return (j->operation.step == STEP_BUILDING && !j->operation.slug) || may_release(e, j);
        case OPERATION_CONFIG:
        case OPERATION_RESTART:
        case OPERATION_ROLLBACK:
        case OPERATION_RETRY:
                return may_release(e, j);
        default:
                return true;
        }
}

void queue_take_up(Engine *e)
{
        for (size_t i = 0; i < e->n_jobs; i++) {
                Job *j = e->jobs[i];
                if (!j->ended && j->operation.step >= STEP_RELEASING &&
                    j->operation.kind != OPERATION_SCALE && j->operation.kind != OPERATION_STOP)
                        j->ticket = ++e->tickets;
        }
}

void queue_run(Engine *e)
{
        /* A job that goes on may end at once, and others with it: look again until nobody can. */
        for (size_t i = 0; i < e->n_jobs; i++) {
                Job *j = e->jobs[i];
                if (j->ended || !j->waiting || !may_go_on(e, j))
                        continue;
                j->type->step(j);
                i = (size_t) -1;
        }
}
