/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/buffer.h"
#include "journal/fake-journal.h"
#include "journal/journal.h"

#define ORIGIN(slice, unit, transport)                                                                      \
  "_SYSTEMD_SLICE=" slice, "_SYSTEMD_UNIT=" unit, "_TRANSPORT=" transport
#define APP_ORIGIN ORIGIN("paas-app-blog.slice", "paas-app-blog-web.1-v1.1.service", "stdout")
#define BUILD_ORIGIN ORIGIN("paas-build.slice", "paas-build-blog-7.service", "stdout")
#define PAASD_ORIGIN ORIGIN("system.slice", "paasd.service", "journal")
#define MINE "PAAS_APP=blog"
#define MY_OPERATION MINE, "PAAS_OPERATION=blog/7"

static const char *const web_one[] = {
        "MESSAGE=one",        "PRIORITY=6",       MINE,       "PAAS_SOURCE=app",
        "PAAS_PROCESS=web.1", "PAAS_RELEASE=v12", APP_ORIGIN, NULL};
static const char *const web_two[] = {"MESSAGE=two",        MINE,       "PAAS_SOURCE=app",
                                      "PAAS_PROCESS=web.2", APP_ORIGIN, NULL};
static const char *const worker[] = {"MESSAGE=work",          MINE,       "PAAS_SOURCE=app",
                                     "PAAS_PROCESS=worker.1", APP_ORIGIN, NULL};
static const char *const website[] = {"MESSAGE=site",           MINE,       "PAAS_SOURCE=app",
                                      "PAAS_PROCESS=website.1", APP_ORIGIN, NULL};
static const char *const router[] = {"MESSAGE=at=info",
                                     MINE,
                                     "PAAS_SOURCE=router",
                                     "SYSLOG_IDENTIFIER=router",
                                     ORIGIN("system.slice", "paas-router.service", "journal"),
                                     NULL};
static const char *const build[] = {"MESSAGE=-----> Python",   MY_OPERATION, "PAAS_SOURCE=build",
                                    "SYSLOG_IDENTIFIER=build", BUILD_ORIGIN, NULL};
static const char *const released[] = {"MESSAGE=Released v1",    MY_OPERATION, "PAAS_SOURCE=paas",
                                       "SYSLOG_IDENTIFIER=paas", PAASD_ORIGIN, NULL};
static const char *const end[] = {"MESSAGE=",   MY_OPERATION, "PAAS_SOURCE=paas", "PAAS_OPERATION_END=1",
                                  PAASD_ORIGIN, NULL};
static const char *const early_end[] = {"MESSAGE=fake end",     MY_OPERATION, "PAAS_SOURCE=build",
                                        "PAAS_OPERATION_END=1", BUILD_ORIGIN, NULL};
static const char *const forged[] = {"MESSAGE=forged",
                                     MINE,
                                     "PAAS_SOURCE=app",
                                     "PAAS_PROCESS=web.1",
                                     ORIGIN("user.slice", "session-1.scope", "journal"),
                                     NULL};
static const char *const doubled[] = {"MESSAGE=doubled", MINE,       "PAAS_APP=other",
                                      "PAAS_SOURCE=app", APP_ORIGIN, NULL};
static const char *const silent[] = {MINE, "PAAS_SOURCE=app", "SYSLOG_IDENTIFIER=web.1", APP_ORIGIN, NULL};
static const char *const other[] = {"MESSAGE=other", "PAAS_APP=other", "PAAS_SOURCE=app",
                                    ORIGIN("paas-app-other.slice", "x.service", "stdout"), NULL};

typedef struct Lines {
        Buffer text; /* messages, each with a comma */
        JournalLine last;
        char last_process[50], last_release[20];
        unsigned n, stop_after;
        int stop;
} Lines;

static int collect(void *userdata, const JournalLine *line)
{
        Lines *l = userdata;
        buffer_append(&l->text, line->message, line->message_length);
        buffer_puts(&l->text, line->end ? "END," : ",");
        l->last = *line;
        snprintf(l->last_process, sizeof(l->last_process), "%s", line->process);
        snprintf(l->last_release, sizeof(l->last_release), "%s", line->release);
        return ++l->n == l->stop_after ? l->stop : 0;
}

static void assert_reads(const JournalQuery *q, const char *wanted)
{
        Lines l = {0};
        buffer_puts(&l.text, "");
        assert_int_equal(journal_read(q, -1, collect, &l, NULL), 0);
        assert_string_equal(l.text.data, wanted);
        buffer_clear(&l.text);
        assert_int_equal(fake_journal_opened, fake_journal_closed);
}

static void fill(void)
{
        const char *const *const all[] = {other,  web_one, forged,  build, router, other,  web_two,
                                          worker, doubled, website, end,   other,  forged, released};
        fake_journal_reset(1);
        for (unsigned i = 0; i < ELEMENTSOF(all); i++)
                fake_journal_add(1000 + i, 0, all[i]);
}

static void test_last_lines(void **state)
{
        (void) state;
        fill();
        assert_reads(&(JournalQuery){.app = "blog", .lines = 100}, "one,at=info,two,work,site,Released v1,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 3}, "work,site,Released v1,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 1}, "Released v1,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 0}, "");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 100, .since = 1007}, "work,site,Released v1,");
        assert_reads(&(JournalQuery){.app = "nobody", .lines = 100}, "");
}

static void test_filters(void **state)
{
        (void) state;
        fill();
        assert_reads(&(JournalQuery){.app = "blog", .lines = 9, .process = "web"}, "one,two,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 9, .process = "web.2"}, "two,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 1, .process = "web"}, "two,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 9, .process = "router"}, "at=info,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 9, .process = "we"}, "");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 9, .source = "router"}, "at=info,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 9, .source = "build"}, "-----> Python,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 9, .source = "app"}, "one,two,work,site,");
}

static void test_line(void **state)
{
        (void) state;
        Lines l = {0};

        fake_journal_reset(1);
        fake_journal_add(5000, 0, web_one);
        assert_int_equal(journal_read(&(JournalQuery){.app = "blog", .lines = 1}, -1, collect, &l, NULL), 0);
        assert_int_equal(l.last.realtime, 5000);
        assert_int_equal(l.last.priority, 6);
        assert_string_equal(l.last_process, "web.1");
        assert_string_equal(l.last_release, "v12");

        /* fields that are missing, or left from the entry before */
        fake_journal_add(5001, 0, silent);
        assert_int_equal(journal_read(&(JournalQuery){.app = "blog", .lines = 2}, -1, collect, &l, NULL), 0);
        assert_int_equal(l.last.message_length, 0);
        assert_string_equal(l.last_process, "web.1");
        assert_string_equal(l.last_release, "");
        buffer_clear(&l.text);
}

static void test_follow(void **state)
{
        (void) state;
        Lines l = {.stop_after = 4, .stop = 1};

        fake_journal_reset(1);
        fake_journal_add(1, 0, web_one);
        fake_journal_add(2, 0, web_two);
        fake_journal_add(3, 1, worker);
        fake_journal_add(4, 3, forged);
        fake_journal_add(5, 3, router);
        fake_journal_add(6, 4, website);
        fake_journal_add(7, 4, web_one);
        assert_int_equal(journal_read(&(JournalQuery){.app = "blog", .lines = 1, .follow = true}, -1,
                                      collect, &l, NULL),
                         0);
        assert_string_equal(l.text.data, "two,work,at=info,site,");
        buffer_clear(&l.text);

        /* only what is new; at first there is nothing at all */
        l = (Lines){.stop_after = 1, .stop = -EUCLEAN};
        fake_journal_reset(1);
        fake_journal_add(3, 2, worker);
        assert_int_equal(journal_read(&(JournalQuery){.app = "blog", .follow = true}, -1, collect, &l, NULL),
                         -EUCLEAN);
        assert_string_equal(l.text.data, "work,");
        buffer_clear(&l.text);

        l = (Lines){.stop_after = 1, .stop = 1};
        fake_journal_reset(1);
        fake_journal_add(1, 0, web_one);
        fake_journal_add(3, 2, worker);
        assert_int_equal(journal_read(&(JournalQuery){.app = "blog", .follow = true}, -1, collect, &l, NULL),
                         0);
        assert_string_equal(l.text.data, "work,");
        buffer_clear(&l.text);
}

static void test_reader_goes(void **state)
{
        (void) state;
        Lines l = {0};
        int fds[2];

        fake_journal_reset(1);
        fake_journal_add(1, 0, web_one);
        assert_int_equal(pipe(fds), 0);
        close(fds[0]);
        assert_int_equal(journal_read(&(JournalQuery){.app = "blog", .lines = 9, .follow = true}, fds[1],
                                      collect, &l, NULL),
                         0);
        assert_string_equal(l.text.data, "one,");
        close(fds[1]);
        buffer_clear(&l.text);
}

static void test_operation(void **state)
{
        (void) state;
        const JournalQuery follow = {.operation = "blog/7", .follow = true};
        const uint64_t second = 1000000;

        /* calm at its end: nothing is waited for */
        fake_journal_reset(1);
        fake_journal_add(1 * second, 0, build);
        fake_journal_add(2 * second, 0, web_one);
        fake_journal_add(3 * second, 2, early_end); /* what the build says is no end */
        fake_journal_add(4 * second, 3, released);
        fake_journal_add(5 * second, 3, end);
        fake_journal_add(6 * second, 4, build);
        assert_reads(&follow, "-----> Python,fake end,Released v1,END,");
        assert_int_equal(fake_journal_looks, 4);

        /* output that comes behind the end */
        fake_journal_reset(1);
        fake_journal_add(1 * second, 0, build);
        fake_journal_add(1 * second + 1, 0, end);
        fake_journal_add(1 * second + 2, 2, build);
        fake_journal_add(1 * second + 3, 4, build);
        assert_reads(&follow, "-----> Python,END,-----> Python,-----> Python,");

        /* no output at all, and a snapshot that does not wait */
        fake_journal_reset(1);
        fake_journal_add(1, 0, end);
        assert_reads(&follow, "END,");
        fake_journal_add(2, 0, released);
        assert_reads(&(JournalQuery){.operation = "blog/7"}, "END,Released v1,");
        assert_reads(&(JournalQuery){.operation = "blog/7", .since = 2}, "Released v1,");
}

/* Of an operation whose begin is known; journald begins another file meanwhile, before and after the first
 * line. */
static void test_rotation(void **state)
{
        (void) state;
        const JournalQuery follow = {.operation = "blog/7", .since = 1000, .follow = true};

        for (unsigned rotate = 0; rotate < 4; rotate++) {
                fake_journal_reset(1);
                fake_journal_rotate(rotate);
                fake_journal_add(999, 0, build); /* of an earlier blog/7 */
                fake_journal_add(1000, 1, build);
                fake_journal_add(1001, 2, released);
                fake_journal_add(1002, 2, web_one);
                fake_journal_add(1003, 3, end);
                assert_reads(&follow, "-----> Python,Released v1,END,");
                assert_int_equal(fake_journal_files, rotate > 0 ? 2 : 1);
        }

        /* the clock is set back meanwhile */
        fake_journal_reset(1);
        fake_journal_add(1000, 0, build);
        fake_journal_add(500, 1, released);
        fake_journal_add(501, 2, end);
        assert_reads(&follow, "-----> Python,Released v1,END,");

        /* a line that cannot be read any more where it is to go on */
        fake_journal_reset(1);
        fake_journal_rotate(1);
        fake_journal_add(1000, 0, build);
        fake_journal_add(1001, 2, end);
        fake_journal_damage(0);
        assert_reads(&follow, "END,");

        /* a file that cannot be opened: then all of them, and sd-journal passes it over */
        fake_journal_reset(1);
        fake_journal_files_fail = true;
        fake_journal_rotate(1);
        fake_journal_add(1000, 0, build);
        fake_journal_add(1001, 2, end);
        assert_reads(&follow, "-----> Python,END,");
        assert_int_equal(fake_journal_opened, 1);

        /* lines of an application may be as old as they like */
        fill();
        assert_reads(&(JournalQuery){.app = "blog", .lines = 1, .since = 1}, "Released v1,");
        assert_int_equal(fake_journal_files, 0);
}

static void test_damage(void **state)
{
        (void) state;
        fill();
        fake_journal_damage(1);
        fake_journal_damage(13);
        assert_reads(&(JournalQuery){.app = "blog", .lines = 2}, "work,site,");
        assert_reads(&(JournalQuery){.app = "blog", .lines = 100}, "at=info,two,work,site,");
}

static void test_refusals(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;
        Lines l = {0};

        fake_journal_reset(0);
        assert_int_equal(journal_read(&(JournalQuery){.app = "blog", .lines = 1}, -1, collect, &l, &e),
                         -ENODATA);
        assert_non_null(strstr(e.message, "systemd-journal"));
        assert_int_equal(journal_read(&(JournalQuery){.app = "../x"}, -1, collect, &l, &e), -EINVAL);
        assert_int_equal(journal_read(&(JournalQuery){.operation = "blog"}, -1, collect, &l, &e), -EINVAL);
        assert_non_null(strstr(e.message, "blog/7"));
        assert_int_equal(fake_journal_opened, fake_journal_closed);
}

static void test_send(void **state)
{
        (void) state;
        char *fields[] = {(char *) "MESSAGE=two\nlines", (char *) "PAAS_APP=blog", NULL};
        char *none[] = {NULL};

        assert_int_equal(journal_send(fields), 0);
        assert_string_equal(fake_journal_sent, "MESSAGE=two\nlines|PAAS_APP=blog|");
        assert_int_equal(journal_send(none), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_last_lines),  cmocka_unit_test(test_filters),
                cmocka_unit_test(test_line),        cmocka_unit_test(test_follow),
                cmocka_unit_test(test_reader_goes), cmocka_unit_test(test_operation),
                cmocka_unit_test(test_rotation),    cmocka_unit_test(test_damage),
                cmocka_unit_test(test_refusals),    cmocka_unit_test(test_send),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
