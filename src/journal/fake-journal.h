/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The functions of sd-journal and files.h that src/journal/read.c calls, over an array of entries: the test
 * program has them itself, so that the linker does not take the library's.
 */

#include <stdbool.h>
#include <stdint.h>

/* Appends an entry of "NAME=value" strings, NULL at the end, which must live on. It can be read once
 * sd_journal_next() has found nothing more to read `after` times: 0 is at once. */
void fake_journal_add(uint64_t realtime, unsigned after, const char *const *fields);

/* Empties it. `files` false: as where there is no journal. */
void fake_journal_reset(int files);

/* From now on this entry (by number) cannot be read: damaged, or vacuumed away. */
void fake_journal_damage(unsigned entry);

extern unsigned fake_journal_opened, fake_journal_closed, fake_journal_looks;

/* How often only some of the files were opened, and that they cannot be. */
extern unsigned fake_journal_files;
extern bool fake_journal_files_fail;

/* Once nothing more was found so many times, journald has begun another file. */
void fake_journal_rotate(unsigned after);

/* What journal_send() has sent, fields joined with '|'. */
extern char fake_journal_sent[1000];
