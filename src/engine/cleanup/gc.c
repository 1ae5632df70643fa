/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/gc.h"

#include <errno.h>
#include <string.h>

#include "basic/log.h"
#include "basic/text.h"
#include "engine/cleanup/cleaner.h"
#include "engine/cleanup/measure.h"
#include "engine/cleanup/reserve.h"
#include "engine/fault.h"
#include "engine/hostfiles.h"

struct Gc {
        Engine *engine;
        bool dry;
        GcDone done;
        void *userdata;
        Measure *measure;
        Usage usage; /* which numbers of users are in use; the rest is in the plan */
        GcPlan plan;
        size_t next; /* of its items */
        UnitCall *removal;
};

Gc *gc_free(Gc *g)
{
        if (!g)
                return NULL;
        measure_free(g->measure);
        unit_call_free(g->removal);
        usage_clear(&g->usage);
        gc_plan_clear(&g->plan);
        free(g);
        return NULL;
}

static void say_sum(const Gc *g)
{
        uint64_t bytes = 0;
        size_t removed = 0;
        char text[16];
        for (size_t i = 0; i < g->plan.n; i++) {
                bytes += g->plan.items[i].failed ? 0 : g->plan.items[i].bytes;
                removed += !g->plan.items[i].failed;
        }
        reserve_format(bytes, text);
        if (removed > 0)
                log_notice("clean-up: removed %zu things, %s", removed, text);
}

static void finish(Gc *g, int r)
{
        Engine *e = g->engine;
        if (r >= 0 && !g->dry)
                say_sum(g);
        g->done(g->userdata, r, r >= 0 ? &g->plan : NULL);
        e->gc = gc_free(g);
}

static void remove_next(Gc *g);

static void removed(void *userdata, int r, const char *text)
{
        Gc *g = userdata;
        GcItem *item = &g->plan.items[g->next++];
        g->removal = unit_call_free(g->removal);
        item->failed = r < 0 || !streq(text, "done");
        fault_point("gc:removed");
        remove_next(g);
}

/* 1: its removal is under way. 0: it is removed, or cannot be. */
static int remove_item(Gc *g, GcItem *item)
{
        char name[512];
        if (item->kind == GC_ACCOUNT) {
                hostfiles_remove_accounts(item->uid);
                return 0;
        }
        snprintf(name, sizeof(name), "%s-%s%s%s", gc_kind_to_string(item->kind), item->app,
                 item->app[0] ? "-" : "", item->name);
        int r = cleaner_discard(g->engine, name, item->path, removed, g, &g->removal);
        item->failed = r < 0 && r != -ENOENT;
        return r >= 0;
}

static void drop_item(GcPlan *p, size_t i)
{
        GcPlan one = {.items = malloc(sizeof(GcItem)), .n = 1};
        if (!one.items) {
                p->items[i].failed = true;
                return;
        }
        one.items[0] = p->items[i];
        memmove(&p->items[i], &p->items[i + 1], (p->n - i - 1) * sizeof(GcItem));
        p->n--;
        gc_plan_clear(&one);
}

static void remove_next(Gc *g)
{
        while (g->next < g->plan.n) {
                _cleanup_gc_plan_ GcPlan again = GC_PLAN_NULL;
                GcItem *item = &g->plan.items[g->next];
                int r = gc_plan_make(g->engine, &g->usage, item, &again);
                if (r < 0) {
                        finish(g, r);
                        return;
                }
                if (!gc_plan_has(&again, item)) {
                        drop_item(&g->plan, g->next);
                        continue;
                }
                if (remove_item(g, item) > 0)
                        return;
                g->next++;
        }
        finish(g, 0);
}

static void counted(void *userdata, int r, const Usage *usage)
{
        Gc *g = userdata;
        if (r >= 0)
                r = gc_plan_make(g->engine, usage, NULL, &g->plan);
        for (size_t i = 0; r >= 0 && i < usage->n_uids; i++) {
                uid_t *longer = reallocarray(g->usage.uids, i + 1, sizeof(uid_t));
                if (!longer)
                        r = -ENOMEM;
                else {
                        g->usage.uids = longer;
                        g->usage.uids[g->usage.n_uids++] = usage->uids[i];
                }
        }
        g->measure = measure_free(g->measure);
        if (r < 0 || g->dry)
                finish(g, r);
        else
                remove_next(g);
}

int gc_start(Engine *e, bool dry, GcDone done, void *userdata, Error *error)
{
        if (e->gc)
                return error_set(error, -EBUSY, "A clean-up is under way already. Repeat it in a moment.");
        Gc *g = calloc(1, sizeof(Gc));
        if (!g)
                return -ENOMEM;
        *g = (Gc){.engine = e, .dry = dry, .done = done, .userdata = userdata};
        int r = measure_start(e, NULL, counted, g, &g->measure);
        if (r < 0) {
                gc_free(g);
                return error_set(error, r, "cannot count what is on the disk: %s", strerror(-r));
        }
        e->gc = g;
        return 0;
}
