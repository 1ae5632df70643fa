/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/pushplan.h"

#include <errno.h>
#include <stdint.h>

#include "basic/text.h"

#define HEADS "refs/heads/"

void push_plan_clear(PushPlan *p)
{
        for (size_t i = 0; p->refusals && i < p->n_updates; i++)
                free(p->refusals[i]);
        free(p->refusals);
        free(p->branch);
        *p = PUSH_PLAN_NULL;
}

/* Which branch is deployed: the one that there is, or the first of main and master that comes. */
static const char *deploy_branch(const HookInput *h, const char *branch)
{
        static const char *const firsts[] = {"main", "master"};

        if (*branch)
                return branch;
        for (size_t f = 0; f < ELEMENTSOF(firsts); f++)
                for (size_t i = 0; i < h->n_updates; i++) {
                        const char *name = text_after(h->updates[i].ref, HEADS);
                        if (name && streq(name, firsts[f]) && !oid_is_null(h->updates[i].new_oid))
                                return firsts[f];
                }
        return "main";
}

static char *unknown_option(char *const *options, PushOptions *ret)
{
        char *text = NULL;
        for (size_t i = 0; options && options[i] && !text; i++) {
                if (streq(options[i], "detach"))
                        ret->detach = true;
                else if (streq(options[i], "no-rollback"))
                        ret->no_rollback = true;
                else if (streq(options[i], "supersede"))
                        ret->supersede = true;
                else if (streq(options[i], "watch"))
                        ret->watch = true;
                else if (text_after(options[i], "canary="))
                        ret->canary = text_after(options[i], "canary=");
                else if (asprintf(&text,
                                  "push option '%.100s' is not known: there are canary=10%%, detach, "
                                  "no-rollback, supersede and watch",
                                  options[i]) < 0)
                        return NULL;
        }
        if (!text && ret->detach && ret->watch)
                return strdup(
                        "push options detach and watch: who goes away cannot watch. Choose one of them");
        return text;
}

/* Why this update cannot be what is deployed; NULL with `*ret_deploys` when it is. */
static int refuse(const RefUpdate *u, const char *app, const char *branch, char **ret)
{
        const char *name = text_after(u->ref, HEADS);
        bool is_branch = name && streq(name, branch);
        bool deletes = oid_is_null(u->new_oid);

        *ret = NULL;
        if (is_branch && !deletes)
                return 0;

        int r;
        if (is_branch)
                r = asprintf(ret,
                             "%s is what runs and cannot be deleted: "
                             "`paas apps:destroy --app %s --confirm %s` destroys the application",
                             branch, app, app);
        else if (deletes)
                r = asprintf(ret, "only %s is kept here, there is nothing to delete", branch);
        else if (name)
                r = asprintf(ret, "%s is deployed: git push paas %s:%s", branch, name, branch);
        else if (text_after(u->ref, "refs/tags/"))
                r = asprintf(ret, "%s is deployed: git push paas %s^{}:%s", branch,
                             u->ref + strlen("refs/tags/"), branch);
        else
                r = asprintf(ret, "%s is deployed: git push paas %s:%s", branch, u->ref, branch);
        return r < 0 ? -ENOMEM : 0;
}

/* All or nothing: when one is refused, or the options are, so is the one that would be deployed. */
static int refuse_deploy(PushPlan *p, const char *reason)
{
        if (p->deploy == SIZE_MAX)
                return 0;
        char *copy = strdup(reason);
        if (!copy)
                return -ENOMEM;
        p->refusals[p->deploy] = copy;
        p->deploy = SIZE_MAX;
        return 0;
}

int push_plan(const HookInput *h, const char *app, const char *branch, PushPlan *ret)
{
        _cleanup_push_plan_ PushPlan p = PUSH_PLAN_NULL;
        _cleanup_free_ char *unknown = unknown_option(h->options, &p.options);
        bool refused = false;

        p.refusals = calloc(h->n_updates + 1, sizeof(char *));
        p.branch = strdup(deploy_branch(h, branch));
        if (!p.refusals || !p.branch)
                return -ENOMEM;
        p.n_updates = h->n_updates;
        for (size_t i = 0; i < h->n_updates; i++) {
                int r = refuse(&h->updates[i], app, p.branch, &p.refusals[i]);
                if (r < 0)
                        return r;
                if (p.refusals[i])
                        refused = true;
                else
                        p.deploy = i;
        }

        int r = 0;
        if (unknown)
                r = refuse_deploy(&p, unknown);
        else if (refused && h->atomic)
                r = refuse_deploy(&p, "an atomic push is all or nothing, and another ref was refused");
        if (r < 0)
                return r;
        *ret = p;
        p = PUSH_PLAN_NULL;
        return 0;
}
