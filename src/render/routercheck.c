/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/routercheck.h"

UnitSpec *render_router_check(uint64_t number, const char *path, int fd)
{
        /* The check has no descriptors: an address stands in for them, as in paas-router.service. */
        static const char *const environment[] = {"PAAS_ROUTER_HTTP=127.0.0.1:80",
                                                  "PAAS_ROUTER_HTTPS=127.0.0.1:443"};
        static const char command[] = "ExecStart";
        const char *const arguments[] = {"/usr/sbin/haproxy", "-c", "-V", "-f", path};
        _cleanup_free_ char *unit = NULL;
        if (asprintf(&unit, "paas-routercheck-%llu.service", (unsigned long long) number) < 0)
                return NULL;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new(unit);
        if (!s)
                return NULL;

        unit_spec_string(s, "Description", "Asks HAProxy whether it takes a configuration");
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_string(s, "User", "paas-router");
        unit_spec_fd(s, "StandardOutputFileDescriptor", fd);
        unit_spec_fd(s, "StandardErrorFileDescriptor", fd);
        for (size_t i = 0; i < ELEMENTSOF(environment); i++)
                unit_spec_list(s, UNIT_STRV, "Environment", environment[i]);
        for (size_t i = 0; i < ELEMENTSOF(arguments); i++)
                unit_spec_list(s, UNIT_EXEC, command, arguments[i]);
        return TAKE_PTR(s);
}
