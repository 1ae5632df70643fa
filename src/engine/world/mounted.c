/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/mounted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/name.h"

int mounted_unit_parse(const char *unit, char **ret_app, uint64_t *ret_version)
{
        const char *rest = text_after(unit, "paas-slug-");
        const char *v = rest ? strstr(rest, "-v") : NULL;
        if (!v || !text_ends_with(unit, ".service"))
                return -EINVAL;
        _cleanup_free_ char *escaped = strndup(rest, (size_t) (v - rest)),
                            *number = strndup(v + 2, strlen(v + 2) - strlen(".service"));
        if (!escaped || !number)
                return -ENOMEM;
        int r = text_parse_uint(number, UINT64_MAX, ret_version);
        if (r < 0)
                return r;
        *ret_app = name_unescape(escaped);
        return *ret_app ? 0 : -ENOMEM;
}

MountedSlug *mounted_find(const Mounted *m, uint64_t version)
{
        for (size_t i = 0; i < m->n; i++)
                if (m->slugs[i].version == version)
                        return &m->slugs[i];
        return NULL;
}

bool mounted_is_stale(const Mounted *m, uint64_t version, const char *id)
{
        for (size_t i = 0; i < m->n; i++)
                if (m->slugs[i].version == version && m->slugs[i].id && !streq(m->slugs[i].id, id))
                        return true;
        return false;
}

void mounted_unsee(Mounted *m)
{
        for (size_t i = 0; i < m->n; i++)
                m->slugs[i].loaded = false;
}

static MountedSlug *add(Mounted *m, uint64_t version)
{
        MountedSlug *longer = reallocarray(m->slugs, m->n + 1, sizeof(MountedSlug));
        if (!longer)
                return NULL;
        m->slugs = longer;
        MountedSlug *slug = &m->slugs[m->n++];
        *slug = (MountedSlug){.version = version};
        return slug;
}

int mounted_see(Mounted *m, uint64_t version, const UnitStatus *u)
{
        MountedSlug *slug = mounted_find(m, version);
        if (!slug)
                slug = add(m, version);
        if (!slug)
                return -ENOMEM;
        slug->loaded = true;
        if (u->known)
                return 0;
        sighting_note(&slug->sighting);
        return text_replace(&slug->id, unit_status_environment(u, "PAAS_SLUG="));
}

bool mounted_drop_unseen(Mounted *m)
{
        size_t kept = 0, before = m->n;
        for (size_t i = 0; i < m->n; i++) {
                if (m->slugs[i].loaded)
                        m->slugs[kept++] = m->slugs[i];
                else
                        free(m->slugs[i].id);
        }
        m->n = kept;
        return kept < before;
}

void mounted_forget(Mounted *m)
{
        mounted_unsee(m);
        (void) mounted_drop_unseen(m);
        free(m->slugs);
        m->slugs = NULL;
}
