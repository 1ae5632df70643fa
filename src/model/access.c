/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/name.h"
#include "json/json.h"

/* Where the name is, or where it would have to be put. */
static size_t place_of(const Access *a, const char *name)
{
        size_t i = 0;
        while (i < a->n_grants && strcmp(a->grants[i].name, name) < 0)
                i++;
        return i;
}

static bool is_at(const Access *a, size_t i, const char *name)
{
        return i < a->n_grants && streq(a->grants[i].name, name);
}

Role access_get(const Access *a, const char *name)
{
        size_t i = place_of(a, name);
        return is_at(a, i, name) ? a->grants[i].role : ROLE_NONE;
}

static void remove_at(Access *a, size_t i)
{
        free(a->grants[i].name);
        memmove(&a->grants[i], &a->grants[i + 1], (a->n_grants - i - 1) * sizeof(Grant));
        a->n_grants--;
}

static int insert_at(Access *a, size_t i, const char *name, Role role)
{
        if (a->n_grants >= ACCESS_MAX)
                return -E2BIG;
        char *copy = strdup(name);
        Grant *grants = copy ? reallocarray(a->grants, a->n_grants + 1, sizeof(Grant)) : NULL;
        if (!grants) {
                free(copy);
                return -ENOMEM;
        }
        a->grants = grants;
        memmove(&grants[i + 1], &grants[i], (a->n_grants - i) * sizeof(Grant));
        grants[i] = (Grant){.name = copy, .role = role};
        a->n_grants++;
        return 0;
}

int access_set(Access *a, const char *name, Role role)
{
        size_t i = place_of(a, name);
        if (!is_at(a, i, name))
                return role == ROLE_NONE ? 0 : insert_at(a, i, name, role);
        if (role == ROLE_NONE)
                remove_at(a, i);
        else
                a->grants[i].role = role;
        return 0;
}

int access_role_from_string(const char *s, Role *ret, Error *e)
{
        Role role;
        if (role_from_string(s, &role) < 0)
                return error_set(e, -EINVAL, "There is no role \"%s\": viewer, deployer or operator.", s);
        if (role == ROLE_OWNER)
                return error_set(e, -EINVAL,
                                 "An application has exactly one owner: `paas apps:transfer NAME` makes "
                                 "somebody else the owner.");
        *ret = role;
        return 0;
}

int access_copy(const Access *a, Access *ret)
{
        _cleanup_access_ Access copy = ACCESS_NULL;
        for (size_t i = 0; i < a->n_grants; i++) {
                int r = access_set(&copy, a->grants[i].name, a->grants[i].role);
                if (r < 0)
                        return r;
        }
        *ret = copy;
        copy = ACCESS_NULL;
        return 0;
}

int access_format(const Access *a, char **ret)
{
        _cleanup_json_ Json *j = js_object();
        if (!j)
                return -ENOMEM;
        for (size_t i = 0; i < a->n_grants; i++) {
                int r = js_set_string(j, a->grants[i].name, role_to_string(a->grants[i].role));
                if (r < 0)
                        return r;
        }
        return js_format(j, ret);
}

static int read_grants(const Json *j, Access *a, Error *e)
{
        const char *name;
        const Json *value;
        void *iter = NULL;
        while (js_next(j, &iter, &name, &value)) {
                const char *role_name = js_string_value(value);
                Role role;
                int r = holder_check(name, NULL);
                if (r < 0 || !role_name || access_role_from_string(role_name, &role, NULL) < 0)
                        return error_set(
                                e, -EBADMSG,
                                "the stored access is damaged: a name or a role in it cannot be one");
                r = access_set(a, name, role);
                if (r < 0)
                        return r;
        }
        return 0;
}

int access_parse(const char *text, size_t length, Access *ret, Error *e)
{
        _cleanup_json_ Json *j = NULL;
        _cleanup_access_ Access a = ACCESS_NULL;
        int r = js_parse(text, length, &j, e);
        if (r < 0)
                return error_prefix(e, r, "the stored access");
        if (!js_is_object(j) || js_size(j) > ACCESS_MAX)
                return error_set(e, -EBADMSG, "the stored access is not a JSON object of at most %d names",
                                 ACCESS_MAX);
        r = read_grants(j, &a, e);
        if (r < 0)
                return r;
        *ret = a;
        a = ACCESS_NULL;
        return 0;
}

void access_clear(Access *a)
{
        for (size_t i = 0; i < a->n_grants; i++)
                free(a->grants[i].name);
        free(a->grants);
        *a = ACCESS_NULL;
}
