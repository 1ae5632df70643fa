/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Starting and stopping: a request that is answered with a job, and the job's end, which is a signal. The
 * signal may come before the answer, so what ends while an answer is due is remembered. When systemd
 * re-executed itself a signal may have been missed: then the unit itself is asked how it went.
 */

#include "unit/unit-internal.h"

#include <errno.h>

#include "basic/strv.h"
#include "basic/text.h"

static void job_ended(UnitCall *c, const char *result)
{
        call_finish(c, streq(result, "done") ? 0 : -EIO, result);
}

static int on_job(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitCall *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        const char *path;

        if (e && c->kind == CALL_STOP && systemd_errno(e) == -ENOENT)
                call_finish(c, 0, "done");
        else if (e)
                call_failed(c, e);
        if (e)
                return 0;

        int r = sd_bus_message_read(m, "o", &path);
        if (r >= 0)
                r = text_replace(&c->job, path);
        if (r < 0) {
                call_broken(c, r);
                return 0;
        }
        c->slot = sd_bus_slot_unref(c->slot);
        c->step = CALL_WATCHING;

        _cleanup_strv_ char **early = TAKE_PTR(c->early);
        for (char **p = early; p && p[0]; p += 2)
                if (streq(p[0], c->job)) {
                        job_ended(c, p[1]);
                        break;
                }
        return 0;
}

int job_begin(UnitCall *c)
{
        if (c->answer_was_lost && c->kind == CALL_START)
                return inspect_begin(c); /* perhaps it did read the request */

        c->answer_was_lost = false;
        c->early = strv_free(c->early);
        free(c->job);
        c->job = NULL;
        if (c->kind == CALL_START) {
                c->slot = sd_bus_slot_unref(c->slot);
                return sd_bus_call_async(c->units->bus, &c->slot, c->message, on_job, c,
                                         SYSTEMD_TIMEOUT_USEC);
        }
        return call_manager(c, c->kind == CALL_STOP ? "StopUnit" : "StartUnit", on_job, "ss", c->name,
                            "replace");
}

void job_removed(UnitCall *c, const char *path, const char *unit, const char *result)
{
        if (c->kind != CALL_START && c->kind != CALL_START_EXISTING && c->kind != CALL_STOP)
                return;
        if (c->job) {
                if (streq(c->job, path))
                        job_ended(c, result);
                return;
        }
        if (c->step != CALL_SENT || !streq(c->name, unit))
                return;
        int r = strv_append(&c->early, path);
        if (r >= 0)
                r = strv_append(&c->early, result);
        if (r < 0)
                call_broken(c, r);
}

/* Systemd was away. The job may be still under way; if not, the unit's state says how it ended. */
void job_inspected(UnitCall *c, const Inspection *i)
{
        const UnitStatus *s = &i->status;

        if (i->job && (!c->job || streq(i->job, c->job))) {
                c->step = CALL_WATCHING;
                c->answer_was_lost = false;
                int r = text_replace(&c->job, i->job);
                if (r < 0)
                        call_broken(c, r);
                return;
        }
        if (c->kind == CALL_STOP) {
                bool stopped = !s->loaded || s->state == UNIT_INACTIVE || s->state == UNIT_FAILED;
                call_finish(c, stopped ? 0 : -EIO, stopped ? "done" : "canceled");
                return;
        }
        if (!s->loaded && !c->job && c->kind == CALL_START) {
                /* It never read the request: once more. */
                c->answer_was_lost = false;
                c->step = CALL_SENT;
                int r = job_begin(c);
                if (r < 0)
                        call_broken(c, r);
                return;
        }
        if (!s->loaded)
                call_finish(c, -EIO, "systemd was restarted and no longer knows the unit");
        else if (s->state == UNIT_FAILED || (s->result[0] && !streq(s->result, "success")))
                call_finish(c, -EIO, "failed");
        else
                call_finish(c, 0, "done");
}

static int launch_job(UnitCall *c, UnitDone done, UnitCall **ret)
{
        c->done = done;
        return call_launch(c, ret);
}

int units_start(Units *u, const UnitSpec *unit, UnitSpec *const *aux, size_t n_aux, UnitDone done,
                void *userdata, UnitCall **ret)
{
        __attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL;
        int r = transient_message(u->bus, unit, aux, n_aux, &m);
        if (r < 0)
                return r;
        UnitCall *c;
        r = call_new(u, CALL_START, unit->name, userdata, &c);
        if (r < 0)
                return r;
        c->message = TAKE_PTR(m);
        return launch_job(c, done, ret);
}

int units_start_existing(Units *u, const char *name, UnitDone done, void *userdata, UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, CALL_START_EXISTING, name, userdata, &c);
        return r < 0 ? r : launch_job(c, done, ret);
}

int units_stop(Units *u, const char *name, UnitDone done, void *userdata, UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, CALL_STOP, name, userdata, &c);
        return r < 0 ? r : launch_job(c, done, ret);
}
