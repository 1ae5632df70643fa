/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading and following. The index finds what says PAAS_APP= or PAAS_OPERATION=, trust_entry() decides what
 * of that counts. Files come and go meanwhile (rotation, vacuuming, the move from /run to /var at boot):
 * sd-journal keeps our place by sequence number and time, and an entry that went away is passed over.
 */

#include "journal/journal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "journal/entry.h"
#include "journal/files.h"

#define POLL_MSEC 20
/* The last lines of a build are on another socket of journald's than the end that paasd writes, and may be
 * stored after it. If such lines came this recently, or none came at all, the end waits for a pause. */
#define END_CALM_USEC (100 * USEC_PER_MSEC)
#define END_PAUSE_POLLS 2
#define END_LIMIT_USEC (2 * USEC_PER_SEC)

typedef struct Reader {
        const JournalQuery *query;
        sd_journal *journal;
        bool chosen;        /* only the files that may hold what is wanted are open, */
        JournalFiles files; /* and these were the active ones */
        Trust trust;
        Entry entry;
        int watch_fd;
        JournalEach each;
        void *userdata;

        uint64_t output;   /* realtime of the newest line that was some unit's output; 0: none */
        uint64_t ended;    /* realtime of the operation's end; 0: not seen */
        uint64_t ended_at; /* when we saw it, monotonic */
        bool stopped;      /* `each` has said so */
        unsigned pauses;   /* looks since then that found nothing new */
} Reader;

static void reader_clear(Reader *r)
{
        sd_journal_close(r->journal);
        trust_clear(&r->trust);
        entry_clear(&r->entry);
}

static int no_journal(int r, Error *e)
{
        return error_set(
                e, r,
                "there is no journal here that may be read: systemd-journald must run, and the reader "
                "must be root or in group systemd-journal");
}

/* Of an operation it is known when it began: files that are older than that stay shut. */
static int open_journal(Reader *r, Error *e)
{
        const JournalQuery *q = r->query;
        int k = q->operation && q->since > 0 ? journal_files_open(&r->journal, &r->files, q->since)
                                             : -ENOENT;
        r->chosen = k >= 0;
        if (k < 0 && k != -ENOMEM) /* sd-journal passes over a file that is damaged */
                k = sd_journal_open(&r->journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
        if (k == -ENOENT || k == -EACCES || k == -EPERM)
                return no_journal(-ENODATA, e);
        if (k < 0)
                return error_set(e, k, "cannot open the journal: %s", strerror(-k));
        if (sd_journal_has_runtime_files(r->journal) <= 0 &&
            sd_journal_has_persistent_files(r->journal) <= 0)
                return no_journal(-ENODATA, e);
        k = sd_journal_set_data_threshold(r->journal, 1024 * 1024);
        return k < 0 ? error_set(e, k, "cannot set up the journal: %s", strerror(-k)) : 0;
}

static int add_match(sd_journal *j, const char *field, const char *value)
{
        _cleanup_free_ char *match = NULL;
        if (asprintf(&match, "%s=%s", field, value) < 0)
                return -ENOMEM;
        return sd_journal_add_match(j, match, 0);
}

static int add_audit_matches(Reader *r)
{
        const JournalQuery *q = r->query;
        int k = add_match(r->journal, "PAAS_SOURCE", "audit");
        if (k >= 0)
                k = add_match(r->journal, "_SYSTEMD_UNIT", "paasd.service");
        if (k >= 0 && q->app)
                k = add_match(r->journal, "PAAS_APP", q->app);
        if (k >= 0 && q->actor)
                k = add_match(r->journal, "PAAS_ACTOR", q->actor);
        return k >= 0 && q->refused ? add_match(r->journal, "PAAS_RESULT", "refused") : k;
}

/* Matches of different fields are "and", of the same field "or". */
static int add_matches(Reader *r)
{
        static const char *const sources[] = {"app", "router", "release", "paas"};
        const JournalQuery *q = r->query;

        if (q->audit)
                return add_audit_matches(r);
        int k = add_match(r->journal, "PAAS_APP", r->trust.app);
        if (k >= 0 && q->operation)
                return add_match(r->journal, "PAAS_OPERATION", q->operation);
        if (k >= 0 && q->source)
                k = add_match(r->journal, "PAAS_SOURCE", q->source);
        for (size_t i = 0; k >= 0 && !q->source && i < ELEMENTSOF(sources); i++)
                k = add_match(r->journal, "PAAS_SOURCE", sources[i]);
        return k;
}

static const char *process_of(const Entry *e)
{
        const char *s = entry_get(e, ENTRY_PROCESS);
        if (!s)
                s = entry_get(e, ENTRY_IDENTIFIER);
        return s ? s : entry_get(e, ENTRY_SOURCE);
}

/* "web" is every process of that type, "web.1" and "router" just that one. */
static bool process_wanted(const char *wanted, const char *process)
{
        const char *rest = text_after(process, wanted);
        uint64_t index;
        return rest && (!*rest || (*rest == '.' && text_parse_uint(rest + 1, UINT32_MAX, &index) >= 0));
}

/* The matches have found it; this is what they cannot say. */
static bool record_is_wanted(const Reader *r)
{
        const JournalQuery *q = r->query;
        const char *action = entry_get(&r->entry, ENTRY_ACTION), *id = entry_get(&r->entry, ENTRY_APP_ID);
        const char *rest = action ? text_after(action, q->action ? q->action : action) : NULL;
        if (!rest || (*rest && *rest != ':'))
                return false;
        return text_equal(entry_get(&r->entry, ENTRY_UNIT), "paasd.service") &&
               (!q->app_id || !id || streq(id, q->app_id));
}

/* 1: the entry that the journal stands at is in `r->entry` and wanted; 0: passed over. */
static int read_wanted(Reader *r)
{
        Entry *e = &r->entry;
        int k = entry_read(r->journal, e);
        if (k == -ENOMEM)
                return k;
        if (k < 0)
                return 0; /* removed or damaged since we got here */

        if (r->query->audit)
                return !e->doubled && e->realtime >= r->query->since && record_is_wanted(r);
        const Origin origin = entry_origin(e);
        if (e->doubled || !trust_entry(&r->trust, &origin))
                return 0;
        if (r->query->operation)
                return 1; /* it was sought by time; the clock may have been set back since, and its end must
                             be seen */
        if (e->realtime < r->query->since)
                return 0;
        if (entry_get(e, ENTRY_OPERATION_END))
                return 0;
        if (r->query->unit && !text_equal(entry_get(e, ENTRY_UNIT), r->query->unit))
                return 0;
        return !r->query->process || process_wanted(r->query->process, process_of(e));
}

static const char *field(const Entry *e, EntryField f)
{
        const char *s = entry_get(e, f);
        return s ? s : "";
}

static int deliver(Reader *r)
{
        const Entry *e = &r->entry;
        const char *priority = entry_get(e, ENTRY_PRIORITY);
        const char *release = entry_get(e, ENTRY_RELEASE), *message = entry_get(e, ENTRY_MESSAGE);
        const char *end = entry_get(e, ENTRY_OPERATION_END);
        uint64_t number;
        const JournalRecord record = {
                .actor = field(e, ENTRY_ACTOR),
                .from = field(e, ENTRY_FROM),
                .action = field(e, ENTRY_ACTION),
                .result = field(e, ENTRY_RESULT),
                .app = field(e, ENTRY_APP),
                .operation = field(e, ENTRY_OPERATION),
                .request = field(e, ENTRY_REQUEST),
        };

        JournalLine line = {
                .realtime = e->realtime,
                .record = r->query->audit ? &record : NULL,
                .source = entry_get(e, ENTRY_SOURCE),
                .process = process_of(e),
                .release = release ? release : "",
                .invocation = field(e, ENTRY_INVOCATION),
                .message = message ? message : "",
                .message_length = message ? e->fields[ENTRY_MESSAGE].length : 0,
                .priority = priority && text_parse_uint(priority, 7, &number) >= 0 ? (int) number : 6,
                /* An end counts from paasd alone, which writes it itself. */
                .end = r->query->operation && text_equal(end, "1") &&
                       text_equal(entry_get(e, ENTRY_UNIT), "paasd.service"),
        };
        if (line.end) {
                r->ended = e->realtime;
                r->ended_at = clock_monotonic();
        }
        if (text_equal(entry_get(e, ENTRY_TRANSPORT), "stdout"))
                r->output = e->realtime;
        r->pauses = 0;
        int k = r->each(r->userdata, &line);
        r->stopped = k != 0;
        return k;
}

/* Stands before the first entry to deliver: 0; or at it: 1. */
static int seek_operation(Reader *r)
{
        uint64_t since = r->query->since;
        return since > 0 ? sd_journal_seek_realtime_usec(r->journal, since)
                         : sd_journal_seek_head(r->journal);
}

static int seek_last(Reader *r)
{
        uint64_t found = 0;
        int k = sd_journal_seek_tail(r->journal);
        if (k >= 0)
                k = sd_journal_previous(r->journal);
        if (k > 0 && r->query->lines == 0)
                return 0; /* at the last of what is old */
        while (k > 0) {
                uint64_t realtime;
                if (sd_journal_get_realtime_usec(r->journal, &realtime) >= 0 && realtime < r->query->since)
                        return 0;
                k = read_wanted(r);
                if (k < 0)
                        return k;
                if (k > 0 && ++found == r->query->lines)
                        return 1;
                k = sd_journal_previous(r->journal);
        }
        /* There are fewer, or none: then everything that will match is wanted. */
        return k < 0 ? k : sd_journal_seek_head(r->journal);
}

static bool reader_is_gone(short events)
{
        return events & (POLLERR | POLLHUP | POLLNVAL);
}

/* Waits until it is worth looking again. 1: nobody reads what we write any more. */
static int wait_for_more(Reader *r)
{
        /* Told of a rotation, sd-journal would shut the file that was archived, read or not. */
        struct pollfd fds[] = {
                {.fd = r->watch_fd},
                {.fd = r->chosen ? -1 : sd_journal_get_fd(r->journal), .events = POLLIN},
        };
        if (poll(fds, ELEMENTSOF(fds), POLL_MSEC) < 0)
                return errno == EINTR ? 0 : -errno;
        if (r->watch_fd >= 0 && reader_is_gone(fds[0].revents))
                return 1;
        if (fds[1].revents) {
                int k = sd_journal_process(r->journal);
                if (k < 0)
                        return k;
        }
        return 0;
}

/* journald writes to another file now. Goes on behind the entry that was read last: 0; 1: stands at the
 * next. */
static int open_anew(Reader *r)
{
        _cleanup_free_ char *cursor = NULL;
        const uint64_t read = r->entry.realtime, since = r->query->since;
        int k = sd_journal_get_cursor(r->journal, &cursor);
        if (k == -ENOMEM)
                return k;
        sd_journal_close(r->journal);
        r->journal = NULL;
        k = open_journal(r, NULL);
        if (k >= 0)
                k = add_matches(r);
        if (k < 0)
                return k;
        if (!cursor)
                return sd_journal_seek_realtime_usec(r->journal, read >= since ? read + 1 : since);
        k = sd_journal_seek_cursor(r->journal, cursor);
        if (k >= 0)
                k = sd_journal_next(r->journal);
        return k > 0 ? sd_journal_test_cursor(r->journal, cursor) == 0 : k;
}

/* The end was seen and there is nothing more to read now: is that all? */
static bool operation_is_over(Reader *r)
{
        if (r->ended == 0)
                return false;
        if (r->output > 0 && r->output + END_CALM_USEC < r->ended)
                return true;
        return r->pauses++ >= END_PAUSE_POLLS || clock_monotonic() > r->ended_at + END_LIMIT_USEC;
}

/* `at`: the journal stands at an entry that is to be delivered first. */
static int read_on(Reader *r, bool at)
{
        for (;;) {
                int k = at ? 1 : sd_journal_next(r->journal);
                at = false;
                if (k < 0)
                        return k;
                if (k == 0) {
                        if (!r->query->follow || operation_is_over(r))
                                return 0;
                        k = wait_for_more(r);
                        if (k != 0)
                                return k < 0 ? k : 0;
                        if (r->chosen && journal_files_rotated(&r->files))
                                k = open_anew(r);
                        if (k < 0)
                                return k;
                        at = k > 0;
                        continue;
                }
                k = read_wanted(r);
                if (k > 0)
                        k = deliver(r);
                if (k != 0)
                        return k < 0 ? k : 0;
        }
}

int journal_read(const JournalQuery *q, int watch_fd, JournalEach each, void *userdata, Error *e)
{
        _cleanup_(reader_clear) Reader r = {
                .query = q,
                .watch_fd = watch_fd,
                .each = each,
                .userdata = userdata,
        };
        int k = q->audit ? 0 : trust_init(&r.trust, q->app, q->app_id, q->operation, e);
        if (k >= 0)
                k = open_journal(&r, e);
        if (k < 0)
                return k;
        if (!q->operation && !q->follow && q->lines == 0)
                return 0;

        k = add_matches(&r);
        if (k >= 0)
                k = q->operation ? seek_operation(&r) : seek_last(&r);
        if (k >= 0)
                k = read_on(&r, k > 0);
        if (k < 0 && !r.stopped)
                return error_set(e, k, "cannot read the journal: %s", strerror(-k));
        return k < 0 ? k : 0;
}
