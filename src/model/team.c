/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/team.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/codec.h"
#include "model/name.h"

bool team_has(const Team *t, const char *user)
{
        return strv_contains(t->members, user);
}

int team_add(Team *t, const char *user)
{
        if (team_has(t, user))
                return -EEXIST;
        if (strv_length(t->members) >= TEAM_MEMBERS_MAX)
                return -E2BIG;
        int r = strv_append(&t->members, user);
        if (r >= 0)
                strv_sort(t->members);
        return r;
}

int team_remove(Team *t, const char *user)
{
        char **m = t->members;
        while (m && *m && !streq(*m, user))
                m++;
        if (!m || !*m)
                return -ENOENT;
        /* `user` may be one of the strings that go. */
        bool leads = text_equal(t->lead, user);
        free(*m);
        for (; *m; m++)
                m[0] = m[1];
        return leads ? text_replace(&t->lead, NULL) : 0;
}

int team_format(const Team *t, char **ret)
{
        DocWriter w = doc_new();
        doc_put_text(&w, "id", t->id);
        doc_put_text(&w, "name", t->name);
        doc_put_text(&w, "lead", t->lead);
        doc_put_list(&w, "members", t->members);
        doc_put_time(&w, "created", t->created);
        return doc_finish(&w, ret);
}

static void check_members(DocReader *d, Team *t)
{
        if (strv_length(t->members) > TEAM_MEMBERS_MAX) {
                doc_fail(d, -EBADMSG, "members", "is too long");
                return;
        }
        if (t->members)
                strv_sort(t->members);
        STRV_FOREACH(m, t->members) {
                if (user_name_check(*m, NULL) < 0)
                        doc_fail(d, -EBADMSG, "members", "has what is not a user's name");
                if (m > t->members && streq(m[-1], *m))
                        doc_fail(d, -EBADMSG, "members", "has somebody twice");
        }
}

int team_parse(const char *text, size_t length, Team *ret, Error *e)
{
        _cleanup_doc_ DocReader d = {0};
        _cleanup_team_ Team t = TEAM_NULL;

        int r = doc_open(text, length, "the stored team", &d, e);
        if (r < 0)
                return r;
        doc_uuid(&d, "id", t.id);
        doc_text(&d, "name", &t.name);
        doc_text_optional(&d, "lead", &t.lead);
        doc_list(&d, "members", &t.members);
        doc_time(&d, "created", &t.created);
        if (d.failed == 0 && team_name_check(t.name, NULL) < 0)
                doc_fail(&d, -EBADMSG, "name", "is not a team's name");
        if (d.failed == 0)
                check_members(&d, &t);
        if (d.failed == 0 && t.lead && !team_has(&t, t.lead))
                doc_fail(&d, -EBADMSG, "lead", "is not a member");
        if (d.failed < 0)
                return d.failed;

        *ret = t;
        t = TEAM_NULL;
        return 0;
}

void team_clear(Team *t)
{
        free(t->name);
        free(t->lead);
        strv_free(t->members);
        *t = TEAM_NULL;
}
