/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/retention.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "basic/clock.h"
#include "basic/settings.h"
#include "basic/text.h"
#include "engine/cleanup/reserve.h"
#include "model/app.h"

#define GIB (UINT64_C(1) << 30)
#define MIB (UINT64_C(1) << 20)
#define DAY (86400 * USEC_PER_SEC)

static RetentionSlugs wish(const RetentionRelease *releases, size_t n, uint64_t keep, uint64_t current)
{
        return (RetentionSlugs){.releases = releases, .n = n, .keep = keep, .current = current};
}

static void test_last_releases(void **state)
{
        const RetentionRelease r[] = {{5, "e", true}, {4, "d", true}, {3, "c", true}, {2, "b", true}};
        RetentionSlugs s = wish(r, 4, 2, 5);
        assert_int_equal(retention_slug(&s, "e"), SLUG_CURRENT);
        assert_int_equal(retention_slug(&s, "d"), SLUG_PREVIOUS);
        assert_int_equal(retention_slug(&s, "c"), SLUG_UNNEEDED);
        assert_int_equal(retention_slug(&s, "nobody's"), SLUG_UNNEEDED);
        s.keep = 3;
        assert_int_equal(retention_slug(&s, "c"), SLUG_RETAINED);
        assert_int_equal(retention_slug(&s, "b"), SLUG_UNNEEDED);
        assert_int_equal(retention_last_user(&s, "b"), 2);
        assert_int_equal(retention_last_user(&s, "x"), 0);
}

static void test_same_slug(void **state)
{
        /* Config changes and a rollback: what counts is how many slugs, not how many releases. */
        const RetentionRelease r[] = {{9, "b", true}, {8, "d", true}, {7, "d", true}, {6, "d", true},
                                      {5, "c", true}, {4, "b", true}, {3, "a", true}, {2, NULL, true}};
        RetentionSlugs s = wish(r, 8, 3, 9);
        assert_int_equal(retention_slug(&s, "b"), SLUG_CURRENT);
        assert_int_equal(retention_slug(&s, "d"), SLUG_PREVIOUS);
        assert_int_equal(retention_slug(&s, "c"), SLUG_RETAINED);
        assert_int_equal(retention_slug(&s, "a"), SLUG_UNNEEDED);
        assert_int_equal(retention_last_user(&s, "b"), 9);
}

static void test_failures(void **state)
{
        /* Whatever number of failed releases came after it: current and previous stay. */
        const RetentionRelease r[] = {{9, "i", false}, {8, "h", false}, {7, "g", false}, {6, "f", true},
                                      {5, "e", false}, {4, "d", true},  {3, "c", true}};
        RetentionSlugs s = wish(r, 7, 2, 6);
        assert_int_equal(retention_slug(&s, "i"), SLUG_RETAINED);
        assert_int_equal(retention_slug(&s, "h"), SLUG_RETAINED);
        assert_int_equal(retention_slug(&s, "g"), SLUG_UNNEEDED);
        assert_int_equal(retention_slug(&s, "f"), SLUG_CURRENT);
        assert_int_equal(retention_slug(&s, "e"), SLUG_UNNEEDED);
        assert_int_equal(retention_slug(&s, "d"), SLUG_PREVIOUS);
        assert_int_equal(retention_slug(&s, "c"), SLUG_UNNEEDED);
        /* Nothing is current yet: the first push failed. */
        s = wish(r, 3, 2, 0);
        assert_int_equal(retention_slug(&s, "i"), SLUG_RETAINED);
}

static void test_in_use(void **state)
{
        const RetentionRelease r[] = {{5, "e", true}, {4, "d", true}, {3, "c", true}, {2, "b", true}};
        char c[] = "c", foreign[] = "of-a-stage";
        char *const used[] = {c, foreign, NULL};
        RetentionSlugs s = wish(r, 4, 2, 5);
        s.in_use = used;
        assert_int_equal(retention_slug(&s, "c"), SLUG_IN_USE);
        assert_int_equal(retention_slug(&s, "of-a-stage"), SLUG_IN_USE);
        assert_int_equal(retention_slug(&s, "b"), SLUG_UNNEEDED);
        s.held = true;
        assert_int_equal(retention_slug(&s, "b"), SLUG_HELD);
}

static void test_suffices(void **state)
{
        const RetentionRelease r[] = {
                {5, "e", true}, {4, "e", true}, {3, "e", true}, {2, "d", false}, {1, "c", true}};
        RetentionSlugs s = wish(r, 3, 2, 5);
        assert_false(retention_suffices(&s)); /* one slug only */
        s = wish(r, 4, 2, 5);
        assert_false(retention_suffices(&s)); /* the previous one may come later */
        s = wish(r, 5, 2, 5);
        assert_true(retention_suffices(&s));
        s = wish(r, 4, 2, 0);
        assert_true(retention_suffices(&s));
        s = wish(r, 3, 2, 99); /* the current one is not in the list */
        assert_false(retention_suffices(&s));
}

static void test_layers(void **state)
{
        uint64_t now = 100 * DAY, old = now - DAY;
        assert_true(retention_layer_may_go(false, false, old, now));
        assert_false(retention_layer_may_go(true, false, old, now));
        assert_false(retention_layer_may_go(false, true, old, now));
        assert_false(retention_layer_may_go(false, false, now - 60 * USEC_PER_SEC, now));
        assert_false(retention_layer_may_go(false, false, now + DAY, now)); /* the clock was set back */
}

static void test_destroyed(void **state)
{
        uint64_t now = 100 * DAY;
        assert_false(retention_destroyed_may_go(now - 6 * DAY, now, 7));
        assert_true(retention_destroyed_may_go(now - 7 * DAY, now, 7));
        assert_true(retention_destroyed_may_go(now, now, 0));
        assert_false(retention_destroyed_may_go(now + DAY, now, 0));
        assert_false(retention_destroyed_may_go(0, now, 7)); /* not known when */
}

static bool free_ones(void *userdata, uid_t uid)
{
        for (const uid_t *taken = userdata; *taken; taken++)
                if (*taken == uid)
                        return false;
        return true;
}

static bool only_two(void *userdata, uid_t uid)
{
        return uid == APP_UID_FIRST + 2 || uid == APP_UID_FIRST + 6;
}

static bool none(void *userdata, uid_t uid)
{
        return false;
}

static void test_uids(void **state)
{
        uid_t uid = 0, taken[] = {APP_UID_FIRST, APP_UID_FIRST + 4, 0};
        const UidPast past[] = {
                {APP_UID_FIRST + 2, 900}, {APP_UID_FIRST + 6, 500}, {APP_UID_FIRST + 6, 300}};
        assert_int_equal(retention_next_uid(past, 3, free_ones, taken, &uid), 0);
        assert_int_equal(uid, APP_UID_FIRST + 8); /* nobody ever had it */
        assert_int_equal(retention_next_uid(past, 3, only_two, NULL, &uid), 0);
        assert_int_equal(uid, APP_UID_FIRST + 6); /* free since 500 */
        assert_int_equal(retention_next_uid(past, 3, none, NULL, &uid), -ENOSPC);
}

static void test_reserve(void **state)
{
        char text[16];
        assert_true(reserve_bytes(SETTINGS_RESERVE_RULE, 10 * GIB) == GIB / 2);
        assert_true(reserve_bytes(SETTINGS_RESERVE_RULE, 1000 * GIB) == 2 * GIB);
        assert_true(reserve_bytes(0, 1000 * GIB) == 0);
        assert_true(reserve_bytes(5 * GIB, 10 * GIB) == 5 * GIB);
        ReserveBuild b = {.slug = 400 * MIB, .cache = 100 * MIB, .max_source = GIB};
        assert_true(reserve_need(&b) == 616 * MIB);
        b = (ReserveBuild){.max_source = GIB};
        assert_true(reserve_need(&b) == 272 * MIB);
        b.max_source = MIB;
        assert_true(reserve_need(&b) == 17 * MIB);
        assert_true(reserve_allows(MIB, 3 * MIB, 2 * MIB));
        assert_false(reserve_allows(MIB + 1, 3 * MIB, 2 * MIB));
        assert_false(reserve_allows(0, MIB, 2 * MIB));
        reserve_format(1234567890, text);
        assert_string_equal(text, "1.2 GB");
        reserve_format(42, text);
        assert_string_equal(text, "42 B");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_last_releases), cmocka_unit_test(test_same_slug),
                cmocka_unit_test(test_failures),      cmocka_unit_test(test_in_use),
                cmocka_unit_test(test_suffices),      cmocka_unit_test(test_layers),
                cmocka_unit_test(test_destroyed),     cmocka_unit_test(test_uids),
                cmocka_unit_test(test_reserve),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
