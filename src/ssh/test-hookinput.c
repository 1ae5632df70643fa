/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ssh/hookinput.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ZERO "0000000000000000000000000000000000000000"
#define ONE "1111111111111111111111111111111111111111"
#define TWO "2222222222222222222222222222222222222222"

static void greet(Buffer *b, const char *capabilities)
{
        _cleanup_buffer_ Buffer line = BUFFER_NULL;
        buffer_append(&line, "version=1", 10);
        buffer_puts(&line, capabilities);
        pkt_append(b, line.data, line.length);
        pkt_flush(b);
}

static void a_push_is_read(void **state)
{
        _cleanup_hook_input_ HookInput h = HOOK_INPUT_NULL;
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        greet(&b, "push-options atomic");
        pkt_append(&b, ZERO " " ONE " refs/heads/main", 97);
        pkt_append(&b, ONE " " TWO " refs/tags/v1\n", 81 + 1 + 12 + 1);
        pkt_flush(&b);
        pkt_append(&b, "detach\n", 7);
        pkt_append(&b, "", 0);
        pkt_flush(&b);

        /* In the smallest pieces. */
        for (size_t i = 0; i < b.length; i++) {
                assert_int_not_equal(h.state, HOOK_COMPLETE);
                assert_int_equal(hook_input_feed(&h, b.data + i, 1, &e), 0);
        }
        assert_int_equal(h.state, HOOK_COMPLETE);
        assert_true(h.has_options);
        assert_true(h.atomic);
        assert_int_equal(h.n_updates, 2);
        assert_string_equal(h.updates[0].old_oid, ZERO);
        assert_string_equal(h.updates[0].new_oid, ONE);
        assert_string_equal(h.updates[0].ref, "refs/heads/main");
        assert_string_equal(h.updates[1].ref, "refs/tags/v1");
        assert_true(oid_is_null(h.updates[0].old_oid));
        assert_false(oid_is_null(h.updates[1].old_oid));
        assert_int_equal(strv_length(h.options), 2);
        assert_string_equal(h.options[0], "detach");
        assert_string_equal(h.options[1], "");
}

static void options_are_not_awaited_when_none_are_said(void **state)
{
        _cleanup_hook_input_ HookInput h = HOOK_INPUT_NULL;
        _cleanup_buffer_ Buffer b = BUFFER_NULL;

        greet(&b, "");
        pkt_append(&b, ZERO " " ONE " refs/heads/main", 97);
        pkt_flush(&b);
        assert_int_equal(hook_input_feed(&h, b.data, b.length, NULL), 0);
        assert_int_equal(h.state, HOOK_COMPLETE);
        assert_false(h.has_options);
        assert_int_equal(h.n_updates, 1);
}

static void refuse(const char *data, size_t length)
{
        _cleanup_hook_input_ HookInput h = HOOK_INPUT_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(hook_input_feed(&h, data, length, &e), -EBADMSG);
        assert_non_null(e.message);
}

static void what_is_no_such_talk_is_refused(void **state)
{
        static const char *const bad[] = {
                "0000",                       /* no version */
                "000eversion=2\n0000",        /* another */
                "zzzz",                       /* no length */
                "0001",                       /* reserved */
                "0003",                       /* shorter than itself */
                "fffexx",                     /* longer than can be */
                "000dversion=1000dversion=1", /* twice */
        };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                refuse(bad[i], strlen(bad[i]));
}

static void what_is_no_ref_update_is_refused(void **state)
{
        static const char *const bad[] = {
                "a b",
                ZERO " " ONE,
                ZERO " " ONE " heads/main",
                ZERO " x refs/heads/main",
                "x " ONE " refs/heads/main",
                ZERO "0 " ONE " refs/heads/main",
        };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_buffer_ Buffer b = BUFFER_NULL;
                greet(&b, "");
                pkt_append(&b, bad[i], strlen(bad[i]));
                refuse(b.data, b.length);
        }
}

static void a_nul_in_a_ref_is_refused(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        greet(&b, "");
        pkt_append(&b, ZERO " " ONE " refs/heads/ma\0n", 97);
        refuse(b.data, b.length);
}

static void more_after_the_end_is_refused(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        greet(&b, "");
        pkt_flush(&b);
        buffer_puts(&b, "0");
        refuse(b.data, b.length);
}

static void too_many_options_are_refused(void **state)
{
        _cleanup_hook_input_ HookInput h = HOOK_INPUT_NULL;
        _cleanup_buffer_ Buffer b = BUFFER_NULL;

        greet(&b, "push-options");
        pkt_flush(&b);
        for (int i = 0; i <= HOOK_OPTIONS_MAX; i++)
                pkt_append(&b, "x", 1);
        assert_int_equal(hook_input_feed(&h, b.data, b.length, NULL), -E2BIG);
}

static void packets_are_written(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        pkt_appendf(&b, "ok %s", "refs/heads/main");
        pkt_flush(&b);
        assert_string_equal(b.data, "0016ok refs/heads/main0000");

        _cleanup_free_ char *large = malloc(PKT_MAX * 2);
        assert_non_null(large);
        memset(large, 'x', PKT_MAX * 2);
        buffer_clear(&b);
        pkt_append(&b, large, PKT_MAX * 2);
        assert_int_equal(b.length, PKT_MAX);
        assert_memory_equal(b.data, "fff0", 4);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_push_is_read),
                cmocka_unit_test(options_are_not_awaited_when_none_are_said),
                cmocka_unit_test(what_is_no_such_talk_is_refused),
                cmocka_unit_test(what_is_no_ref_update_is_refused),
                cmocka_unit_test(a_nul_in_a_ref_is_refused),
                cmocka_unit_test(more_after_the_end_is_refused),
                cmocka_unit_test(too_many_options_are_refused),
                cmocka_unit_test(packets_are_written),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
