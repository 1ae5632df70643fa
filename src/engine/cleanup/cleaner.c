/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/cleaner.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "basic/log.h"
#include "model/paths.h"

static int start(Engine *e, const char *name, const char *path, const char *stopped, UnitDone done,
                 void *userdata, UnitCall **ret)
{
        _cleanup_free_ char *unit = NULL;
        if (asprintf(&unit, "paas-clean-%s.service", name) < 0)
                return -ENOMEM;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new(unit);
        if (!s)
                return -ENOMEM;
        unit_spec_stringf(s, "Description", "Removes %s", path);
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "Slice", "paas-build.slice");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        if (stopped)
                unit_spec_list(s, UNIT_STRV, "After", stopped);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "/bin/rm");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "-rf");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "--one-file-system");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "--");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", path);
        int r = unit_spec_check(s);
        if (r >= 0)
                r = units_start(e->units, s, NULL, 0, done, userdata, ret);
        return r < 0 ? log_warning(r, "cannot remove %s", path) : 0;
}

void cleaner_remove(Engine *e, const char *name, const char *path, const char *stopped)
{
        (void) start(e, name, path, stopped, NULL, NULL, NULL);
}

void cleaner_remove_layer(Engine *e, const char *app, const char *short_name)
{
        char layer[512], name[512];
        snprintf(layer, sizeof(layer), PAAS_LAYER, app, short_name);
        snprintf(name, sizeof(name), "layer-%s-%s", app, short_name);
        if (access(layer, F_OK) == 0)
                cleaner_remove(e, name, layer, NULL);
}

int cleaner_discard(Engine *e, const char *name, const char *path, UnitDone done, void *userdata,
                    UnitCall **ret)
{
        char trash[512];
        snprintf(trash, sizeof(trash), PAAS_TRASH "/%s", name);
        if (rename(path, trash) >= 0)
                path = trash;
        else if (errno == ENOENT)
                return -ENOENT;
        /* Another file system, or something of that name is there already: it goes where it is. */
        return start(e, name, path, NULL, done, userdata, ret);
}
