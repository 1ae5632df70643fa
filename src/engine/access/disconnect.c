/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/access/disconnect.h"

#include "basic/clock.h"
#include "basic/log.h"
#include "model/paths.h"

void disconnect_user(Engine *e, const User *u)
{
        if (u->n_keys == 0)
                return;
        _cleanup_free_ char *unit = NULL;
        if (asprintf(&unit, "paas-hangup-%llu.service", (unsigned long long) clock_monotonic()) < 0)
                return;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new(unit);
        if (!s)
                return;
        unit_spec_stringf(s, "Description", "Ends the ssh connections of %s", u->name);
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_LIB "/paas-shell");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "--hang-up");
        for (size_t i = 0; i < u->n_keys; i++)
                unit_spec_list(s, UNIT_EXEC, "ExecStart", u->keys[i].fingerprint);
        int r = unit_spec_check(s);
        if (r >= 0)
                r = units_start(e->units, s, NULL, 0, NULL, NULL, NULL);
        if (r < 0)
                log_error(r, "cannot end the ssh connections of %s, who is disabled", u->name);
}
