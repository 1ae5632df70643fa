/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "journal/files.h"

#define NOON (1800000000 * USEC_PER_SEC)
#define HOUR (3600 * USEC_PER_SEC)

static char directory[] = "/tmp/test-files-XXXXXX";

static void make(const char *name, uint64_t modified)
{
        char path[200];
        const struct timespec times[] = {{.tv_sec = 0}, {.tv_sec = (time_t) (modified / USEC_PER_SEC)}};
        snprintf(path, sizeof path, "%s/%s", directory, name);
        FILE *f = fopen(path, "we");
        assert_non_null(f);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void assert_lists(uint64_t since, const char *wanted)
{
        _cleanup_strv_ char **list = NULL;
        char text[500] = "";
        assert_int_equal(journal_files_list(directory, since, &list), 0);
        if (list)
                strv_sort(list);
        STRV_FOREACH(s, list) {
                assert_int_equal(strncmp(*s, directory, strlen(directory)), 0);
                strncat(text, *s + strlen(directory) + 1, sizeof text - strlen(text) - 2);
                strcat(text, " ");
        }
        assert_string_equal(text, wanted);
}

static void test_choice(void **state)
{
        (void) state;
        assert_non_null(mkdtemp(directory));
        assert_lists(NOON, "");
        make("system.journal", NOON - 5 * HOUR); /* nothing was written for long */
        make("system@1-a.journal", NOON - 2 * HOUR);
        make("system@1-b.journal", NOON - HOUR);
        make("system@0006-c.journal~", NOON);
        make("user-1000.journal", NOON);
        make("user-1000@1-d.journal", NOON);
        make("system@1-e.journal.tmp", NOON);
        make("fss", NOON);
        assert_lists(0, "system.journal system@0006-c.journal~ system@1-a.journal system@1-b.journal ");
        assert_lists(NOON - HOUR, "system.journal system@0006-c.journal~ system@1-b.journal ");
        assert_lists(NOON, "system.journal system@0006-c.journal~ ");
        /* the last entry may be younger than the file's time */
        assert_lists(NOON + 30 * USEC_PER_SEC, "system.journal system@0006-c.journal~ ");
        assert_lists(NOON + HOUR, "system.journal ");
}

static void test_no_directory(void **state)
{
        (void) state;
        _cleanup_strv_ char **list = NULL;
        assert_int_equal(journal_files_list("/nowhere", 0, &list), 0);
        assert_null(list);
        assert_int_equal(journal_files_list("/dev/null", 0, &list), -ENOTDIR);
}

static int remove_files(void **state)
{
        (void) state;
        _cleanup_strv_ char **list = NULL;
        static const char *const others[] = {"user-1000.journal", "user-1000@1-d.journal",
                                             "system@1-e.journal.tmp", "fss"};
        int r = journal_files_list(directory, 0, &list);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(others); i++)
                r = strv_appendf(&list, "%s/%s", directory, others[i]);
        STRV_FOREACH(s, list) {
                (void) unlink(*s);
        }
        return r < 0 || rmdir(directory) < 0 ? -1 : 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_choice),
                                           cmocka_unit_test(test_no_directory)};
        return cmocka_run_group_tests(tests, NULL, remove_files);
}
