/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/compare.h"

#include <errno.h>
#include <fcntl.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "engine/hostfiles.h"
#include "render/promoteunits.h"

void config_difference_clear(ConfigDifference *d)
{
        strv_free(d->only_source);
        strv_free(d->only_target);
        strv_free(d->values);
        *d = CONFIG_DIFFERENCE_NULL;
}

int compare_config(Engine *e, const AppState *source, const AppState *target, ConfigDifference *ret,
                   Error *error)
{
        _cleanup_config_ Config a = CONFIG_NULL, b = CONFIG_NULL;
        _cleanup_config_difference_ ConfigDifference d = CONFIG_DIFFERENCE_NULL;
        _cleanup_free_ ConfigChange *changes = NULL;
        size_t n = 0;
        int r = hostfiles_read_config(e, source, catalog_base(source), &a, error);
        if (r >= 0)
                r = hostfiles_read_config(e, target, catalog_base(target), &b, error);
        if (r >= 0)
                r = config_compare(&a, &b, &changes, &n);
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = strv_append(!changes[i].to     ? &d.only_source
                                : !changes[i].from ? &d.only_target
                                                   : &d.values,
                                changes[i].name);
        if (r < 0)
                return r;
        *ret = d;
        d = CONFIG_DIFFERENCE_NULL;
        return 0;
}

int compare_commits(Engine *e, const AppState *source, const AppState *target, int *ret_fd, Error *error)
{
        static unsigned number;
        char name[96];
        int fds[2];
        if (!source->release.commit)
                return error_set(error, -EINVAL, "Nothing runs in %s yet", source->app.name);
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        _cleanup_close_ int read_end = fds[0], write_end = fds[1];
        snprintf(name, sizeof(name), "paas-source-compare-%llu-%u.service",
                 (unsigned long long) clock_monotonic(), ++number);
        _cleanup_unit_spec_ UnitSpec *s =
                render_compare(name, source->app.name, source->release.commit, target->app.name,
                               target->release.commit, write_end);
        int r = unit_spec_check(s);
        if (r >= 0)
                r = units_start(e->units, s, NULL, 0, NULL, NULL, NULL);
        if (r >= 0)
                *ret_fd = TAKE_FD(read_end);
        return r;
}
