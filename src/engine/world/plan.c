/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "basic/strv.h"
#include "basic/text.h"

typedef struct Plan {
        const PlanWish *wish;
        const PlanInstance *observed;
        size_t n_observed;
        PlanStep *steps;
        size_t n_steps;
        int failed;
} Plan;

static void add(Plan *p, PlanStep step)
{
        PlanStep *longer = reallocarray(p->steps, p->n_steps + 1, sizeof(PlanStep));
        if (!longer) {
                p->failed = -ENOMEM;
                return;
        }
        p->steps = longer;
        p->steps[p->n_steps++] = step;
}

static bool is_candidate(const Plan *p, const PlanInstance *i, const char *type, unsigned index)
{
        return !i->leaving && !i->stale && !i->name->oneoff && !i->held &&
               i->name->version == p->wish->version && i->name->index == index && streq(i->name->type, type);
}

/* Of several that could be `type`.`index` the one to keep: a proven one before an unproven, then the newest.
 */
static const PlanInstance *choose(const Plan *p, const char *type, unsigned index)
{
        const PlanInstance *best = NULL;
        for (size_t k = 0; k < p->n_observed; k++) {
                const PlanInstance *i = &p->observed[k];
                if (!is_candidate(p, i, type, index))
                        continue;
                if (!best || i->ready > best->ready ||
                    (i->ready == best->ready && i->name->operation > best->name->operation))
                        best = i;
        }
        return best;
}

static bool runs(const Process *process)
{
        return !streq(process->type, "release");
}

static const PlanInstance *chosen_for(const Plan *p, const PlanInstance *i)
{
        const Process *process =
                p->wish->version > 0 ? procfile_find(p->wish->procfile, i->name->type) : NULL;
        if (!process || !runs(process) ||
            i->name->index > formation_wanted(p->wish->formation, i->name->type))
                return NULL;
        return choose(p, i->name->type, i->name->index);
}

static void plan_observed(Plan *p)
{
        for (size_t k = 0; k < p->n_observed; k++) {
                const PlanInstance *i = &p->observed[k];
                if (i->leaving || i->held || (i->name->oneoff && !i->stale))
                        continue; /* a one-off ends by itself, or whoever started it ends it */
                if (chosen_for(p, i) != i)
                        add(p, (PlanStep){.action = i->ready ? PLAN_DRAIN : PLAN_STOP, .instance = k});
                else if (!i->ready && !i->busy)
                        add(p, (PlanStep){.action = PLAN_PROVE, .instance = k});
        }
}

/* Another one of its type has not gone yet, or an operation is about to stop or start it. */
static bool must_wait(const Plan *p, const char *type)
{
        if (!strv_contains(p->wish->exclusive, type))
                return false;
        for (size_t k = 0; k < p->n_observed; k++)
                if (p->observed[k].leaving && !p->observed[k].name->oneoff &&
                    streq(p->observed[k].name->type, type))
                        return true;
        return p->wish->operating;
}

/* An operation is bringing it up in the current release, or has: after our own restart it is not yet known
 * which. */
static bool is_being_brought_up(const Plan *p, const char *type, unsigned index)
{
        for (size_t k = 0; k < p->n_observed; k++) {
                const PlanInstance *i = &p->observed[k];
                if (i->held && !i->leaving && i->name->version == p->wish->version &&
                    i->name->index == index && streq(i->name->type, type))
                        return true;
        }
        return false;
}

static void plan_missing(Plan *p)
{
        if (p->wish->version == 0)
                return;
        for (size_t k = 0; k < p->wish->procfile->n_processes; k++) {
                const Process *process = &p->wish->procfile->processes[k];
                unsigned wanted = runs(process) ? formation_wanted(p->wish->formation, process->type) : 0;
                for (unsigned index = 1; index <= wanted && !must_wait(p, process->type); index++)
                        if (!choose(p, process->type, index) &&
                            !is_being_brought_up(p, process->type, index))
                                add(p, (PlanStep){.action = PLAN_LAUNCH,
                                                  .type = process->type,
                                                  .index = index});
        }
}

int plan_app(const PlanWish *wish, const PlanInstance *observed, size_t n_observed, PlanStep **ret,
             size_t *ret_n)
{
        Plan p = {.wish = wish, .observed = observed, .n_observed = n_observed};
        plan_missing(&p);
        plan_observed(&p);
        if (p.failed < 0) {
                free(p.steps);
                return p.failed;
        }
        *ret = p.steps;
        *ret_n = p.n_steps;
        return 0;
}
