/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/test-store.h"

#include <errno.h>

#include "basic/strv.h"

static void make_ref(Store *s, const char *ref, char ret_id[STORE_ID_SIZE])
{
        StoreChange c = change(NULL, NULL, 0);
        c.ref = ref;
        commit(s, &c, ret_id);
}

static void assert_refs(Store *s, const char *prefix, const char *joined)
{
        _cleanup_strv_ char **names = NULL;
        assert_int_equal(store_list_refs(s, prefix, &names), 0);
        _cleanup_free_ char *text = strv_join(names, " ");
        assert_string_equal(text, joined);
}

static void test_refs(void **state)
{
        Store *s = *state;
        _cleanup_error_ Error e = ERROR_NULL;
        char blog[STORE_ID_SIZE], shop[STORE_ID_SIZE], other[STORE_ID_SIZE];

        assert_refs(s, "refs/paas/app/", "");
        StoreFile f = file("app", "shop");
        StoreChange c = change(NULL, &f, 1);
        c.ref = "refs/paas/app/shop";
        commit(s, &c, shop);
        make_ref(s, "refs/paas/app/blog", blog);
        make_ref(s, "refs/paas/application/x", other);
        assert_refs(s, "refs/paas/app/", "refs/paas/app/blog refs/paas/app/shop");

        assert_int_equal(store_rename_ref(s, REF, "refs/paas/app/shop", blog, &e), -EEXIST);
        assert_int_equal(store_rename_ref(s, REF, "refs/paas/gone/1", shop, &e), -ESTALE);
        assert_int_equal(store_rename_ref(s, REF, "refs/paas/gone/1", blog, &e), 0);
        assert_refs(s, "refs/paas/gone/", "refs/paas/gone/1");
        assert_refs(s, "refs/paas/app/", "refs/paas/app/shop");
        assert_int_equal(store_resolve(s, "refs/paas/gone/1", other), 0);
        assert_string_equal(other, blog);
        assert_int_equal(store_rename_ref(s, REF, "refs/paas/gone/1", blog, &e), 0); /* is done already */
        assert_int_equal(store_rename_ref(s, REF, "refs/paas/gone/2", blog, &e), -ENOENT);

        /* A crash between the two halves: both names are there. */
        StoreChange copy = change(NULL, NULL, 0);
        copy.ref = "refs/paas/app/half";
        commit(s, &copy, other);
        copy.ref = "refs/paas/gone/half";
        copy.time = 1;
        commit(s, &copy, blog);
        assert_int_equal(store_rename_ref(s, "refs/paas/app/half", "refs/paas/gone/half", other, &e),
                         -EEXIST);
        copy.ref = "refs/paas/gone/3";
        commit(s, &copy, blog);
        copy.ref = "refs/paas/app/three";
        commit(s, &copy, other);
        assert_string_equal(blog, other);
        assert_int_equal(store_rename_ref(s, "refs/paas/app/three", "refs/paas/gone/3", blog, &e), 0);
        assert_int_equal(store_remove_ref(s, "refs/paas/gone/3", blog, &e), 0);
        assert_int_equal(store_resolve(s, "refs/paas/app/half", other), 0);
        assert_int_equal(store_remove_ref(s, "refs/paas/app/half", other, &e), 0);

        assert_int_equal(store_remove_ref(s, "refs/paas/app/shop", blog, &e), -ESTALE);
        assert_int_equal(store_remove_ref(s, "refs/paas/app/shop", shop, &e), 0);
        assert_int_equal(store_remove_ref(s, "refs/paas/app/shop", shop, &e), -ENOENT);
        assert_refs(s, "refs/paas/app/", "");
}

/* A killed writer leaves its lock; the next start must not be stopped by it. */
static void test_stale_lock(void **state)
{
        Store *s = *state, *again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        char id[STORE_ID_SIZE], next[STORE_ID_SIZE];
        make_ref(s, REF, id);
        assert_int_equal(file_write("state.git/" REF ".lock", "", 0, 0600, FILE_OWNER_SELF, FILE_NO_SYNC),
                         0);

        StoreChange c = change(id, NULL, 0);
        assert_int_equal(store_commit(s, &c, next, &e), -EBUSY);
        assert_int_equal(store_open("state.git", &again, &e), 0);
        commit(again, &c, next);
        store_free(again);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_refs, open_store, close_store),
                cmocka_unit_test_setup_teardown(test_stale_lock, open_store, close_store),
        };
        return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
