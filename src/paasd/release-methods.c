/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "bus/bus.h"
#include "engine/catalog/history.h"
#include "engine/operation/rerelease.h"
#include "engine/traffic/outcome.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

int method_rollback(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        AppState *s = userdata;
        Caller caller;
        Job *j = NULL;
        RollbackRequest request = {0};
        const DictField fields[] = {
                {"code", DICT_BOOL, &request.code},
                {"config", DICT_BOOL, &request.config},
                {"run-release", DICT_BOOL, &request.run_release},
                {"force", DICT_BOOL, &request.force},
        };
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_ROLLBACK, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "t", &request.version);
        if (r >= 0)
                r = dict_read(message, fields, ELEMENTSOF(fields), e);
        if (r >= 0 && request.force)
                r = caller_may(m, message, ACTION_ROLLBACK_FORCE, s, &caller, e);
        if (r < 0)
                return r;
        r = rollback_submit(m->engine, s, &request, &caller.actor, &j, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : reply_job(message, j);
}

int method_retry_release(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        Job *j = NULL;
        uint64_t version;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_RELEASES_RETRY, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "t", &version);
        if (r < 0)
                return r;
        r = retry_submit(m->engine, userdata, version, &caller.actor, &j, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : reply_job(message, j);
}

static int set_wall(sd_bus_message *message, AppState *s, bool lock, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        uint64_t version;
        const char *reason = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_RELEASES_LOCK, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "t", &version);
        if (r >= 0 && lock)
                r = sd_bus_message_read(message, "s", &reason);
        if (r < 0)
                return r;
        r = rerelease_set_wall(m->engine, s, version, reason, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

int method_lock_release(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return set_wall(message, userdata, true, e);
}

int method_unlock_release(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return set_wall(message, userdata, false, e);
}

static int find_operation(Manager *m, const AppState *s, uint64_t version, uint64_t *ret, sd_bus_error *e)
{
        _cleanup_history_release_ HistoryRelease h = {0};
        int r = history_read_release(m->engine->store, s->head, s->release_head, version, &h);
        if (r == -ENOENT)
                return sd_bus_error_setf(e, "org.paas1.Error.NoSuchRelease", "%s has no release v%llu.",
                                         s->app.name, (unsigned long long) version);
        *ret = h.operation;
        return r;
}

/* What its operation printed: the build, the release command, the start. */
int method_open_release_log(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        AppState *s = userdata;
        Caller caller;
        uint64_t version, operation = 0;
        _cleanup_close_ int fd = -1;
        _cleanup_free_ char *id = NULL;
        char option[] = "--operation", ended[] = "--ended", app_id[] = "--app-id";
        int r = caller_may(m, message, ACTION_RELEASES_OUTPUT, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "t", &version);
        if (r >= 0)
                r = find_operation(m, s, version > 0 ? version : s->last_version, &operation, e);
        if (r < 0)
                return r;
        if (asprintf(&id, "%s/%llu", s->app.name, (unsigned long long) operation) < 0)
                return -ENOMEM;
        const Job *j = job_find(m->engine, id);
        char *const arguments[] = {option, id, app_id, s->app.id, j && !j->ended ? NULL : ended, NULL};
        r = logstream_open(m, arguments, &fd);
        return r < 0 ? r : sd_bus_reply_method_return(message, "h", fd);
}

int method_get_outcome(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        uint64_t version;
        _cleanup_outcome_ Outcome o = {0};
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_RELEASES_WATCH, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "t", &version);
        if (r < 0)
                return r;
        r = outcome_read(m->engine, userdata, version, &o, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        _cleanup_free_ char *path = o.job ? job_object_path(o.job) : strdup("/");
        return path ? sd_bus_reply_method_return(message, "tstso", o.version, o.state, o.left,
                                                 o.reason ? o.reason : "", path)
                    : -ENOMEM;
}
