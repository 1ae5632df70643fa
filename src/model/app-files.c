/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The files that stand beside `app` in an application's tree: formation and domains. */

#include "model/app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/name.h"
#include "json/json.h"

int formation_format(const Formation *f, char **ret)
{
        _cleanup_json_ Json *j = NULL;
        int r = formation_to_json(f, &j);
        return r < 0 ? r : js_format(j, ret);
}

int formation_parse(const char *text, size_t length, Formation *ret, Error *e)
{
        _cleanup_json_ Json *j = NULL;
        int r = js_parse(text, length, &j, e);
        if (r < 0)
                return error_prefix(e, r, "the stored formation");
        return formation_from_json(j, ret, e);
}

int domains_format(char *const *domains, char **ret)
{
        _cleanup_json_ Json *j = js_array();
        size_t n = strv_length(domains);
        _cleanup_free_ char **sorted = calloc(n + 1, sizeof(char *)); /* its strings are borrowed */
        if (!j || !sorted)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                sorted[i] = domains[i];
        strv_sort(sorted);

        for (size_t i = 0; i < n; i++) {
                int r = js_add_string(j, sorted[i]);
                if (r < 0)
                        return r;
        }
        return js_format(j, ret);
}

static int read_domain(const Json *j, char **ret, Error *e)
{
        const char *s = js_string_value(j);
        if (!s)
                return error_set(e, -EBADMSG, "the stored domains are damaged: one is not a string");

        _cleanup_free_ char *name = NULL;
        int r = domain_check(s, &name, e);
        if (r == -EINVAL || (r >= 0 && !streq(s, name)))
                return error_set(e, -EBADMSG, "the stored domains are damaged: one cannot be a domain");
        if (r < 0)
                return r;
        *ret = TAKE_PTR(name);
        return 0;
}

int domains_parse(const char *text, size_t length, char ***ret, Error *e)
{
        _cleanup_json_ Json *j = NULL;
        int r = js_parse(text, length, &j, e);
        if (r < 0)
                return error_prefix(e, r, "the stored domains");
        if (!js_is_array(j))
                return error_set(e, -EBADMSG, "the stored domains are not a JSON list");

        size_t n = js_size(j);
        _cleanup_strv_ char **list = calloc(n + 1, sizeof(char *));
        if (!list)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                r = read_domain(js_at(j, i), &list[i], e);
                if (r < 0)
                        return r;
        }
        strv_sort(list);
        for (size_t i = 1; i < n; i++)
                if (streq(list[i - 1], list[i]))
                        return error_set(e, -EBADMSG, "the stored domains are damaged: %s is there twice",
                                         list[i]);
        *ret = TAKE_PTR(list);
        return 0;
}
