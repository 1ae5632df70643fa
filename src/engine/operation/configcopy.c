/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/configcopy.h"

#include <errno.h>

#include "basic/text.h"
#include "engine/hostfiles.h"
#include "engine/operation/configure.h"

int configcopy_submit(Engine *e, const AppState *from, AppState *to, char *const *names, const Actor *actor,
                      Job **ret, Error *error)
{
        _cleanup_config_ Config all = CONFIG_NULL, set = CONFIG_NULL;
        if (from == to)
                return error_set(error, -EINVAL, "%s has its own config vars already: copy from another one",
                                 to->app.name);
        if (!names || !*names)
                return error_set(error, -EINVAL, "Which config vars? --keys A,B names them");
        int r = hostfiles_read_config(e, from, catalog_base(from), &all, error);
        for (char *const *name = names; r >= 0 && *name; name++) {
                const char *value = config_get(&all, *name);
                r = value ? config_set(&set, *name, value)
                          : error_set(error, -EINVAL, "%s has no config var %.255s", from->app.name, *name);
        }
        return r < 0 ? r : configure_submit(e, to, &set, NULL, false, actor, ret, error);
}
