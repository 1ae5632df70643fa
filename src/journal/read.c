/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading with trust: which unit or slice a line came from is set by journald from the kernel's word and
 * decides what it is; the PAAS_ fields only say which of those lines are meant.
 */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "basic/text.h"
#include "journal/journal.h"

#define POLL_MSEC 20

typedef struct Reader {
        sd_journal *journal;
        const JournalQuery *query;
        char *slice; /* of the application */
        JournalEach each;
        void *userdata;
} Reader;

static void reader_clear(Reader *r)
{
        if (r->journal)
                sd_journal_close(r->journal);
        free(r->slice);
}

static int match(Reader *r, const char *format, const char *value)
{
        char text[256];
        int n = snprintf(text, sizeof(text), format, value);
        return n < 0 || (size_t) n >= sizeof(text) ? -EINVAL
                                                   : sd_journal_add_match(r->journal, text, (size_t) n);
}

/* One alternative: lines of this origin with this PAAS_SOURCE. */
static int match_origin(Reader *r, const char *origin, const char *value, const char *source)
{
        const char *wanted = r->query->source;
        if (wanted ? !streq(wanted, source) : streq(source, "build"))
                return 0;
        int k = sd_journal_add_disjunction(r->journal);
        if (k >= 0)
                k = match(r, origin, value);
        if (k >= 0)
                k = match(r, "PAAS_APP=%s", r->query->app);
        if (k >= 0)
                k = match(r, "PAAS_SOURCE=%s", source);
        if (k >= 0 && r->query->process && strchr(r->query->process, '.'))
                k = match(r, "PAAS_PROCESS=%s", r->query->process);
        return k;
}

static int match_app(Reader *r)
{
        int k = match_origin(r, "_SYSTEMD_SLICE=%s", r->slice, "app");
        if (k >= 0)
                k = match_origin(r, "_SYSTEMD_SLICE=%s", r->slice, "release");
        if (k >= 0)
                k = match_origin(r, "_SYSTEMD_SLICE=%s", "paas-build.slice", "build");
        if (k >= 0)
                k = match_origin(r, "_SYSTEMD_UNIT=%s", "paas-router.service", "router");
        if (k >= 0)
                k = match_origin(r, "_SYSTEMD_UNIT=%s", "paasd.service", "paas");
        return k;
}

/* Points into the journal's own memory, valid until the next move. */
static const char *field(sd_journal *j, const char *name, size_t *ret_length)
{
        const void *data;
        size_t n, prefix = strlen(name) + 1;
        if (sd_journal_get_data(j, name, &data, &n) < 0 || n < prefix)
                return NULL;
        *ret_length = n - prefix;
        return (const char *) data + prefix;
}

static char *field_copy(sd_journal *j, const char *name)
{
        size_t n;
        const char *value = field(j, name, &n);
        return value ? strndup(value, n) : NULL;
}

static bool operation_unit_trusted(const char *unit)
{
        static const char *const prefixes[] = {"paas-build-", "paas-source-", "paas-probe-", "paas-slug-"};
        if (!unit)
                return false;
        for (size_t i = 0; i < ELEMENTSOF(prefixes); i++)
                if (text_after(unit, prefixes[i]))
                        return true;
        return streq(unit, "paasd.service");
}

static bool is_meant(Reader *r)
{
        const JournalQuery *q = r->query;
        if (q->operation) {
                _cleanup_free_ char *unit = field_copy(r->journal, "_SYSTEMD_UNIT");
                return operation_unit_trusted(unit);
        }
        if (!q->process || strchr(q->process, '.'))
                return true;
        _cleanup_free_ char *process = field_copy(r->journal, "PAAS_PROCESS");
        const char *rest = process ? text_after(process, q->process) : NULL;
        return rest && *rest == '.';
}

static int deliver(Reader *r, bool *ret_end)
{
        _cleanup_free_ char *source = field_copy(r->journal, "PAAS_SOURCE"),
                            *process = field_copy(r->journal, "SYSLOG_IDENTIFIER"),
                            *priority = field_copy(r->journal, "PRIORITY"),
                            *end = field_copy(r->journal, "PAAS_OPERATION_END");
        JournalLine line = {
                .source = source ? source : "app", .process = process ? process : "", .end = end != NULL};
        line.message = field(r->journal, "MESSAGE", &line.message_length);
        if (!line.message)
                line.message = "";
        line.priority = priority && *priority >= '0' && *priority <= '7' ? *priority - '0' : 6;
        (void) sd_journal_get_realtime_usec(r->journal, &line.realtime);
        if (line.end) {
                *ret_end = true;
                return 0;
        }
        return r->each(r->userdata, &line);
}

/* Before the first of the last `lines` that are meant. */
static int seek_lines(Reader *r)
{
        int k = sd_journal_seek_tail(r->journal);
        bool moved = false;
        uint64_t found = 0;
        while (k >= 0 && (k = sd_journal_previous(r->journal)) > 0) {
                moved = true;
                if (r->query->lines == 0)
                        return 0; /* stand on the newest: the next one is new */
                if (is_meant(r) && ++found >= r->query->lines)
                        break;
        }
        if (k < 0)
                return k;
        if (!moved || k == 0)
                return sd_journal_seek_head(r->journal);
        k = sd_journal_previous(r->journal);
        return k < 0 ? k : k == 0 ? sd_journal_seek_head(r->journal) : 0;
}

static bool reader_gone(int fd)
{
        struct pollfd p = {.fd = fd};
        return poll(&p, 1, POLL_MSEC) > 0 && (p.revents & (POLLERR | POLLHUP | POLLNVAL));
}

static int read_all(Reader *r, int watch_fd)
{
        bool end = false;
        for (;;) {
                int k = sd_journal_next(r->journal);
                if (k < 0)
                        return k;
                if (k > 0) {
                        k = is_meant(r) ? deliver(r, &end) : 0;
                        if (k != 0 || end)
                                return k < 0 ? k : 0;
                        continue;
                }
                if (!r->query->follow || reader_gone(watch_fd))
                        return 0;
                (void) sd_journal_process(r->journal); /* files that were rotated or added */
        }
}

static int open_journal(Reader *r)
{
        int k = sd_journal_open(&r->journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        if (k < 0)
                return k;
        (void) sd_journal_get_fd(r->journal);
        if (r->query->operation)
                k = match(r, "PAAS_OPERATION=%s", r->query->operation);
        else
                k = match_app(r);
        if (k < 0)
                return k;
        return r->query->operation ? sd_journal_seek_head(r->journal) : seek_lines(r);
}

int journal_read(const JournalQuery *q, int watch_fd, JournalEach each, void *userdata, Error *e)
{
        _cleanup_(reader_clear) Reader r = {.query = q, .each = each, .userdata = userdata};
        if (!q->operation) {
                if (!q->app || asprintf(&r.slice, "paas-app-%s.slice", q->app) < 0)
                        return q->app ? -ENOMEM : -EINVAL;
                for (char *p = r.slice + strlen("paas-app-"); *p != '.'; p++)
                        if (*p == '-')
                                *p = '_';
        }
        int k = open_journal(&r);
        if (k >= 0)
                k = read_all(&r, watch_fd);
        return k < 0 ? error_set(e, k, "cannot read the journal: %s", strerror(-k)) : 0;
}
