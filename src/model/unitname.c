/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/unitname.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/name.h"

char *instance_short_name(const InstanceName *n)
{
        char *s = NULL;
        if (asprintf(&s, "%s.%u-v%" PRIu64 ".%" PRIu64, n->type, n->index, n->version, n->operation) < 0)
                return NULL;
        return s;
}

char *instance_unit_name(const InstanceName *n, const char *suffix)
{
        _cleanup_free_ char *app = name_escape(n->app), *type = name_escape(n->type);
        char *s = NULL;
        if (!app || !type ||
            asprintf(&s, "paas-%s-%s-%s.%u-v%" PRIu64 ".%" PRIu64 "%s", n->oneoff ? "run" : "app", app, type,
                     n->index, n->version, n->operation, suffix) < 0)
                return NULL;
        return s;
}

/* Digits from `*p` up to `stop`, which is skipped. */
static int take_number(const char **p, const char *stop, uint64_t max, uint64_t *ret)
{
        const char *end = strstr(*p, stop);
        if (!end)
                return -EINVAL;
        _cleanup_free_ char *digits = strndup(*p, (size_t) (end - *p));
        if (!digits)
                return -ENOMEM;
        int r = text_parse_uint(digits, max, ret);
        if (r < 0)
                return -EINVAL;
        *p = end + strlen(stop);
        return 0;
}

/* A name up to `stop`, which is skipped. */
static int take_name(const char **p, char stop, char **ret)
{
        const char *end = strchr(*p, stop);
        if (!end)
                return -EINVAL;
        _cleanup_free_ char *escaped = strndup(*p, (size_t) (end - *p));
        char *name = escaped ? name_unescape(escaped) : NULL;
        if (!name)
                return -ENOMEM;
        *ret = name;
        *p = end + 1;
        return 0;
}

static int parse(const char *p, const char *suffix, InstanceName *n)
{
        uint64_t index;
        int r = take_name(&p, '-', &n->app);
        if (r >= 0)
                r = take_name(&p, '.', &n->type);
        if (r >= 0)
                r = take_number(&p, "-v", UINT_MAX, &index);
        if (r >= 0)
                r = take_number(&p, ".", UINT64_MAX, &n->version);
        if (r >= 0)
                r = take_number(&p, suffix, UINT64_MAX, &n->operation);
        if (r < 0)
                return r;
        n->index = (unsigned) index;
        return 0;
}

static int parse_unit(const char *unit, const char *suffix, InstanceName *ret)
{
        _cleanup_instance_name_ InstanceName n = INSTANCE_NAME_NULL;
        const char *p = text_after(unit, "paas-app-"), *oneoff = text_after(unit, "paas-run-");
        n.oneoff = oneoff;
        if (oneoff)
                p = oneoff;
        int r = p ? parse(p, suffix, &n) : -EINVAL;
        if (r < 0)
                return r;
        if (app_name_check(n.app, NULL) < 0 || process_type_check(n.type, NULL) < 0 || n.index == 0 ||
            n.version == 0)
                return -EINVAL;

        /* Only the one spelling that we write: no leading zeros, nothing behind. */
        _cleanup_free_ char *again = instance_unit_name(&n, suffix);
        if (!again)
                return -ENOMEM;
        if (!streq(again, unit))
                return -EINVAL;
        *ret = n;
        n = INSTANCE_NAME_NULL;
        return 0;
}

int instance_name_parse(const char *unit, InstanceName *ret)
{
        return parse_unit(unit, ".service", ret);
}

int instance_socket_parse(const char *unit, InstanceName *ret)
{
        return parse_unit(unit, ".socket", ret);
}

int instance_relive_parse(const char *unit, InstanceName *ret)
{
        const char *rest = text_after(unit, RELIVE_UNIT_PREFIX);
        _cleanup_free_ char *watched = NULL;
        if (!rest)
                return -EINVAL;
        if (asprintf(&watched, "paas-app-%s", rest) < 0)
                return -ENOMEM;
        return instance_name_parse(watched, ret);
}

int instance_name_copy(const InstanceName *n, InstanceName *ret)
{
        _cleanup_free_ char *app = strdup(n->app), *type = strdup(n->type);
        if (!app || !type)
                return -ENOMEM;
        *ret = *n;
        ret->app = TAKE_PTR(app);
        ret->type = TAKE_PTR(type);
        return 0;
}

void instance_name_clear(InstanceName *n)
{
        free(n->app);
        free(n->type);
        *n = INSTANCE_NAME_NULL;
}
