/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/rollout-formation.h"

#include "basic/text.h"
#include "model/appjson.h"

static int read_first_formation(Engine *e, const char *commit, AppJson *ret)
{
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = store_read(e->store, commit, "app.json", APPJSON_MAX_BYTES, &text, &n);
        return r < 0 ? r : appjson_parse(text, n, ret, NULL, NULL);
}

int rollout_decide_formation(Job *j, const AppState *s, const char *release_commit)
{
        _cleanup_appjson_ AppJson app_json = APPJSON_NULL;
        int r = formation_copy(&s->formation, &j->formation);
        if (r < 0)
                return r;
        for (size_t i = 0; i < j->formation.n_entries; i++)
                j->formation.entries[i].stopped = false;
        if (s->formation.n_entries > 0 || s->release.slug)
                return 0;
        (void) read_first_formation(j->engine, release_commit, &app_json);
        const Formation *first = &app_json.formation;
        for (size_t i = 0; r >= 0 && i < first->n_entries; i++)
                r = formation_set(&j->formation, first->entries[i].type, first->entries[i].quantity,
                                  first->entries[i].size);
        if (r >= 0 && !formation_find(&j->formation, "web"))
                r = formation_set(&j->formation, "web", 1, NULL);
        return r;
}

int rollout_follow_scale(Job *j, const AppState *s)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < s->formation.n_entries; i++) {
                const FormationEntry *now = &s->formation.entries[i],
                                     *old = formation_find(&j->formation, now->type);
                if (!old || old->quantity != now->quantity || !text_equal(old->size, now->size))
                        r = formation_set(&j->formation, now->type, now->quantity, now->size);
        }
        return r;
}
