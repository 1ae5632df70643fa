/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/processes.h"

#include <errno.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/file.h"

/* -ENOENT is for the caller; everything else has its text. */
static int read_text(int dir_fd, const char *name, size_t max, char **ret, size_t *ret_length, Error *e)
{
        int r = file_read_at(dir_fd, name, max, ret, ret_length);
        switch (r) {
        case -ENOENT:
                return r;
        case -EINVAL:
                return error_set(e, r, "%s is no regular file: a link or directory of that name is not read",
                                 name);
        case -EFBIG:
                return error_set(e, r, "%s has more than %zu bytes", name, max);
        default:
                return r < 0 ? error_set(e, r, "reading %s: %s", name, strerror(-r)) : 0;
        }
}

int declared_read(int dir_fd, Declared *ret, char ***warnings, Error *e)
{
        _cleanup_declared_ Declared d = DECLARED_NULL;
        _cleanup_free_ char *procfile = NULL, *app_json = NULL;
        size_t length;

        int r = read_text(dir_fd, "Procfile", PROCFILE_MAX_BYTES, &procfile, &length, e);
        if (r >= 0)
                r = procfile_parse(procfile, length, "Procfile", &d.procfile, warnings, e);
        if (r < 0 && r != -ENOENT)
                return r;

        r = read_text(dir_fd, "app.json", APPJSON_MAX_BYTES, &app_json, &length, e);
        if (r >= 0)
                r = appjson_parse(app_json, length, &d.app_json, warnings, e);
        if (r < 0 && r != -ENOENT)
                return r;

        *ret = d;
        d = DECLARED_NULL;
        return 0;
}

void declared_clear(Declared *d)
{
        procfile_clear(&d->procfile);
        appjson_clear(&d->app_json);
}

int processes_merge(Procfile *p, const Procfile *defaults, char **ret_added)
{
        _cleanup_strv_ char **added = NULL;
        for (size_t i = 0; i < defaults->n_processes; i++) {
                const Process *at = &defaults->processes[i];
                if (procfile_find(p, at->type))
                        continue;
                int r = procfile_add(p, at->type, at->command);
                if (r >= 0)
                        r = strv_append(&added, at->type);
                if (r < 0)
                        return r;
        }
        *ret_added = added ? strv_join(added, ", ") : NULL;
        return added && !*ret_added ? -ENOMEM : 0;
}

char *processes_list(const Procfile *p)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        char *ret;
        for (size_t i = 0; i < p->n_processes; i++)
                buffer_printf(&b, "%s%s", i > 0 ? ", " : "", p->processes[i].type);
        return buffer_finish(&b, &ret, NULL) < 0 ? NULL : ret;
}
