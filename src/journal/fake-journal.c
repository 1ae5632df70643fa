/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define SD_JOURNAL_SUPPRESS_LOCATION

#include "journal/fake-journal.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "basic/cleanup.h"
#include "journal/files.h"

#define ENTRIES_MAX 2000
#define MATCHES_MAX 16

typedef struct FakeEntry {
        uint64_t realtime;
        unsigned after;
        bool damaged;
        const char *const *fields;
} FakeEntry;

struct sd_journal {
        char *matches[MATCHES_MAX];
        size_t n_matches;
        long position; /* -1 before the first; the number of entries: behind the last */
        size_t field;
};

unsigned fake_journal_opened, fake_journal_closed, fake_journal_looks, fake_journal_files;
bool fake_journal_files_fail;
char fake_journal_sent[1000];
static FakeEntry entries[ENTRIES_MAX];
static long n_entries;
static unsigned rotation;
static bool has_files;

void fake_journal_reset(int files)
{
        n_entries = 0;
        has_files = files;
        fake_journal_opened = fake_journal_closed = fake_journal_looks = fake_journal_files = rotation = 0;
        fake_journal_files_fail = false;
}

void fake_journal_add(uint64_t realtime, unsigned after, const char *const *fields)
{
        if (n_entries == ENTRIES_MAX)
                abort();
        entries[n_entries++] = (FakeEntry){.realtime = realtime, .after = after, .fields = fields};
}

void fake_journal_damage(unsigned entry)
{
        entries[entry].damaged = true;
}

static bool has_field(const FakeEntry *e, const char *match)
{
        for (size_t i = 0; e->fields[i]; i++)
                if (strcmp(e->fields[i], match) == 0)
                        return true;
        return false;
}

/* All fields that are matched at all have one of the values. */
static bool matched(const sd_journal *j, const FakeEntry *e)
{
        if (e->after > fake_journal_looks)
                return false;
        for (size_t i = 0; i < j->n_matches; i++) {
                size_t name = strcspn(j->matches[i], "=") + 1;
                bool any = false;
                for (size_t k = 0; k < j->n_matches; k++)
                        if (strncmp(j->matches[k], j->matches[i], name) == 0)
                                any = any || has_field(e, j->matches[k]);
                if (!any)
                        return false;
        }
        return true;
}

int sd_journal_open(sd_journal **ret, int flags)
{
        sd_journal *j = calloc(1, sizeof(sd_journal));
        if (!j)
                return -ENOMEM;
        fake_journal_opened++;
        *ret = j;
        return 0;
}

int journal_files_open(sd_journal **ret, JournalFiles *files, uint64_t since)
{
        *files = (JournalFiles){0};
        fake_journal_files++;
        return fake_journal_files_fail ? -EBADMSG : sd_journal_open(ret, 0);
}

bool journal_files_rotated(const JournalFiles *files)
{
        bool rotated = rotation > 0 && fake_journal_looks >= rotation;
        rotation = rotated ? 0 : rotation;
        return rotated;
}

void fake_journal_rotate(unsigned after)
{
        rotation = after;
}

int sd_journal_get_cursor(sd_journal *j, char **cursor)
{
        if (j->position < 0 || j->position >= n_entries)
                return -EADDRNOTAVAIL;
        return asprintf(cursor, "%ld", j->position) < 0 ? -ENOMEM : 0;
}

/* As the real one: the next entry is the one that was sought, or the first behind it. */
int sd_journal_seek_cursor(sd_journal *j, const char *cursor)
{
        j->position = strtol(cursor, NULL, 10) - 1;
        return 0;
}

int sd_journal_test_cursor(sd_journal *j, const char *cursor)
{
        return j->position == strtol(cursor, NULL, 10);
}

void sd_journal_close(sd_journal *j)
{
        if (!j)
                return;
        fake_journal_closed++;
        for (size_t i = 0; i < j->n_matches; i++)
                free(j->matches[i]);
        free(j);
}

int sd_journal_has_runtime_files(sd_journal *j)
{
        return has_files;
}

int sd_journal_has_persistent_files(sd_journal *j)
{
        return 0;
}

int sd_journal_set_data_threshold(sd_journal *j, size_t sz)
{
        return 0;
}

int sd_journal_add_match(sd_journal *j, const void *data, size_t size)
{
        if (j->n_matches == MATCHES_MAX || size != 0)
                abort();
        j->matches[j->n_matches] = strdup(data);
        return j->matches[j->n_matches++] ? 0 : -ENOMEM;
}

int sd_journal_seek_head(sd_journal *j)
{
        j->position = -1;
        return 0;
}

int sd_journal_seek_tail(sd_journal *j)
{
        j->position = n_entries;
        return 0;
}

int sd_journal_seek_realtime_usec(sd_journal *j, uint64_t usec)
{
        for (j->position = -1; j->position + 1 < n_entries; j->position++)
                if (entries[j->position + 1].realtime >= usec)
                        break;
        return 0;
}

int sd_journal_next(sd_journal *j)
{
        for (long i = j->position + 1; i < n_entries; i++)
                if (matched(j, entries + i)) {
                        j->position = i;
                        return 1;
                }
        fake_journal_looks++;
        return 0;
}

int sd_journal_previous(sd_journal *j)
{
        for (long i = j->position - 1; i >= 0; i--)
                if (matched(j, entries + i)) {
                        j->position = i;
                        return 1;
                }
        return 0;
}

int sd_journal_get_realtime_usec(sd_journal *j, uint64_t *ret)
{
        if (entries[j->position].damaged)
                return -EBADMSG;
        *ret = entries[j->position].realtime;
        return 0;
}

void sd_journal_restart_data(sd_journal *j)
{
        j->field = 0;
}

int sd_journal_enumerate_available_data(sd_journal *j, const void **data, size_t *l)
{
        const char *field = entries[j->position].fields[j->field];
        if (!field)
                return 0;
        j->field++;
        *data = field;
        *l = strlen(field);
        return 1;
}

int sd_journal_get_fd(sd_journal *j)
{
        return -1; /* poll(2) passes it over */
}

int sd_journal_process(sd_journal *j)
{
        return SD_JOURNAL_NOP;
}

int sd_journal_sendv(const struct iovec *iov, int n)
{
        fake_journal_sent[0] = '\0';
        for (int i = 0; i < n; i++) {
                strncat(fake_journal_sent, iov[i].iov_base, iov[i].iov_len);
                strcat(fake_journal_sent, "|");
        }
        return 0;
}
