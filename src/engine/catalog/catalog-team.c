/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Teams in the catalogue: as users, but they go, too. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "engine/catalog/catalog-load.h"
#include "engine/catalog/catalog.h"

#define TEAM_FILE_MAX (64 * 1024)

static TeamState *team_state_free(TeamState *s)
{
        if (!s)
                return NULL;
        team_clear(&s->team);
        free(s);
        return NULL;
}
DEFINE_CLEANUP(TeamState *, team_state_free)

TeamState *catalog_find_team(const Catalog *c, const char *name)
{
        for (size_t i = 0; i < c->n_teams; i++)
                if (streq(c->teams[i]->team.name, name))
                        return c->teams[i];
        return NULL;
}

static int insert_team(Catalog *c, TeamState *s)
{
        TeamState **longer = reallocarray(c->teams, c->n_teams + 1, sizeof(TeamState *));
        if (!longer)
                return -ENOMEM;
        c->teams = longer;

        size_t i = c->n_teams++;
        for (; i > 0 && strcmp(c->teams[i - 1]->team.name, s->team.name) > 0; i--)
                c->teams[i] = c->teams[i - 1];
        c->teams[i] = s;
        return 0;
}

static int load_team(Catalog *c, const char *ref, Error *e)
{
        _cleanup_(team_state_freep) TeamState *s = calloc(1, sizeof(TeamState));
        _cleanup_free_ char *text = NULL;
        size_t n;
        if (!s)
                return -ENOMEM;
        int r = store_resolve(c->store, ref, s->head);
        if (r >= 0)
                r = store_read(c->store, s->head, "team", TEAM_FILE_MAX, &text, &n);
        if (r >= 0)
                r = team_parse(text, n, &s->team, e);
        if (r < 0)
                return error_prefix(e, r, "%s", ref);
        r = insert_team(c, s);
        if (r >= 0)
                TAKE_PTR(s);
        return r;
}

int catalog_load_teams(Catalog *c, Error *e)
{
        _cleanup_strv_ char **refs = NULL;
        int r = store_list_refs(c->store, "refs/paas/team/", &refs);
        STRV_FOREACH(ref, refs)
                if (r >= 0)
                        r = load_team(c, *ref, e);
        return r;
}

void catalog_free_teams(Catalog *c)
{
        for (size_t i = 0; i < c->n_teams; i++)
                team_state_free(c->teams[i]);
        free(c->teams);
}

static int commit_team(Catalog *c, const Team *team, const char *expected, const Record *record,
                       char ret_head[STORE_ID_SIZE], Error *e)
{
        _cleanup_free_ char *ref = NULL, *text = NULL;
        if (asprintf(&ref, "refs/paas/team/%s", team->name) < 0)
                return -ENOMEM;
        int r = team_format(team, &text);
        if (r < 0)
                return r;
        StoreFile file = {.path = "team", .data = text, .length = strlen(text)};
        StoreChange change = {.ref = ref, .expected = expected, .files = &file, .n_files = 1};
        return catalog_commit(c, &change, record, ret_head, e);
}

int catalog_write_team(Catalog *c, Team *team, const Record *record, Error *e)
{
        TeamState *s = catalog_find_team(c, team->name);
        _cleanup_(team_state_freep) TeamState *fresh = s ? NULL : calloc(1, sizeof(TeamState));
        char head[STORE_ID_SIZE];
        if (!s && !fresh)
                return -ENOMEM;
        int r = commit_team(c, team, s ? s->head : NULL, record, head, e);
        if (r < 0)
                return r;

        TeamState *target = s ? s : fresh;
        team_clear(&target->team);
        target->team = *team;
        *team = TEAM_NULL;
        memcpy(target->head, head, STORE_ID_SIZE);
        r = fresh ? insert_team(c, fresh) : 0;
        if (r >= 0)
                TAKE_PTR(fresh);
        return r;
}

int catalog_remove_team(Catalog *c, TeamState *s, const Record *record, Error *e)
{
        _cleanup_free_ char *ref = NULL, *gone = NULL;
        if (asprintf(&ref, "refs/paas/team/%s", s->team.name) < 0 ||
            asprintf(&gone, "refs/paas/gone-team/%s", s->team.id) < 0)
                return -ENOMEM;
        int r = commit_team(c, &s->team, s->head, record, s->head, e);
        if (r >= 0)
                r = store_rename_ref(c->store, ref, gone, s->head, e);
        if (r < 0)
                return r;

        size_t i = 0;
        while (c->teams[i] != s)
                i++;
        memmove(&c->teams[i], &c->teams[i + 1], (c->n_teams - i - 1) * sizeof(TeamState *));
        c->n_teams--;
        team_state_free(s);
        return 0;
}
