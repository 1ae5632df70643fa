/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define SD_JOURNAL_SUPPRESS_LOCATION

#include "journal/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"

/* journald writes by mmap(2): a file's time may be some seconds older than its last entry. */
#define LATE_USEC (60 * USEC_PER_SEC)
/* How often a file may be archived, and so renamed, between being listed and being opened. */
#define TRIES 5

static const char *const roots[] = {"/run/log/journal", "/var/log/journal"};

/* "/var/log/journal/<machine>": what other machines have sent lies elsewhere. */
static int local_directory(size_t root, char *path, size_t size)
{
        sd_id128_t machine;
        char text[SD_ID128_STRING_MAX];
        int r = sd_id128_get_machine(&machine);
        if (r < 0)
                return r;
        snprintf(path, size, "%s/%s", roots[root], sd_id128_to_string(machine, text));
        return 0;
}

static bool is_active(const char *name)
{
        return streq(name, "system.journal");
}

/* "system@….journal", and "….journal~" after a crash. */
static bool is_archived(const char *name)
{
        const char *rest = text_after(name, "system@"), *end = rest ? strstr(rest, ".journal") : NULL;
        return end && (streq(end, ".journal") || streq(end, ".journal~"));
}

static uint64_t modified(const struct stat *st)
{
        return (uint64_t) st->st_mtim.tv_sec * USEC_PER_SEC + (uint64_t) st->st_mtim.tv_nsec / 1000;
}

int journal_files_list(const char *directory, uint64_t since, char ***list)
{
        DIR *d = opendir(directory);
        if (!d)
                return errno == ENOENT ? 0 : -errno;
        int r = 0;
        for (const struct dirent *entry; r >= 0 && (entry = readdir(d));) {
                struct stat st;
                if (!is_active(entry->d_name) && !is_archived(entry->d_name))
                        continue;
                if (fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                        continue; /* renamed or vacuumed since we read its name */
                if (is_active(entry->d_name) || modified(&st) + LATE_USEC >= since)
                        r = strv_appendf(list, "%s/%s", directory, entry->d_name);
        }
        closedir(d);
        return r;
}

/* What journald writes to at this moment. */
static int look(JournalFiles *files)
{
        *files = (JournalFiles){0};
        for (size_t i = 0; i < ELEMENTSOF(roots); i++) {
                char path[100];
                struct stat st;
                int r = local_directory(i, path, sizeof path);
                if (r < 0)
                        return r;
                strncat(path, "/system.journal", sizeof path - strlen(path) - 1);
                if (stat(path, &st) < 0)
                        continue;
                files->active[i].device = st.st_dev;
                files->active[i].inode = st.st_ino;
        }
        return 0;
}

bool journal_files_rotated(const JournalFiles *files)
{
        JournalFiles now;
        if (look(&now) < 0)
                return false;
        for (size_t i = 0; i < ELEMENTSOF(roots); i++)
                if (now.active[i].inode != files->active[i].inode ||
                    now.active[i].device != files->active[i].device)
                        return true;
        return false;
}

static int open_once(sd_journal **ret, uint64_t since)
{
        _cleanup_strv_ char **list = NULL;
        for (size_t i = 0; i < ELEMENTSOF(roots); i++) {
                char path[100];
                int r = local_directory(i, path, sizeof path);
                if (r >= 0)
                        r = journal_files_list(path, since, &list);
                if (r < 0)
                        return r;
        }
        return list ? sd_journal_open_files(ret, (const char **) list, 0) : -ENOENT;
}

int journal_files_open(sd_journal **ret, JournalFiles *files, uint64_t since)
{
        /* First this: what is rotated afterwards is seen as a rotation. */
        int r = look(files);
        for (unsigned i = 0; r >= 0 && i < TRIES; i++) {
                r = open_once(ret, since);
                if (r != -ENOENT)
                        return r;
                r = 0;
        }
        return r < 0 ? r : -ENOENT;
}
