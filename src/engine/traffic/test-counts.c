/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "engine/traffic/counts.h"

static void is(const Counts *c, const char *server, uint64_t requests, uint64_t errors)
{
        Tally t = counts_of(c, server);
        assert_int_equal(t.requests, requests);
        assert_int_equal(t.errors, errors);
}

/* A worker counts up, another one takes over beside it, and the first one ends. */
static void a_reload_loses_nothing(void **state)
{
        (void) state;
        _cleanup_counts_ Counts c = COUNTS_NULL;
        const uint64_t both[] = {10, 11}, new[] = {11};
        assert_int_equal(counts_note(&c, "a", 10, &(Tally){5, 1}), 1);
        assert_int_equal(counts_note(&c, "a", 10, &(Tally){5, 1}), 0);
        assert_int_equal(counts_note(&c, "a", 10, &(Tally){20, 2}), 1);
        assert_int_equal(counts_note(&c, "b", 10, &(Tally){7, 7}), 1);
        is(&c, "a", 20, 2);
        assert_int_equal(counts_note(&c, "a", 11, &(Tally){3, 3}), 1);
        assert_int_equal(counts_note(&c, "a", 10, &(Tally){21, 3}), 1);
        assert_int_equal(counts_settle(&c, both, 2), 0);
        is(&c, "a", 24, 6);
        assert_int_equal(counts_settle(&c, new, 1), 1);
        is(&c, "a", 24, 6);
        is(&c, "b", 7, 7);
        assert_int_equal(counts_settle(&c, NULL, 0), 1);
        assert_int_equal(c.n, 2); /* one a server, however many workers there were */
        is(&c, "a", 24, 6);
}

static void a_number_is_used_again(void **state)
{
        (void) state;
        _cleanup_counts_ Counts c = COUNTS_NULL;
        counts_note(&c, "a", 10, &(Tally){20, 2});
        counts_note(&c, "a", 10, &(Tally){1, 1});
        is(&c, "a", 21, 3);
        counts_note(&c, "a", 10, &(Tally){2, 1});
        is(&c, "a", 22, 3);
}

static bool is_a(const void *userdata, const char *server)
{
        (void) userdata;
        return streq(server, "a");
}

static void they_are_written_and_read(void **state)
{
        (void) state;
        _cleanup_counts_ Counts c = COUNTS_NULL, back = COUNTS_NULL;
        _cleanup_strv_ char **lines = NULL, **bad = NULL;
        counts_note(&c, "a", 10, &(Tally){20, 2});
        counts_note(&c, "b", 10, &(Tally){1, 0});
        assert_int_equal(counts_format(&c, &lines), 0);
        assert_string_equal(lines[0], "a 10 20 2");
        assert_int_equal(counts_parse(&back, lines), 0);
        is(&back, "a", 20, 2);
        is(&back, "b", 1, 0);
        counts_prune(&back, is_a, NULL);
        is(&back, "a", 20, 2);
        is(&back, "b", 0, 0);
        assert_int_equal(strv_append(&bad, "a 10 x"), 0);
        assert_int_equal(counts_parse(&back, bad), -EBADMSG);
        is(&back, "a", 20, 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_reload_loses_nothing),
                cmocka_unit_test(a_number_is_used_again),
                cmocka_unit_test(they_are_written_and_read),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
