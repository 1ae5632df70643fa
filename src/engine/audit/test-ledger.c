/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/file.h"
#include "engine/audit/ledger.h"

static char directory[] = "/tmp/test-ledger.XXXXXX";
static Store *store;

static int set_up(void **state)
{
        return mkdtemp(directory) && store_open(directory, &store, NULL) >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
        store_free(store);
        return tree_remove(directory);
}

/* One commit; NULL stands for no such trailer, no such file. */
static void commit(const char *ref, const char *author, unsigned time, const char *subject,
                   const char *action, const char *status, const char *path, const char *data)
{
        char head[STORE_ID_SIZE] = "", id[STORE_ID_SIZE], action_line[64], status_line[64];
        char from[] = "From: uid 0 (root)";
        char *trailers[] = {from, action_line, status ? status_line : NULL, NULL};
        snprintf(action_line, sizeof(action_line), "Action: %s", action);
        snprintf(status_line, sizeof(status_line), "Status: %s", status ? status : "");
        (void) store_resolve(store, ref, head);
        const StoreFile file = {.path = path, .data = data, .length = data ? strlen(data) : 0};
        const StoreChange change = {.ref = ref,
                                    .expected = head[0] ? head : NULL,
                                    .files = &file,
                                    .n_files = path ? 1 : 0,
                                    .author = author,
                                    .email = "",
                                    .time = time * UINT64_C(1000000),
                                    .subject = subject,
                                    .trailers = trailers};
        Error e = ERROR_NULL;
        if (store_commit(store, &change, id, &e) < 0)
                fail_msg("%s", error_text(&e, 0));
}

static Ledger *list(const LedgerQuery *q, unsigned slice)
{
        Engine e = {.store = store};
        Ledger *l = NULL;
        assert_int_equal(ledger_new(&e, q, &l), 0);
        unsigned steps = 0;
        for (int r = 0; r == 0; steps++) {
                r = ledger_step(l, slice);
                assert_true(r >= 0 && steps < 1000);
        }
        return l;
}

static void check(const LedgerQuery *q, const char *wanted)
{
        char got[512] = "";
        Ledger *l = list(q, 1);
        for (size_t i = 0; i < l->n_entries; i++)
                snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", i ? ", " : "",
                         l->entries[i].what);
        assert_string_equal(got, wanted);
        ledger_free(l);
}

static void fill(void)
{
        commit("refs/paas/app/blog", "ana", 10, "Create blog", "apps:create", "succeeded", "domains", "[]");
        commit("refs/paas/user/ben", "root", 20, "Add user ben", "users:add", "succeeded", NULL, NULL);
        commit("refs/paas/app/blog", "ana", 30, "Add domain", "domains:add", "succeeded", "domains",
               "[\"a.example\"]");
        commit("refs/paas/release/blog", "ana", 35, "Deploy 1", "deploy", NULL, NULL, NULL);
        commit("refs/paas/app/blog", "ben", 40, "Refused", "config:set", "refused", NULL, NULL);
        commit("refs/paas/audit", "ben", 50, "Refused here", "users:add", "refused", NULL, NULL);
        commit("refs/paas/app/wiki", "ben", 60, "Locked", "apps:lock", NULL, NULL, NULL);
}

static void test_order(void **state)
{
        fill();
        check(&(LedgerQuery){.max = 100},
              "Locked, Refused here, Refused, Add domain, Add user ben, Create blog");
        check(&(LedgerQuery){.max = 2}, "Locked, Refused here");
        check(&(LedgerQuery){.app = "blog", .max = 100}, "Refused, Add domain, Create blog");
        check(&(LedgerQuery){.app = "none", .max = 100}, "");
}

static void test_filters(void **state)
{
        check(&(LedgerQuery){.actor = "ben", .max = 100}, "Locked, Refused here, Refused");
        check(&(LedgerQuery){.action = "users", .max = 100}, "Refused here, Add user ben");
        check(&(LedgerQuery){.action = "user", .max = 100}, "");
        check(&(LedgerQuery){.action = "config:set", .max = 100}, "Refused");
        check(&(LedgerQuery){.refused = true, .max = 100}, "Refused here, Refused");
        check(&(LedgerQuery){.since = 40 * UINT64_C(1000000), .max = 100}, "Locked, Refused here, Refused");
}

static void test_fields(void **state)
{
        Ledger *l = list(&(LedgerQuery){.max = 100}, 100);
        assert_int_equal(l->n_entries, 6);
        assert_string_equal(l->entries[0].result, "succeeded");
        assert_string_equal(l->entries[2].result, "refused");
        assert_string_equal(l->entries[3].undo, "paas domains:remove a.example -a blog");
        assert_string_equal(l->entries[3].from, "uid 0 (root)");
        assert_string_equal(l->entries[4].object, "ben");
        assert_null(l->entries[4].app);
        assert_null(l->entries[1].object);
        ledger_free(l);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_filters),
                cmocka_unit_test(test_fields),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
