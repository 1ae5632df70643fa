/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/attach.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_same(const AttachMessage *m, const char *line)
{
        char text[ATTACH_LINE_MAX];
        AttachMessage again;
        size_t n = attach_format(m, text);
        assert_string_equal(text, line);
        assert_int_equal(n, strlen(line));
        assert_int_equal(attach_parse(text, n, &again), 0);
        assert_int_equal(again.type, m->type);
        assert_int_equal(again.tty, m->tty);
        assert_int_equal(again.rows, m->rows);
        assert_int_equal(again.columns, m->columns);
        assert_string_equal(again.term, m->term);
        assert_int_equal(again.reason, m->reason);
        assert_int_equal(again.killed, m->killed);
        assert_int_equal(again.status, m->status);
}

static void test_lines(void **state)
{
        assert_same(&(AttachMessage){.type = ATTACH_HELLO}, "hello pipes");
        assert_same(&(AttachMessage){.type = ATTACH_HELLO,
                                     .tty = true,
                                     .rows = 24,
                                     .columns = 80,
                                     .term = "xterm-256color"},
                    "hello tty 24 80 xterm-256color");
        assert_same(&(AttachMessage){.type = ATTACH_OPEN}, "open");
        assert_same(&(AttachMessage){.type = ATTACH_REASON, .reason = ATTACH_TIME_LIMIT},
                    "reason time-limit");
        assert_same(&(AttachMessage){.type = ATTACH_REASON, .reason = ATTACH_MEMORY}, "reason memory");
        assert_same(&(AttachMessage){.type = ATTACH_REASON, .reason = ATTACH_STOPPED}, "reason stopped");
        assert_same(&(AttachMessage){.type = ATTACH_END, .status = 255}, "end exited 255");
        assert_same(&(AttachMessage){.type = ATTACH_END, .killed = true, .status = 9}, "end killed 9");
}

/* What comes from the other side may have been written by anybody. */
static void test_nonsense(void **state)
{
        static const char *const lines[] = {
                "",
                "hello",
                "hello tty",
                "hello tty 24 80",
                "hello tty 24 80 x;y",
                "hello tty 24 65536 xterm",
                "hello tty -1 80 xterm",
                "hello pipes now",
                "open it",
                "reason",
                "reason weather",
                "end",
                "end exited",
                "end exited 256",
                "end killed 65",
                "end sold 1",
                "end exited 1 1",
                "shout",
        };
        AttachMessage m;
        char line[ATTACH_LINE_MAX];
        for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
                assert_int_equal(attach_parse(lines[i], strlen(lines[i]), &m), -EBADMSG);
        memset(line, 'x', sizeof(line));
        assert_int_equal(attach_parse(line, sizeof(line), &m), -EBADMSG);
        assert_int_equal(attach_parse("open\0", 5, &m), -EBADMSG);
}

static void test_term(void **state)
{
        char line[ATTACH_LINE_MAX];
        AttachMessage m = {.type = ATTACH_HELLO, .tty = true, .term = "a b"};
        (void) attach_format(&m, line);
        assert_string_equal(line, "hello tty 0 0 dumb");
        assert_true(attach_term_is_valid("screen.xterm-256color"));
        assert_false(attach_term_is_valid(""));
}

static void test_words(void **state)
{
        char text[96];
        attach_describe(ATTACH_TIME_LIMIT, 60, text);
        assert_string_equal(text, "its time limit of 60 s is over");
        attach_describe(ATTACH_NO_REASON, 60, text);
        assert_string_equal(text, "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_lines),
                cmocka_unit_test(test_nonsense),
                cmocka_unit_test(test_term),
                cmocka_unit_test(test_words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
