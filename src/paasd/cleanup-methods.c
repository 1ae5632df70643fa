/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Clean-up, disk use, and the way back of destroyed applications. */

#include <errno.h>
#include <string.h>

#include "basic/log.h"
#include "basic/strv.h"
#include "bus/bus.h"
#include "engine/cleanup/diskuse.h"
#include "engine/cleanup/gc.h"
#include "engine/cleanup/measure.h"
#include "engine/hostfiles.h"
#include "engine/operation/restore.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

static int append_item(sd_bus_message *reply, const GcItem *item, bool dry)
{
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "kind", gc_kind_to_string(item->kind));
        if (r >= 0)
                r = dict_string(reply, "app", item->app);
        if (r >= 0)
                r = dict_string(reply, "name", item->name);
        if (r >= 0)
                r = dict_string(reply, "path", item->path);
        if (r >= 0)
                r = dict_u64(reply, "bytes", item->bytes);
        if (r >= 0)
                r = dict_string(reply, "why", item->why);
        if (r >= 0)
                r = dict_bool(reply, "removed", !dry && !item->failed);
        return r < 0 ? r : dict_close(reply);
}

typedef struct Waiting {
        sd_bus_message *message;
        bool dry;
        Measure *measure;
} Waiting;

static Waiting *waiting_free(Waiting *w)
{
        if (w) {
                measure_free(w->measure);
                sd_bus_message_unref(w->message);
        }
        free(w);
        return NULL;
}

static Waiting *waiting_new(sd_bus_message *message, bool dry)
{
        Waiting *w = calloc(1, sizeof(Waiting));
        if (w)
                *w = (Waiting){.message = sd_bus_message_ref(message), .dry = dry};
        return w;
}

static void send_reply(const Waiting *w, int r, sd_bus_message *reply, const char *what)
{
        if (r >= 0)
                r = sd_bus_message_send(reply);
        else
                r = sd_bus_reply_method_errorf(w->message, "org.paas1.Error.Failed",
                                               "%s; journalctl -u paasd says more.", what);
        if (r < 0)
                log_warning(r, "cannot answer");
}

static void cleaned_up(void *userdata, int r, const GcPlan *plan)
{
        Waiting *w = userdata;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        if (r >= 0)
                r = reply_list_begin(w->message, &reply);
        for (size_t i = 0; r >= 0 && i < plan->n; i++)
                r = append_item(reply, &plan->items[i], w->dry);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        send_reply(w, r, reply, "The clean-up failed");
        waiting_free(w);
}

int method_collect_garbage(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        bool dry = false;
        const DictField fields[] = {{"dry-run", DICT_BOOL, &dry}};
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_GC, NULL, &caller, e);
        if (r >= 0)
                r = dict_read(message, fields, 1, e);
        if (r < 0)
                return r;
        Waiting *w = waiting_new(message, dry);
        if (!w)
                return -ENOMEM;
        r = gc_start(m->engine, dry, cleaned_up, w, &error);
        if (r < 0) {
                waiting_free(w);
                return bus_error_reply(e, r, &error);
        }
        return 1; /* the answer comes later */
}

static int append_destroyed(sd_bus_message *reply, Manager *m, const GoneApp *g)
{
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "name", g->app.name);
        if (r >= 0)
                r = dict_string(reply, "id", g->app.id);
        if (r >= 0)
                r = dict_string(reply, "owner", g->app.owner);
        if (r >= 0)
                r = dict_string(reply, "actor", g->actor);
        if (r >= 0)
                r = dict_u64(reply, "destroyed", g->destroyed);
        if (r >= 0)
                r = dict_u64(reply, "until", restore_until(m->engine, g));
        return r < 0 ? r : dict_close(reply);
}

static int by_time(const void *a, const void *b)
{
        const GoneApp *x = *(GoneApp *const *) a, *y = *(GoneApp *const *) b;
        return x->destroyed < y->destroyed   ? 1
               : x->destroyed > y->destroyed ? -1
                                             : strcmp(x->app.id, y->app.id);
}

/* The destroyed application is read as it was: who had a role on it has it still. */
static int read_as_it_was(Manager *m, const GoneApp *g, AppState **ret, Error *error)
{
        _cleanup_free_ char *ref = NULL;
        if (asprintf(&ref, "refs/paas/gone/%s", g->app.id) < 0)
                return -ENOMEM;
        return catalog_load_app(&m->engine->catalog, ref, ret, error);
}

static bool may_see(Manager *m, const Caller *caller, const GoneApp *g)
{
        _cleanup_(app_state_freep) AppState *s = NULL;
        return hostfiles_are_aside(g->app.id) && read_as_it_was(m, g, &s, NULL) >= 0 &&
               caller_role(m, caller, s) >= ROLE_VIEWER;
}

static int may_restore(Manager *m, sd_bus_message *message, const GoneApp *g, Caller *caller,
                       sd_bus_error *e)
{
        _cleanup_(app_state_freep) AppState *s = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = read_as_it_was(m, g, &s, &error);
        return r < 0 ? bus_error_reply(e, r, &error)
                     : caller_may(m, message, ACTION_APPS_RESTORE, s, caller, e);
}

int method_list_destroyed(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Catalog *c = &m->engine->catalog;
        Caller caller;
        size_t n = 0;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_APPS_LIST, NULL, &caller, e);
        if (r < 0)
                return r;
        _cleanup_free_ GoneApp **list = calloc(c->n_gone + 1, sizeof(GoneApp *));
        if (!list)
                return -ENOMEM;
        for (size_t i = 0; i < c->n_gone; i++)
                if (may_see(m, &caller, &c->gone[i]))
                        list[n++] = &c->gone[i];
        qsort(list, n, sizeof(GoneApp *), by_time);
        r = reply_list_begin(message, &reply);
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = append_destroyed(reply, m, list[i]);
        return reply_list_send(reply, r);
}

int method_restore_app(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *what, *as = NULL;
        const DictField fields[] = {{"as", DICT_STRING, &as}};
        GoneApp *g;
        AppState *s;
        Job *j;
        _cleanup_strv_ char **taken = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_APPS_LIST, NULL, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &what);
        if (r >= 0)
                r = dict_read(message, fields, 1, e);
        if (r < 0)
                return r;
        r = restore_find(m->engine, what, &g, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        r = may_restore(m, message, g, &caller, e);
        if (r < 0)
                return r;
        r = restore_app(m->engine, g, as, &caller.actor, &s, &j, &taken, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        _cleanup_free_ char *path = app_object_path(s->app.name),
                            *job = j ? job_object_path(j) : strdup("/");
        if (!path || !job)
                return -ENOMEM;
        r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(reply, "oso", path, s->app.name, job);
        if (r >= 0)
                r = sd_bus_message_append_strv(reply, taken);
        return r < 0 ? r : sd_bus_message_send(reply);
}

static uint64_t sum_of(const Usage *usage, UsageKind kind)
{
        uint64_t bytes = 0;
        for (size_t i = 0; i < usage->n_entries; i++)
                if (usage->entries[i].kind == kind)
                        bytes += usage->entries[i].bytes;
        return bytes;
}

static void counted(void *userdata, int r, const Usage *usage)
{
        static const struct {
                const char *key;
                UsageKind kind;
        } figures[] = {
                {"slug_size", USAGE_SLUG},       {"assets_size", USAGE_ASSETS}, {"cache_size", USAGE_CACHE},
                {"repo_size", USAGE_REPOSITORY}, {"layer_size", USAGE_LAYER},
        };
        Waiting *w = userdata;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        if (r >= 0)
                r = sd_bus_message_new_method_return(w->message, &reply);
        if (r >= 0)
                r = dict_open(reply);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(figures); i++)
                r = dict_u64(reply, figures[i].key, sum_of(usage, figures[i].kind));
        if (r >= 0)
                r = dict_close(reply);
        send_reply(w, r, reply, "What is on the disk cannot be counted");
        waiting_free(w);
}

int method_disk_usage(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = sd_bus_slot_get_userdata(sd_bus_get_current_slot(sd_bus_message_get_bus(message)));
        AppState *s = userdata;
        Caller caller;
        int r = caller_may(m, message, ACTION_APPS_INFO, s, &caller, e);
        if (r < 0)
                return r;
        Waiting *w = waiting_new(message, false);
        if (!w)
                return -ENOMEM;
        r = measure_start(m->engine, s->app.name, counted, w, &w->measure);
        if (r >= 0)
                return 1; /* the answer comes later */
        waiting_free(w);
        return r;
}
