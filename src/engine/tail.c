/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/tail.h"

#include "journal/journal.h"

#define LINES 15

static int collect(void *userdata, const JournalLine *line)
{
        char ***list = userdata;
        return strv_appendf(list, "%.*s", (int) line->message_length, line->message);
}

int tail_read(const Instance *i, unsigned lines, char ***ret)
{
        _cleanup_strv_ char **list = NULL;
        const JournalQuery query = {.app = i->name.app, .unit = i->unit, .source = "app", .lines = lines};
        int r = journal_read(&query, -1, collect, &list, NULL);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(list);
        return 0;
}

void tail_say(Job *j, const Instance *i)
{
        _cleanup_strv_ char **list = NULL;
        if (tail_read(i, LINES, &list) < 0 || !list)
                return;
        job_say(j, "       The last lines of %s.%u:", i->name.type, i->name.index);
        STRV_FOREACH(line, list)
                job_say(j, "         %s", *line);
}
