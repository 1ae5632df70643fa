/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/jobview.h"

#include <errno.h>

#include "basic/text.h"
#include "bus/bus.h"
#include "client/reply.h"

static const char *const state_names[] = {
        [JOB_QUEUED] = "queued", [JOB_RUNNING] = "running",   [JOB_SUCCEEDED] = "succeeded",
        [JOB_FAILED] = "failed", [JOB_CANCELED] = "canceled",
};

void job_clear(Job *j)
{
        free(j->id);
        free(j->app);
        free(j->waits_for);
        free(j->url);
        free(j->error);
        *j = JOB_NULL;
}

bool job_over(const Job *j)
{
        return j->state != JOB_QUEUED && j->state != JOB_RUNNING;
}

static int job_from_json(const Json *properties, Job *ret, Error *e)
{
        _cleanup_job_ Job j = JOB_NULL;
        const char *state = reply_text(properties, "State");

        j.state = _JOB_STATE_MAX;
        for (JobState s = 0; s < _JOB_STATE_MAX; s++)
                if (streq(state, state_names[s]))
                        j.state = s;
        if (j.state == _JOB_STATE_MAX)
                return error_set(e, -EBADMSG, "paasd names a job's state \"%s\", which paas does not know",
                                 state);

        j.id = strdup(reply_text(properties, "Id"));
        j.app = strdup(reply_text(properties, "App"));
        j.waits_for = strdup(reply_text(properties, "WaitsFor"));
        j.url = strdup(reply_text(properties, "Url"));
        j.error = strdup(reply_text(properties, "Error"));
        if (!j.id || !j.app || !j.waits_for || !j.url || !j.error)
                return -ENOMEM;
        j.version = (uint64_t) reply_number(properties, "Version");
        *ret = j;
        j = JOB_NULL;
        return 0;
}

int job_read(Client *c, const char *path, Job *ret, Error *e)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        int r = client_object_call(c, path, "org.freedesktop.DBus.Properties", "GetAll", &reply, e, "s",
                                   BUS_JOB_INTERFACE);
        if (r < 0)
                return r;
        _cleanup_json_ Json *properties = NULL;
        r = reply_to_json(reply, &properties);
        if (r < 0)
                return error_set(e, r, "paasd's answer about job %s cannot be read", path);
        return job_from_json(properties, ret, e);
}
