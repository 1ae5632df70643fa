/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/crashrecord.h"

#include "engine/catalog/catalog.h"

int crash_record(Engine *e, AppState *s, const char *subject, const char *reason, Error *error)
{
        if (s->crashed_version == s->release.version)
                return 0;
        const Actor paas = {.name = "paas", .email = ""};
        const Record record = {
                .actor = &paas,
                .action = "crash",
                .subject = subject,
                .version = s->release.version,
                .status = "crashed",
                .reason = reason,
        };
        const AppChange nothing = {0};
        s->crashed_version = s->release.version;
        return catalog_change_app(&e->catalog, s, &nothing, &record, error);
}
