/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/appinfo.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"

int app_find(Engine *e, const char *name, AppState **ret, Error *error)
{
        AppState *s = catalog_find_app(&e->catalog, name);
        if (!s)
                return error_set(error, -ENOENT,
                                 "There is no application \"%s\". `paas apps` lists what there is.", name);
        *ret = s;
        return 0;
}

int app_domains(Engine *e, const AppState *s, char ***ret)
{
        _cleanup_strv_ char **list = NULL;
        int r = 0;
        if (e->catalog.base_domain)
                r = strv_appendf(&list, "%s.%s", s->app.name, e->catalog.base_domain);
        STRV_FOREACH(domain, s->domains)
                if (r >= 0)
                        r = strv_append(&list, *domain);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(list);
        return 0;
}

char *app_url(Engine *e, const AppState *s)
{
        char *url = NULL;
        if (!e->catalog.base_domain)
                return strdup("");
        if (e->settings.https_port == 443)
                return asprintf(&url, "https://%s.%s", s->app.name, e->catalog.base_domain) < 0 ? NULL : url;
        return asprintf(&url, "https://%s.%s:%llu", s->app.name, e->catalog.base_domain,
                        (unsigned long long) e->settings.https_port) < 0
                       ? NULL
                       : url;
}
