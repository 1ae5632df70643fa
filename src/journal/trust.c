/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "journal/trust.h"

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "basic/uuid.h"
#include "model/name.h"

/* Order of Trust.prefixes. */
enum {
        PREFIX_APP,
        PREFIX_RUN,
        PREFIX_CHECK,
        PREFIX_BUILD,
        PREFIX_SOURCE,
        PREFIX_RESOLVE,
        PREFIX_PROBE,
        PREFIX_LIVE,
        PREFIX_SLUG,
        _PREFIX_MAX
};

static const char *const unit_kinds[_PREFIX_MAX] = {
        [PREFIX_APP] = "app",     [PREFIX_RUN] = "run",       [PREFIX_CHECK] = "check",
        [PREFIX_BUILD] = "build", [PREFIX_SOURCE] = "source", [PREFIX_PROBE] = "probe",
        [PREFIX_LIVE] = "live",   [PREFIX_SLUG] = "slug",     [PREFIX_RESOLVE] = "source-resolve",
};

static int operation_app(const char *operation, char **ret, Error *e)
{
        uint64_t number;
        const char *slash = strchr(operation, '/');
        if (!slash || text_parse_uint(slash + 1, UINT64_MAX, &number) < 0)
                return error_set(e, -EINVAL, "\"%s\" is not the id of an operation, such as blog/7",
                                 operation);
        *ret = strndup(operation, (size_t) (slash - operation));
        return *ret ? 0 : -ENOMEM;
}

static int fill(Trust *t, const char *app_id, const char *operation)
{
        _cleanup_free_ char *escaped = name_escape(t->app);
        if (!escaped)
                return -ENOMEM;
        int r = text_replace(&t->app_id, app_id);
        if (r >= 0)
                r = text_replace(&t->operation, operation);
        if (r >= 0 && asprintf(&t->slice, "paas-app-%s.slice", escaped) < 0) {
                t->slice = NULL;
                r = -ENOMEM;
        }
        for (size_t i = 0; r >= 0 && i < _PREFIX_MAX; i++)
                if (asprintf(t->prefixes + i, "paas-%s-%s-", unit_kinds[i], escaped) < 0) {
                        t->prefixes[i] = NULL;
                        r = -ENOMEM;
                }
        return r;
}

int trust_init(Trust *t, const char *app, const char *app_id, const char *operation, Error *e)
{
        *t = (Trust){0};
        int r = 0;
        if (operation)
                r = operation_app(operation, &t->app, e);
        else
                r = text_replace(&t->app, app ? app : "");
        if (r >= 0)
                r = app_name_check(t->app, e);
        if (r >= 0 && app_id && !uuid_is_valid(app_id))
                r = error_set(e, -EINVAL, "\"%s\" is not the id of an application: it must be a uuid",
                              app_id);
        if (r >= 0)
                r = fill(t, app_id, operation);
        if (r < 0)
                trust_clear(t);
        return r;
}

void trust_clear(Trust *t)
{
        free(t->app);
        free(t->app_id);
        free(t->operation);
        free(t->slice);
        for (size_t i = 0; i < ELEMENTSOF(t->prefixes); i++)
                free(t->prefixes[i]);
        *t = (Trust){0};
}

static bool in_unit_of(const Trust *t, const Origin *o, unsigned first, unsigned last)
{
        for (unsigned i = first; o->unit && i <= last; i++)
                if (text_after(o->unit, t->prefixes[i]))
                        return true;
        return false;
}

/* A process that dies within milliseconds is gone before journald has read its cgroup: then the slice is
 * missing, and the unit's name, which PID 1 told when it opened the stream, says the same. */
static bool in_slice(const Trust *t, const Origin *o)
{
        if (o->slice)
                return streq(o->slice, t->slice);
        return in_unit_of(t, o, PREFIX_APP, PREFIX_CHECK);
}

static bool origin_agrees(const Trust *t, const Origin *o)
{
        bool output = text_equal(o->transport, "stdout");

        if (streq(o->source, "app") || streq(o->source, "release"))
                return output && in_slice(t, o);
        if (streq(o->source, "router"))
                return text_equal(o->unit, "paas-router.service");
        if (streq(o->source, "build"))
                return output && in_unit_of(t, o, PREFIX_BUILD, PREFIX_RESOLVE);
        if (streq(o->source, "paas"))
                return text_equal(o->unit, "paasd.service") ||
                       (output && in_unit_of(t, o, PREFIX_SOURCE, PREFIX_SLUG));
        return false;
}

bool trust_entry(const Trust *t, const Origin *o)
{
        if (!o->source || !text_equal(o->app, t->app) || !origin_agrees(t, o))
                return false;
        /* paasd does not know the id of an application that it is about to make. */
        if (t->app_id && !text_equal(o->app_id, t->app_id) &&
            (o->app_id || !text_equal(o->unit, "paasd.service")))
                return false;
        return !t->operation || text_equal(o->operation, t->operation);
}
