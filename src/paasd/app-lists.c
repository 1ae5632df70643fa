/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "engine/catalog/history.h"
#include "engine/operation/rerelease.h"
#include "engine/operation/runabout.h"
#include "engine/traffic/drainclock.h"
#include "engine/world/appinfo.h"
#include "engine/world/readiness.h"
#include "engine/world/tail.h"
#include "engine/world/world.h"
#include "model/size.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

static int begin_list(sd_bus_message *message, Action action, const AppState *s, sd_bus_error *e,
                      sd_bus_message **ret)
{
        Caller caller;
        int r = caller_may(manager_of(message), message, action, s, &caller, e);
        return r < 0 ? r : reply_list_begin(message, ret);
}

static const char *state_of(const AppWorld *w, const Instance *i)
{
        if (i->phase == INSTANCE_DRAINING)
                return "draining";
        if (i->phase == INSTANCE_STOPPING)
                return "stopping";
        if (i->name.oneoff)
                return "up";
        if (instance_crashed(i))
                return "crashed";
        if (i->state == UNIT_ACTIVE && i->phase == INSTANCE_READY && i->unready)
                return readiness_is_last(w, i) ? "degraded" : "unready";
        if (i->state == UNIT_ACTIVE && i->phase == INSTANCE_READY)
                return "up";
        return "starting";
}

static int append_last_lines(sd_bus_message *reply, const Instance *i)
{
        _cleanup_strv_ char **lines = NULL;
        if (!instance_crashed(i) || tail_read(i, 10, &lines) < 0)
                return 0;
        return dict_strv(reply, "last_lines", lines);
}

/* What a run is stands beside its environment; that of a release phase is in the Procfile. */
static int append_run(sd_bus_message *reply, const AppState *s, const Instance *i)
{
        _cleanup_run_about_ RunAbout about = RUN_ABOUT_NULL;
        if (run_about_read(s->app.name, i->short_name, &about) < 0)
                return 0;
        int r = dict_string(reply, "command", about.command);
        if (r >= 0)
                r = dict_string(reply, "size", about.size);
        if (r >= 0)
                r = dict_string(reply, "user", about.user);
        return r < 0 ? r : dict_bool(reply, "detached", about.detached);
}

static int append_what(sd_bus_message *reply, const AppState *s, const Instance *i)
{
        if (i->name.oneoff && streq(i->name.type, "run"))
                return append_run(reply, s, i);
        const FormationEntry *f = formation_find(&s->formation, i->name.type);
        const Process *p =
                i->name.version == s->release.version ? procfile_find(&s->procfile, i->name.type) : NULL;
        int r = dict_string(reply, "size", f && f->size ? f->size : SIZE_DEFAULT);
        return r < 0 ? r : dict_string(reply, "command", p ? p->command : NULL);
}

static int append_drain(sd_bus_message *reply, const AppWorld *w, const Instance *i)
{
        int r = dict_u64(reply, "drain_until", drain_until(w, i));
        return r < 0 ? r : dict_u32(reply, "tunnels", i->tunnels);
}

static int append_instance(sd_bus_message *reply, const AppState *s, const AppWorld *w, const Instance *i)
{
        char name[64];
        uint64_t memory = instance_memory(i);
        snprintf(name, sizeof(name), "%s.%u", i->name.type, i->name.index);
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "name", name);
        if (r >= 0)
                r = dict_string(reply, "type", i->name.type);
        if (r >= 0)
                r = dict_u32(reply, "index", i->name.index);
        if (r >= 0)
                r = dict_u64(reply, "version", i->name.version);
        if (r >= 0)
                r = dict_string(reply, "state", state_of(w, i));
        if (r >= 0 && i->phase == INSTANCE_DRAINING)
                r = append_drain(reply, w, i);
        if (r >= 0)
                r = dict_u64(reply, "since", i->started ? i->started : i->active_since);
        if (r >= 0)
                r = append_what(reply, s, i);
        if (r >= 0)
                r = dict_u32(reply, "pid", (uint32_t) i->main_pid);
        if (r >= 0)
                r = dict_u32(reply, "port", i->port);
        if (r >= 0)
                r = dict_string(reply, "unit", i->unit);
        if (r >= 0)
                r = dict_u32(reply, "restarts", i->restarts.total);
        if (r >= 0 && memory != UINT64_MAX)
                r = dict_u64(reply, "memory", memory);
        if (r >= 0)
                r = append_last_lines(reply, i);
        return r < 0 ? r : dict_close(reply);
}

static int by_name(const void *a, const void *b)
{
        const Instance *x = *(Instance *const *) a, *y = *(Instance *const *) b;
        int order = strcmp(x->name.type, y->name.type);
        if (order != 0)
                return order;
        if (x->name.index != y->name.index)
                return x->name.index < y->name.index ? -1 : 1;
        return x->name.operation < y->name.operation ? -1 : x->name.operation > y->name.operation;
}

int method_list_instances(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        AppState *s = userdata;
        AppWorld *w = world_find(manager_of(message)->engine, s->app.name);
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = begin_list(message, ACTION_PS_LIST, userdata, e, &reply);
        if (r < 0)
                return r;
        if (w && w->n_instances > 1)
                qsort(w->instances, w->n_instances, sizeof(Instance *), by_name);
        for (size_t i = 0; r >= 0 && w && i < w->n_instances; i++)
                r = append_instance(reply, s, w, w->instances[i]);
        return reply_list_send(reply, r);
}

static int append_process(sd_bus_message *reply, const AppState *s, const Process *p)
{
        const FormationEntry *f = formation_find(&s->formation, p->type);
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "type", p->type);
        if (r >= 0)
                r = dict_u32(reply, "quantity", f ? f->quantity : 0);
        if (r >= 0)
                r = dict_string(reply, "size", f && f->size ? f->size : SIZE_DEFAULT);
        if (r >= 0)
                r = dict_bool(reply, "stopped", f && f->stopped);
        if (r >= 0)
                r = dict_string(reply, "command", p->command);
        return r < 0 ? r : dict_close(reply);
}

int method_formation(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        AppState *s = userdata;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = begin_list(message, ACTION_PS_LIST, userdata, e, &reply);
        for (size_t i = 0; r >= 0 && i < s->procfile.n_processes; i++)
                if (!streq(s->procfile.processes[i].type, "release"))
                        r = append_process(reply, s, &s->procfile.processes[i]);
        return reply_list_send(reply, r);
}

static int append_release_fields(sd_bus_message *reply, const AppState *s, const HistoryRelease *h)
{
        const Release *x = &h->release;
        int r = dict_string(reply, "id", x->id);
        if (r >= 0)
                r = dict_u64(reply, "version", x->version);
        if (r >= 0)
                r = dict_string(reply, "kind", release_kind_to_string(x->kind));
        if (r >= 0)
                r = dict_string(reply, "description", x->description);
        if (r >= 0)
                r = dict_string(reply, "user", x->actor);
        if (r >= 0)
                r = dict_string(reply, "email", h->email);
        if (r >= 0)
                r = dict_u64(reply, "created", x->created);
        if (r >= 0)
                r = dict_string(reply, "status", release_status_to_string(h->status));
        if (r >= 0)
                r = dict_bool(reply, "current", x->version == s->release.version);
        if (r >= 0)
                r = dict_string(reply, "commit", x->commit);
        if (r >= 0)
                r = dict_string(reply, "slug", x->slug);
        if (r >= 0)
                r = dict_string(reply, "stack", x->stack);
        if (r >= 0)
                r = dict_bool(reply, "eligible_for_rollback",
                              h->status == RELEASE_SUCCEEDED && x->version != s->release.version &&
                                      rerelease_is_possible(s, x));
        if (r >= 0)
                r = dict_bool(reply, "no_rollback", rerelease_wall(s, x) != NULL);
        if (r >= 0)
                r = dict_string(reply, "wall", rerelease_wall(s, x));
        if (r >= 0)
                r = dict_bool(reply, "crashed", h->crashed);
        return r < 0 ? r : dict_string(reply, "reason", h->reason);
}

int method_list_releases(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        AppState *s = userdata;
        uint32_t max;
        HistoryRelease *list = NULL;
        size_t n = 0;
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = sd_bus_message_read(message, "u", &max);
        if (r >= 0)
                r = begin_list(message, ACTION_RELEASES_LIST, userdata, e, &reply);
        if (r < 0)
                return r;
        r = history_releases(m->engine->store, s->head, s->release_head, max, &list, &n, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = dict_open(reply);
                if (r >= 0)
                        r = append_release_fields(reply, s, &list[i]);
                if (r >= 0)
                        r = dict_close(reply);
        }
        history_free(list, n);
        return reply_list_send(reply, r);
}

static int append_processes(sd_bus_message *reply, const Procfile *p)
{
        int r = sd_bus_message_open_container(reply, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", "processes");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', "a{ss}");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{ss}");
        for (size_t i = 0; r >= 0 && i < p->n_processes; i++)
                r = sd_bus_message_append(reply, "{ss}", p->processes[i].type, p->processes[i].command);
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(reply);
        return r;
}

static int append_whole_release(sd_bus_message *reply, Manager *m, const AppState *s,
                                const HistoryRelease *h)
{
        _cleanup_release_ Release release = RELEASE_NULL;
        _cleanup_procfile_ Procfile p = PROCFILE_NULL;
        _cleanup_strv_ char **keys = NULL;
        int r = catalog_read_release(&m->engine->catalog, h->commit, &release, &p, NULL);
        if (r >= 0)
                r = store_list(m->engine->store, h->commit, "config", &keys);
        if (r >= 0)
                r = dict_open(reply);
        if (r >= 0)
                r = append_release_fields(reply, s, h);
        if (r >= 0)
                r = append_processes(reply, &p);
        if (r >= 0)
                r = dict_strv(reply, "config_keys", keys);
        if (r >= 0)
                r = dict_strv(reply, "versions", release.versions);
        if (r >= 0)
                r = dict_string(reply, "manifest", release.manifest);
        return r < 0 ? r : dict_close(reply);
}

int method_get_release(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        AppState *s = userdata;
        Caller caller;
        uint64_t version;
        _cleanup_history_release_ HistoryRelease h = {0};
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_RELEASES_LIST, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "t", &version);
        if (r >= 0)
                r = sd_bus_message_new_method_return(message, &reply);
        if (r < 0)
                return r;
        if (version == 0)
                version = s->release.version;
        r = history_read_release(m->engine->store, s->head, s->release_head, version, &h);
        if (r >= 0)
                r = append_whole_release(reply, m, s, &h);
        if (r == -ENOENT)
                return sd_bus_error_setf(e, "org.paas1.Error.NoSuchRelease", "%s has no release v%llu.",
                                         s->app.name, (unsigned long long) version);
        return r < 0 ? r : sd_bus_message_send(reply);
}

int method_list_domains(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        AppState *s = userdata;
        _cleanup_strv_ char **domains = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = app_domains(m->engine, s, &domains);
        if (r >= 0)
                r = begin_list(message, ACTION_DOMAINS_LIST, userdata, e, &reply);
        STRV_FOREACH(d, domains) {
                if (r >= 0)
                        r = dict_open(reply);
                if (r >= 0)
                        r = dict_string(reply, "hostname", *d);
                if (r >= 0)
                        r = dict_string(reply, "kind", strv_contains(s->domains, *d) ? "custom" : "paas");
                if (r >= 0)
                        r = dict_close(reply);
        }
        return reply_list_send(reply, r);
}
