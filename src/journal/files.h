/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The journal without what was archived before a given time. A host keeps gigabytes of it in dozens of
 * files, and sd_journal_open() reads from each: a second when they are not in the page cache, for lines that
 * are a second old.
 *
 * A reader that opens files by name is told of no rotation, and what it has open it keeps: it asks, and
 * opens anew.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-journal.h>

/* Which files journald was writing to: in memory and on disk. */
typedef struct JournalFiles {
        struct {
                dev_t device;
                ino_t inode; /* 0: there was none */
        } active[2];
} JournalFiles;

/* Opens the system's files that may hold entries of `since` (realtime usec) or later. -ENOENT: there are
 * none; -EACCES, -EPERM: they may not be read; or what sd_journal_open_files(3) says. */
int journal_files_open(sd_journal **ret, JournalFiles *files, uint64_t since);

/* True once journald writes to another file than when they were opened. */
bool journal_files_rotated(const JournalFiles *files);

/* Appends the paths of those in `directory`; none when it does not exist. For journal_files_open() and its
 * test. */
int journal_files_list(const char *directory, uint64_t since, char ***list);
