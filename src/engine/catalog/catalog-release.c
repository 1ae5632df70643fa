/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>

#include "engine/catalog/catalog.h"
#include "model/appjson.h"

static int read_checks(Catalog *c, const char *commit_id, Checks *ret)
{
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = store_read(c->store, commit_id, "app.json", APPJSON_MAX_BYTES, &text, &n);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        return checks_parse(text, n, ret);
}

int catalog_read_release(Catalog *c, const char *commit_id, Release *ret, Procfile *ret_procfile, Error *e)
{
        _cleanup_free_ char *text = NULL, *procfile = NULL;
        _cleanup_release_ Release release = RELEASE_NULL;
        size_t n;

        int r = store_read(c->store, commit_id, "release", 65536, &text, &n);
        if (r >= 0)
                r = release_parse(text, n, &release, e);
        if (r < 0)
                return error_prefix(e, r, "release %s", commit_id);
        if (ret_procfile) {
                r = store_read(c->store, commit_id, "Procfile", PROCFILE_MAX_BYTES, &procfile, &n);
                if (r >= 0)
                        r = procfile_parse(procfile, n, "Procfile", ret_procfile, NULL, e);
                if (r < 0 && r != -ENOENT && r != -ENODATA)
                        return error_prefix(e, r, "release %s", commit_id);
        }
        if (ret_procfile)
                r = read_checks(c, commit_id, &release.checks);
        if (r < 0 && r != -ENOENT && r != -ENODATA)
                return error_prefix(e, r, "release %s", commit_id);
        *ret = release;
        release = RELEASE_NULL;
        return 0;
}
