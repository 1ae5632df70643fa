/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/tail.h"

#include "basic/text.h"
#include "journal/journal.h"

#define LINES 15

typedef struct Tail {
        char **list;
        char *invocation; /* whose lines these are */
} Tail;

static void tail_clear(Tail *t)
{
        strv_free(t->list);
        free(t->invocation);
}

/* Of a process that was started several times only the last one's: the others say the same again. */
static int collect(void *userdata, const JournalLine *line)
{
        Tail *t = userdata;
        if (!text_equal(t->invocation, line->invocation)) {
                t->list = strv_free(t->list);
                int r = text_replace(&t->invocation, line->invocation);
                if (r < 0)
                        return r;
        }
        return strv_appendf(&t->list, "%.*s", (int) line->message_length, line->message);
}

int tail_read(const Instance *i, unsigned lines, char ***ret)
{
        _cleanup_(tail_clear) Tail tail = {0};
        const JournalQuery query = {.app = i->name.app, .unit = i->unit, .source = "app", .lines = lines};
        int r = journal_read(&query, -1, collect, &tail, NULL);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(tail.list);
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
