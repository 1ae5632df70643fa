/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Starting and stopping: a request that is answered with a job, and the job's end, which is a signal. The
 * signal may come before the answer, so what ends while an answer is due is remembered. When systemd
 * re-executed itself a signal may have been missed: then the unit itself is asked how it went.
 */

#include "unit/unit.h"

#include <errno.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "unit/call.h"
#include "unit/inspect.h"
#include "unit/transient.h"

static void job_ended(UnitCall *c, const char *result)
{
        call_finish(c, streq(result, "done") ? 0 : -EIO, result);
}

static int on_job(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitCall *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        const char *path;

        if (e) {
                call_failed(c, e);
                return 0;
        }
        int r = sd_bus_message_read(m, "o", &path);
        if (r >= 0)
                r = text_replace(&c->job, path);
        if (r < 0) {
                call_check(c, r);
                return 0;
        }
        call_rest(c);

        _cleanup_strv_ char **early = TAKE_PTR(c->early);
        for (char **p = early; p && p[0]; p += 2)
                if (streq(p[0], c->job)) {
                        job_ended(c, p[1]);
                        break;
                }
        return 0;
}

static int on_stop_job(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        const sd_bus_error *e = sd_bus_message_get_error(m);
        if (!e || systemd_errno(e) != -ENOENT)
                return on_job(m, userdata, reterr);
        call_finish(userdata, 0, "done"); /* there is nothing to stop */
        return 0;
}

/* A new request: what is known of an earlier one does not count. */
static void job_forget(UnitCall *c)
{
        c->answer_was_lost = false;
        c->early = strv_free(c->early);
        free(c->job);
        c->job = NULL;
}

static int start_send(UnitCall *c)
{
        job_forget(c);
        if (!c->message)
                return call_manager(c, "StartUnit", on_job, "ss", c->name, "replace");
        c->slot = sd_bus_slot_unref(c->slot);
        return sd_bus_call_async(c->units->bus, &c->slot, c->message, on_job, c, SYSTEMD_TIMEOUT_USEC);
}

static int start_begin(UnitCall *c)
{
        /* Perhaps systemd did read the request that it has not answered, and perhaps it is done. */
        return c->answer_was_lost ? inspect_begin(c) : start_send(c);
}

/* Once more does no harm. */
static int stop_begin(UnitCall *c)
{
        job_forget(c);
        return call_manager(c, "StopUnit", on_stop_job, "ss", c->name, "replace");
}

static void job_removed(UnitCall *c, const char *job, const char *unit, const char *result)
{
        if (c->job) {
                if (streq(c->job, job))
                        job_ended(c, result);
                return;
        }
        if (c->step != CALL_SENT || !streq(c->name, unit))
                return;
        int r = strv_append(&c->early, job);
        if (r >= 0)
                r = strv_append(&c->early, result);
        call_check(c, r);
}

/* Systemd was away. The job, perhaps one that it never told us of, is still under way? */
static bool job_goes_on(const UnitCall *c, const Inspection *i)
{
        return i->job && (!c->job || streq(i->job, c->job));
}

static bool was_never_read(const UnitCall *c, const Inspection *i)
{
        return !c->job && (c->message ? !i->status.loaded : i->status.state == UNIT_INACTIVE);
}

static void start_inspected(UnitCall *c, const Inspection *i)
{
        const UnitStatus *s = &i->status;
        if (job_goes_on(c, i)) {
                c->answer_was_lost = false;
                int r = text_replace(&c->job, i->job);
                if (r < 0)
                        call_check(c, r);
                else
                        call_rest(c);
        } else if (was_never_read(c, i)) {
                call_check(c, start_send(c));
        } else if (!s->loaded) {
                call_finish(c, -EIO, "systemd was restarted and no longer knows the unit");
        } else {
                bool failed = s->state == UNIT_FAILED || (s->result[0] && !streq(s->result, "success"));
                call_finish(c, failed ? -EIO : 0, failed ? "failed" : "done");
        }
}

static const CallType start_type = {
        .begin = start_begin,
        .end = call_finish,
        .inspected = start_inspected,
        .job_removed = job_removed,
};

static const CallType stop_type = {
        .begin = stop_begin,
        .end = call_finish,
        .job_removed = job_removed,
};

static int launch(Units *u, const CallType *type, const char *name, UnitDone done, void *userdata,
                  sd_bus_message *message, UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, type, name, userdata, &c);
        if (r < 0)
                return r;
        c->message = sd_bus_message_ref(message);
        c->done = done;
        return call_launch(c, ret);
}

int units_start(Units *u, const UnitSpec *unit, UnitSpec *const *aux, size_t n_aux, UnitDone done,
                void *userdata, UnitCall **ret)
{
        __attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL;
        int r = transient_message(u->bus, unit, aux, n_aux, &m);
        return r < 0 ? r : launch(u, &start_type, unit->name, done, userdata, m, ret);
}

int units_start_existing(Units *u, const char *name, UnitDone done, void *userdata, UnitCall **ret)
{
        return launch(u, &start_type, name, done, userdata, NULL, ret);
}

int units_stop(Units *u, const char *name, UnitDone done, void *userdata, UnitCall **ret)
{
        return launch(u, &stop_type, name, done, userdata, NULL, ret);
}
