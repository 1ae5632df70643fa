/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What HAProxy 2.6.12 and 3.0.11 really answered. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "router/parse.h"

#define STATE_HEADING                                                                                       \
  "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "       \
  "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state "          \
  "srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl "                 \
  "srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n"
#define CONN_HEADING                                                                                        \
  "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb "         \
  "idle_lim idle_cur idle_per_thr[2]\n"

static const char state[] =
        STATE_HEADING "4 other 1 s 127.0.0.1 2 0 1 1 0 1 0 1 6 0 0 0 - 80 - 0 0 - - 0\n"
                      "9 pool_0 1 web.1-v1.1 127.0.0.1 2 0 100 100 0 1 0 1 6 0 0 0 - 20001 - 0 0 - - 0\n"
                      "9 pool_0 2 web.2-v1.1 127.0.0.1 2 8 100 100 0 1 0 1 6 0 0 0 - 20002 - 0 0 - - 0\n"
                      "10 pool_1 1 web.1-v3.1 127.0.0.1 0 1 50 100 0 1 0 0 14 0 0 0 - 20003 - 0 0 - - 0\n"
                      "11 pool_2 1 web.1-v3.9 ::1 0 0 100 100 0 1 0 0 14 0 0 0 - 20004 - 0 0 - - 0\n"
                      "12 pool_3 1 web.1-v4.1 - 2 0 100 100 0 1 0 1 6 0 0 0 - 0 - 0 0 - - 0\n\n";

/* 3.0 has two more columns than 2.6 here; one server has gone in between, the order differs. */
static const char connections[] =
        CONN_HEADING "pool_1/web.1-v3.1 10/1 127.0.0.1 20003 - 5000 7 1 1 0 1 -1 1 1 0\n"
                     "other/s 4/1 127.0.0.1 80 - 0 3 0 0 0 0 0 0\n"
                     "pool_0/web.9-v1.1 9/1 127.0.0.1 20001 - 0 9 0 0 0 0 0 0\n"
                     "pool_0/web.2-v1.1 9/1 127.0.0.1 20001 - 0 0 0 0 0 0 0 0\n"
                     "pool_0/web.1-v1.1 9/1 127.0.0.1 20001 - 0 2 3 0 0 0 0 0\n\n";

static void test_servers(void **unused)
{
        (void) unused;
        RouterServer *list;
        size_t n;
        static const struct {
                const char *backend, *name, *address;
                RouterServerState state;
                bool up;
                unsigned weight, sessions;
        } expected[] = {
                {"pool_0", "web.1-v1.1", "127.0.0.1:20001", ROUTER_READY, true, 100, 2},
                {"pool_0", "web.2-v1.1", "127.0.0.1:20002", ROUTER_DRAIN, true, 100, 0},
                {"pool_1", "web.1-v3.1", "127.0.0.1:20003", ROUTER_MAINT, false, 50, 7},
                {"pool_2", "web.1-v3.9", "[::1]:20004", ROUTER_READY, false, 100, 0},
                {"pool_3", "web.1-v4.1", ROUTER_UNIX_ADDRESS, ROUTER_READY, true, 100, 0},
        };

        assert_int_equal(router_parse_servers(state, connections, &list, &n, NULL), 0);
        assert_int_equal(n, ELEMENTSOF(expected));
        for (size_t i = 0; i < n; i++) {
                assert_string_equal(list[i].backend, expected[i].backend);
                assert_string_equal(list[i].name, expected[i].name);
                assert_string_equal(list[i].address, expected[i].address);
                assert_int_equal(list[i].state, expected[i].state);
                assert_int_equal(list[i].up, expected[i].up);
                assert_int_equal(list[i].weight, expected[i].weight);
                assert_int_equal(list[i].sessions, expected[i].sessions);
        }
        router_servers_free(list, n);

        assert_int_equal(router_parse_servers(STATE_HEADING "\n", CONN_HEADING "\n", &list, &n, NULL), 0);
        assert_int_equal(n, 0);
        router_servers_free(list, n);
}

static void test_servers_refusals(void **unused)
{
        (void) unused;
        static const char *const bad_states[] = {
                "",
                "\n",
                "Can't find backend.\n\n",
                "1\n# be_id be_name\n9 pool_0\n",
                STATE_HEADING "9 pool_0 1 web.1 127.0.0.1 2 0\n",
                STATE_HEADING "9 pool_0 1 web.1 127.0.0.1 x 0 100 100 0 1 0 1 6 0 0 0 - 20001 - 0 0 - - 0\n",
                STATE_HEADING
                "9 pool_0 1 web.1 127.0.0.1 2 -1 100 100 0 1 0 1 6 0 0 0 - 20001 - 0 0 - - 0\n",
                STATE_HEADING
                "9 pool_0 1 web.1 127.0.0.1 2 0 99999999999999999999999 100 0 1 0 1 6 0 0 0 - 1\n",
        };
        RouterServer *list = NULL;
        size_t n = 0;
        for (size_t i = 0; i < ELEMENTSOF(bad_states); i++)
                assert_int_equal(router_parse_servers(bad_states[i], NULL, &list, &n, NULL), -EBADMSG);

        static const char *const bad_connections[] = {
                "",
                "# bkname/svname\n",
                CONN_HEADING "pool_0/web.1-v1.1 9/1 127.0.0.1 20001 - 0\n",
                CONN_HEADING "pool_0/web.1-v1.1 9/1 127.0.0.1 20001 - 0 many\n",
        };
        _cleanup_error_ Error e = ERROR_NULL;
        for (size_t i = 0; i < ELEMENTSOF(bad_connections); i++)
                assert_int_equal(router_parse_servers(state, bad_connections[i], &list, &n, &e), -EBADMSG);
        assert_non_null(e.message);
        assert_null(list);
}

static void test_reply(void **unused)
{
        (void) unused;
        static const struct {
                const char *reply;
                RouterReply meaning;
        } known[] = {
                {"", ROUTER_REPLY_OK},
                {"\n", ROUTER_REPLY_OK},
                {"New server registered.\n\n", ROUTER_REPLY_OK},
                {"Server deleted.\n", ROUTER_REPLY_OK},
                {"No such server.\n\n", ROUTER_REPLY_MISSING},
                {"No such backend.\n", ROUTER_REPLY_MISSING},
                {"entry not found.\n\n", ROUTER_REPLY_MISSING},
                {"Key not found.\n\n", ROUTER_REPLY_MISSING},
                {"Already exists a server with the same name in backend.\n\n", ROUTER_REPLY_EXISTS},
                {"Server still has connections attached to it, cannot remove it.\n", ROUTER_REPLY_BUSY},
                {"Only servers in maintenance mode can be deleted.\n", ROUTER_REPLY_REFUSED},
                {"Unknown command: 'x', but maybe one of the following ones is a better match:\n",
                 ROUTER_REPLY_REFUSED},
        };
        for (size_t i = 0; i < ELEMENTSOF(known); i++) {
                assert_int_equal(router_classify_reply(known[i].reply), known[i].meaning);
                assert_int_equal(router_parse_reply(known[i].reply, NULL),
                                 known[i].meaning == ROUTER_REPLY_OK ? 0 : -EIO);
        }
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(router_parse_reply("\nBad \x1b[2J thing.\nmore\n", &e), -EIO);
        assert_string_equal(e.message, "HAProxy says: Bad ?[2J thing.");
}

static void test_map_entry(void **unused)
{
        (void) unused;
        _cleanup_free_ char *value = NULL, *none = NULL;
        assert_int_equal(router_parse_map_entry("type=str, case=sensitive, found=yes, idx=tree, key=\"x\", "
                                                "value=\"pool_2\", type=\"str\"\n\n",
                                                &value),
                         0);
        assert_string_equal(value, "pool_2");
        assert_int_equal(router_parse_map_entry("type=str, case=sensitive, found=no\n\n", &none), 0);
        assert_null(none);
        assert_int_equal(
                router_parse_map_entry("Unknown map identifier. Please use #<id> or <file>.\n", &none),
                -EBADMSG);
        assert_int_equal(router_parse_map_entry("found=yes, value=\"pool", &none), -EBADMSG);
}

static void test_compare_map(void **unused)
{
        (void) unused;
        static const char running[] = "0x55b0c8d3f4a0 a.example.com pool_0\n"
                                      "0x55b0c8d3f4e0 gone.example.com pool_1\n"
                                      "0x55b0c8d3f520 b.example.com pool_1\n\n";
        RouterChanges c = {0};
        assert_int_equal(router_compare_map(running,
                                            "a.example.com pool_0\nb.example.com pool_2\n"
                                            "b.example.com.new pool_3\n",
                                            &c),
                         0);
        assert_int_equal(c.n, 3);
        assert_string_equal(c.changes[0].key, "b.example.com");
        assert_string_equal(c.changes[0].value, "pool_2");
        assert_string_equal(c.changes[1].key, "b.example.com.new");
        assert_string_equal(c.changes[1].value, "pool_3");
        assert_string_equal(c.changes[2].key, "gone.example.com");
        assert_null(c.changes[2].value);
        router_changes_clear(&c);

        assert_int_equal(router_compare_map("\n", "", &c), 0);
        assert_int_equal(c.n, 0);
        router_changes_clear(&c);
        assert_int_equal(router_compare_map("0x1 a b\n", "a b\n", &c), 0);
        assert_int_equal(c.n, 0);
        router_changes_clear(&c);

        static const char *const bad[] = {"Unknown map identifier. Please use #<id> or <file>.\n",
                                          "0x1\n",
                                          "0x1 \n",
                                          "0x1 a\n",
                                          "0x1 a \n",
                                          "a b\n"};
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(router_compare_map(bad[i], "", &c), -EBADMSG);
}

static void test_proc(void **unused)
{
        (void) unused;
        unsigned reloads = 0, failed = 0;
        assert_int_equal(
                router_parse_proc(
                        "#<PID>          <type>          <reloads>       <uptime>        <version>      \n"
                        "517             master          3 [failed: 1]   0d00h00m46s     2.6.12-1+deb12u4\n"
                        "# workers\n"
                        "692             worker          1               0d00h00m02s     2.6.12-1+deb12u4\n"
                        "# programs\n\n",
                        &reloads, &failed),
                0);
        assert_int_equal(reloads, 3);
        assert_int_equal(failed, 1);
        assert_int_equal(router_parse_proc("", &reloads, &failed), -EBADMSG);
        assert_int_equal(router_parse_proc("692 worker 1 0d 3.0\n", &reloads, &failed), -EBADMSG);
}

static void test_workers(void **unused)
{
        (void) unused;
        static const char reply[] =
                "#<PID>          <type>          <reloads>       <uptime>        <version>      \n"
                "12503           master          5 [failed: 0]   0d00h00m04s     2.6.12-1+deb12u4\n"
                "# workers\n13233           worker          0               0d00h00m00s     3.0.11\n"
                "# old workers\n"
                "13081           worker          1               0d00h00m01s     2.6.12-1+deb12u4\n"
                "12968           worker          2               2d01h03m02s     2.6.12-1+deb12u4\n"
                "# programs\n1 worker 0 0d00h00m00s x\n";
        _cleanup_free_ RouterWorker *list = NULL;
        size_t n;
        assert_int_equal(router_parse_workers(reply, &list, &n), 0);
        assert_int_equal(n, 3);
        assert_int_equal(list[0].pid, 13233);
        assert_false(list[0].old);
        assert_string_equal(list[0].version, "3.0.11");
        assert_true(list[1].old);
        assert_int_equal(list[2].pid, 12968);
        assert_true(list[2].old);
        assert_int_equal(list[2].age, ((2 * 24 + 1) * 60 + 3) * 60 + 2);

        RouterWorker *none = NULL;
        assert_int_equal(router_parse_workers("", &none, &n), -EAGAIN);

        uint64_t number;
        assert_int_equal(
                router_parse_info("Name: HAProxy\nCurrConns: 12\nMaxConn: 3\n", "CurrConns", &number), 0);
        assert_int_equal(number, 12);
        assert_int_equal(router_parse_info("CurrConnsX: 12\n", "CurrConns", &number), -EBADMSG);
        assert_int_equal(router_parse_info("CurrConns: -1\n", "CurrConns", &number), -EBADMSG);
}

static void test_reload(void **unused)
{
        (void) unused;
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(router_parse_reload("", NULL), 0);
        assert_int_equal(router_parse_reload("Success=1\n--\n[NOTICE]   (295) : Loading success.\n", NULL),
                         1);
        assert_int_equal(
                router_parse_reload(
                        "Success=0\n--\n[NOTICE]   (295) : haproxy version is 3.0.11-1+deb13u5\n"
                        "[ALERT]    (295) : config : parsing [/x/haproxy.cfg:351] : unknown keyword "
                        "'bogus' in 'backend' section\n[WARNING]  (295) : Loading failure!\n",
                        &e),
                -EBADMSG);
        assert_string_equal(e.message, "[ALERT]    (295) : config : parsing [/x/haproxy.cfg:351] : unknown "
                                       "keyword 'bogus' in 'backend' section");
        assert_int_equal(router_parse_reload("Success=0\n", &e), -EBADMSG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_servers),     cmocka_unit_test(test_servers_refusals),
                cmocka_unit_test(test_reply),       cmocka_unit_test(test_map_entry),
                cmocka_unit_test(test_compare_map), cmocka_unit_test(test_proc),
                cmocka_unit_test(test_workers),     cmocka_unit_test(test_reload),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
