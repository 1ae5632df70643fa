/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/usageunit.h"

#include "model/paths.h"

UnitSpec *render_usage(uint64_t number, const char *app, bool uids, int fd)
{
        static const char command[] = "ExecStart";
        _cleanup_free_ char *unit = NULL;
        if (asprintf(&unit, "paas-usage-%llu.service", (unsigned long long) number) < 0)
                return NULL;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new(unit);
        if (!s)
                return NULL;

        unit_spec_string(s, "Description", "Counts what applications have on the disk");
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_fd(s, "StandardOutputFileDescriptor", fd);
        unit_spec_string(s, "StandardError", "journal");
        unit_spec_list(s, UNIT_EXEC, command, PAAS_LIB "/paas-usage");
        if (app) {
                unit_spec_list(s, UNIT_EXEC, command, "--app");
                unit_spec_list(s, UNIT_EXEC, command, app);
        }
        if (uids)
                unit_spec_list(s, UNIT_EXEC, command, "--uids");
        return TAKE_PTR(s);
}
