/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "engine/operation/queue.h"
#include "engine/world/appinfo.h"
#include "model/name.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

#define COME_BACK_USEC (60 * USEC_PER_SEC)
/* By how much somebody may set the clock back while a job runs, and its lines are found nevertheless. */
#define SET_BACK_USEC (600 * USEC_PER_SEC)
#define JOB_PREFIX BUS_PATH "/job"

typedef struct JobTrack JobTrack;
struct JobTrack {
        Manager *manager;
        JobTrack *next;
        Job *job;               /* borrowed; its removal frees this */
        sd_bus_track *track;    /* NULL until somebody follows */
        sd_event_source *timer; /* nobody follows yet: somebody has a minute to come back */
};

char *job_object_path(const Job *j)
{
        _cleanup_free_ char *app = name_escape(j->operation.app);
        char *path = NULL;
        return app && asprintf(&path, JOB_PREFIX "/%s_%llu", app,
                               (unsigned long long) j->operation.number) >= 0
                       ? path
                       : NULL;
}

static JobTrack *find_track(Manager *m, const Job *j)
{
        for (JobTrack *t = m->tracks; t; t = t->next)
                if (t->job == j)
                        return t;
        return NULL;
}

static void track_free(JobTrack *t)
{
        sd_bus_track_unref(t->track);
        sd_event_source_disable_unref(t->timer);
        free(t);
}

static void drop_track(Manager *m, const Job *j)
{
        for (JobTrack **t = &m->tracks; *t; t = &(*t)->next) {
                if ((*t)->job != j)
                        continue;
                JobTrack *gone = *t;
                *t = gone->next;
                track_free(gone);
                return;
        }
}

void job_object_free_tracks(Manager *m)
{
        while (m->tracks) {
                JobTrack *t = m->tracks;
                m->tracks = t->next;
                track_free(t);
        }
}

static void nobody_follows(Job *j)
{
        if (!j->ended && j->operation.kind == OPERATION_DEPLOY && !j->operation.detached)
                job_cancel(j, "the pusher went away (git push -o detach lets a deploy go on by itself)");
}

/* sd-bus calls this again and again for as long as the empty track exists: it goes here. */
static int followers_gone(sd_bus_track *track, void *userdata)
{
        JobTrack *t = userdata;
        Job *j = t->job;
        drop_track(t->manager, j);
        nobody_follows(j);
        return 0;
}

static int nobody_came(sd_event_source *source, uint64_t usec, void *userdata)
{
        JobTrack *t = userdata;
        Job *j = t->job;
        drop_track(t->manager, j);
        nobody_follows(j);
        return 0;
}

static int get_track(Manager *m, Job *j, JobTrack **ret)
{
        JobTrack *t = find_track(m, j);
        if (!t) {
                t = calloc(1, sizeof(JobTrack));
                if (!t)
                        return -ENOMEM;
                t->manager = m;
                t->job = j;
                t->next = m->tracks;
                m->tracks = t;
        }
        *ret = t;
        return 0;
}

int job_object_follow(Manager *m, Job *j, sd_bus_message *message)
{
        JobTrack *t;
        int r = get_track(m, j, &t);
        if (r < 0)
                return r;
        if (!message)
                return sd_event_add_time_relative(m->event, &t->timer, CLOCK_MONOTONIC, COME_BACK_USEC, 0,
                                                  nobody_came, t);
        t->timer = sd_event_source_disable_unref(t->timer);
        if (!t->track)
                r = sd_bus_track_new(m->bus, &t->track, followers_gone, t);
        return r < 0 ? r : sd_bus_track_add_sender(t->track, message);
}

void job_object_new(Manager *m, Job *j)
{
        _cleanup_free_ char *path = job_object_path(j);
        if (!path)
                return;
        if (!m->engine->started || j->operation.step == STEP_QUEUED || !j->ended)
                (void) sd_bus_emit_signal(m->bus, BUS_PATH, BUS_MANAGER_INTERFACE, "JobNew", "so", j->id,
                                          path);
}

void job_object_changed(Manager *m, Job *j)
{
        _cleanup_free_ char *path = job_object_path(j);
        if (!path)
                return;
        (void) sd_bus_emit_properties_changed(m->bus, path, BUS_JOB_INTERFACE, "Step", "State", "Version",
                                              "WaitsFor", "Error", NULL);
        if (j->ended)
                (void) sd_bus_emit_signal(m->bus, BUS_PATH, BUS_MANAGER_INTERFACE, "JobRemoved", "sos",
                                          j->id, path, job_state(j));
}

void job_object_removed(Manager *m, Job *j)
{
        drop_track(m, j);
}

static int get_property(sd_bus *bus, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *e)
{
        Job *j = userdata;
        const Operation *o = &j->operation;
        if (streq(property, "Id"))
                return sd_bus_message_append(reply, "s", j->id);
        if (streq(property, "App"))
                return sd_bus_message_append(reply, "s", o->app);
        if (streq(property, "Kind"))
                return sd_bus_message_append(reply, "s", operation_kind_to_string(o->kind));
        if (streq(property, "Step"))
                return sd_bus_message_append(reply, "s", operation_step_to_string(o->step));
        if (streq(property, "State"))
                return sd_bus_message_append(reply, "s", job_state(j));
        if (streq(property, "Actor"))
                return sd_bus_message_append(reply, "s", o->actor);
        if (streq(property, "Created"))
                return sd_bus_message_append(reply, "t", o->created);
        if (streq(property, "Version"))
                return sd_bus_message_append(reply, "t", o->version);
        if (streq(property, "Ahead"))
                return sd_bus_message_append(reply, "u", queue_ahead(j));
        if (streq(property, "WaitsFor"))
                return sd_bus_message_append(reply, "s", j->waits_for ? j->waits_for : "");
        if (streq(property, "Error"))
                return sd_bus_message_append(reply, "s", j->error ? j->error : "");
        AppState *s = job_app(j);
        _cleanup_free_ char *url = s ? app_url(j->engine, s) : strdup("");
        return url ? sd_bus_message_append(reply, "s", url) : -ENOMEM;
}

int job_object_append(sd_bus_message *reply, Manager *m, Job *j)
{
        const Operation *o = &j->operation;
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "id", j->id);
        if (r >= 0)
                r = dict_string(reply, "app", o->app);
        if (r >= 0)
                r = dict_string(reply, "kind", operation_kind_to_string(o->kind));
        if (r >= 0)
                r = dict_string(reply, "step", operation_step_to_string(o->step));
        if (r >= 0)
                r = dict_string(reply, "state", job_state(j));
        if (r >= 0)
                r = dict_string(reply, "actor", o->actor);
        if (r >= 0)
                r = dict_string(reply, "request", o->request);
        if (r >= 0)
                r = dict_u64(reply, "created", o->created);
        if (r >= 0)
                r = dict_u64(reply, "version", o->version);
        if (r >= 0)
                r = dict_string(reply, "error", j->error);
        return r < 0 ? r : dict_close(reply);
}

static int method_cancel(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Job *j = userdata;
        Manager *m = j->engine->observer.userdata;
        Caller caller;
        _cleanup_free_ char *reason = NULL;
        int r = caller_may(m, message, ACTION_DEPLOYS_CANCEL, job_app(j), &caller, e);
        if (r < 0)
                return r;
        if (j->ended)
                return sd_bus_error_setf(e, "org.paas1.Error.Conflict", "%s has ended already.", j->id);
        if (asprintf(&reason, "cancelled by %s", caller.name) < 0)
                return -ENOMEM;
        job_cancel_by(j, &caller.actor, reason);
        return sd_bus_reply_method_return(message, "");
}

static int method_open_log(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Job *j = userdata;
        Manager *m = j->engine->observer.userdata;
        Caller caller;
        _cleanup_close_ int fd = -1;
        char operation[] = "--operation", option[] = "--app-id", since[40];
        AppState *s = job_app(j);
        /* An earlier application of that name had operations with the same numbers. */
        char *const arguments[] = {operation, j->id, since, s ? option : NULL, s ? s->app.id : NULL, NULL};
        uint64_t created = j->operation.created;
        snprintf(since, sizeof since, "--since=%llu",
                 (unsigned long long) (created > SET_BACK_USEC ? created - SET_BACK_USEC : 0));
        int r = caller_may(m, message, ACTION_LOGS, s, &caller, e);
        if (r >= 0 && !j->ended)
                r = job_object_follow(m, j, message);
        if (r >= 0)
                r = logstream_open(m, arguments, &fd);
        return r < 0 ? r : sd_bus_reply_method_return(message, "h", fd);
}

static int find_job(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
                    sd_bus_error *e)
{
        Manager *m = userdata;
        for (size_t i = 0; i < m->engine->n_jobs; i++) {
                _cleanup_free_ char *own = job_object_path(m->engine->jobs[i]);
                if (own && streq(own, path)) {
                        *ret_found = m->engine->jobs[i];
                        return 1;
                }
        }
        return 0;
}

static int enumerate_jobs(sd_bus *bus, const char *prefix, void *userdata, char ***ret, sd_bus_error *e)
{
        Manager *m = userdata;
        _cleanup_strv_ char **paths = NULL;
        for (size_t i = 0; i < m->engine->n_jobs; i++) {
                int r = strv_consume(&paths, job_object_path(m->engine->jobs[i]));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(paths);
        return 0;
}

static const sd_bus_vtable job_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Id", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("App", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Kind", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Step", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("State", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Actor", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Created", "t", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Version", "t", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Ahead", "u", get_property, 0, 0),
        SD_BUS_PROPERTY("WaitsFor", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Url", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("Error", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_METHOD_WITH_ARGS("Cancel", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_cancel,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("OpenLog", SD_BUS_NO_ARGS, SD_BUS_RESULT("h", log), method_open_log,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

int job_object_register(Manager *m)
{
        int r = sd_bus_add_fallback_vtable(m->bus, &m->slots[m->n_slots++], JOB_PREFIX, BUS_JOB_INTERFACE,
                                           job_vtable, find_job, m);
        if (r >= 0)
                r = sd_bus_add_node_enumerator(m->bus, &m->slots[m->n_slots++], JOB_PREFIX, enumerate_jobs,
                                               m);
        return r;
}
