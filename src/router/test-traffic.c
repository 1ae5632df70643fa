/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What HAProxy 2.6.12 and 3.0.11 really answered. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "basic/cleanup.h"
#include "router/parsetraffic.h"

static const char sessions_2_6[] =
        "0x560df7771080: proto=tcpv4 src=127.0.0.1:42400 fe=edge be=pool_1 srv=web.1-v1.1 ts=00 epoch=0 "
        "age=15s "
        "calls=4 rate=0 cpu=0 lat=0 rq[f=8c48000h,i=0,an=00h,rx=59m45s,wx=59m45s,ax=] "
        "rp[f=88048000h,i=0,an=00h,rx=59m45s,wx=59m45s,ax=] scf=[8,0h,fd=14] scb=[8,11h,fd=15] exp=59m45s "
        "rc=0 "
        "c_exp=\n"
        "0x560df788bb80: proto=tcpv4 src=127.0.0.1:41746 fe=edge be=pool_1 srv=web.1-v1.1 ts=00 epoch=0 "
        "age=15s "
        "calls=3 rate=0 cpu=0 lat=0 rq[f=49c40000h,i=0,an=8000h,rx=,wx=,ax=] "
        "rp[f=80400000h,i=0,an=1400000h,rx=15s,wx=,ax=] scf=[8,80h,fd=18] scb=[8,11h,fd=19] exp=15s rc=0 "
        "c_exp=\n"
        "0x560df788dc20: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s "
        "calls=2 "
        "rate=1 cpu=0 lat=0 rq[f=c0c020h,i=0,an=00h,rx=,wx=,ax=] rp[f=80008002h,i=0,an=00h,rx=,wx=,ax=] "
        "scf=[8,0h,fd=23] scb=[8,1h,fd=-1] exp=9s rc=0 c_exp=\n\n";
static const char sessions_3_0[] =
        "0x7f45a9681000: proto=tcpv4 src=127.0.0.1:52356 fe=edge be=pool_2 srv=web.1-v3.2 ts=00 epoch=0 "
        "age=1s "
        "calls=3 rate=0 cpu=0 lat=0 rq[f=848000h,i=0,an=00h,ax=] rp[f=80048000h,i=0,an=00h,ax=] "
        "scf=[8,1400h,fd=13,rex=59m59s,wex=] scb=[8,1011h,fd=14,rex=59m59s,wex=] exp=4s rc=0 c_exp=\n"
        "0x7f45a98a0000: proto=tcpv4 src=127.0.0.1:52368 fe=edge be=pool_2 srv=web.1-v3.2 ts=00 epoch=0 "
        "age=1s "
        "calls=3 rate=0 cpu=0 lat=0 rq[f=1840000h,i=0,an=8000h,ax=] rp[f=80040001h,i=0,an=4000000h,ax=] "
        "scf=[8,482h,fd=15,rex=,wex=] scb=[8,1011h,fd=16,rex=29s,wex=] exp=4s rc=0 c_exp=\n"
        "0x7f45a9681800: proto=tcpv4 src=127.0.0.1:52300 fe=edge be=page_new srv=<NONE> rq[an=00h] "
        "rp[an=00h]\n\n";

static void sessions_of_all_workers(void **state)
{
        (void) state;
        RouterSessions l = {0};
        assert_int_equal(router_parse_sessions(sessions_2_6, 0, &l), 0);
        assert_int_equal(router_parse_sessions(sessions_3_0, 77, &l), 0);
        assert_int_equal(l.n, 4);
        assert_int_equal(router_parse_session_count(sessions_2_6), 2);
        assert_int_equal(router_parse_session_count("nothing\n0x1: fe=edge \n\n0x2: fe=edge b"), 2);
        assert_int_equal(router_parse_session_count(""), 0);
        assert_string_equal(l.list[0].id, "0x560df7771080");
        assert_string_equal(l.list[0].backend, "pool_1");
        assert_string_equal(l.list[0].server, "web.1-v1.1");
        assert_true(l.list[0].tunnel);
        assert_int_equal(l.list[0].worker, 0);
        assert_int_equal(l.list[0].epoch, 0);
        assert_false(l.list[1].tunnel);
        assert_true(l.list[2].tunnel);
        assert_string_equal(l.list[2].server, "web.1-v3.2");
        assert_int_equal(l.list[2].worker, 77);
        assert_false(l.list[3].tunnel);
        router_sessions_free(l.list, l.n);
}

/* Of 2.6.12: a stream of events over HTTP/1.0's way to end a body. */
static void an_answer_without_an_end_is_no_tunnel(void **state)
{
        (void) state;
        static const char line[] = "0x558062ecfdf0: proto=tcpv4 src=127.0.0.1:42424 fe=edge be=pool_0 "
                                   "srv=web.1-v1.1 ts=00 epoch=0 age=1s "
                                   "calls=3 rate=0 cpu=0 lat=0 rq[f=48c48000h,i=0,an=00h,rx=,wx=59m59s,ax=] "
                                   "rp[f=88048000h,i=0,an=00h,rx=59m59s,wx=59m59s,ax=] scf=[8,0h,fd=16] "
                                   "scb=[8,11h,fd=18] exp=4s rc=0 "
                                   "c_exp=\n";
        RouterSessions l = {0};
        assert_int_equal(router_parse_sessions(line, 0, &l), 0);
        assert_int_equal(l.n, 1);
        assert_false(l.list[0].tunnel);
        router_sessions_free(l.list, l.n);
}

static void what_is_no_session_is_passed_over(void **state)
{
        (void) state;
        static const char *const lines[] = {
                "",
                "\n",
                "nonsense\n",
                "Unknown command.\n",
                "0x: be=pool_1 srv=a epoch=0 rq[an=00h] rp[an=00h]\n",
                "0xzz: fe=edge be=pool_1 srv=a epoch=0 rq[] rp[]\n",
                "0x12345678901234567890abc: fe=e be=pool_1 srv=a epoch=0\n",
                "0x1234: fe=edge be=pool_1 srv=a rq[an=00h] rp[an=00h]\n",
                "0x1234: fe=edge be=pool_1 srv=a epoch=g rq[an=00h] rp[an=00h]\n",
        };
        RouterSessions l = {0};
        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                assert_int_equal(router_parse_sessions(lines[i], 0, &l), 0);
        assert_int_equal(l.n, 0);
        router_sessions_free(l.list, l.n);
}

static bool is_session(const char *reply, char *backend, char *server, uint64_t epoch)
{
        return router_parse_is_session(
                reply, &(RouterSession){.backend = backend, .server = server, .epoch = epoch});
}

/* Of 3.0.11, shortened; 2.6.12 has the same lines. */
static void what_has_an_id_now(void **state)
{
        (void) state;
        static const char at[] =
                "0x7f6511119c00: [22/Nov/2026:19:40:33.805351] id=76 proto=tcpv4 source=127.0.0.1:42424\n"
                "  flags=0x8, conn_retries=0, conn_exp=<NEVER> conn_et=0x000 srv_conn=0x7f6511119400, "
                "pend_pos=(nil) waiting=0 epoch=0x1f\n"
                "  frontend=edge (id=4 mode=http), listener=? (id=1) addr=127.0.0.1:80\n"
                "  backend=pool_1 (id=15 mode=http) addr=127.0.0.1:38082\n"
                "  server=web.1-v1.12 (id=1) addr=127.0.0.1:20001\n";
        static char pool[] = "pool_1", longer[] = "pool_11", shorter[] = "pool", server[] = "web.1-v1.12",
                    part[] = "web.1-v1.1", other[] = "web.1-v2.13";
        assert_true(is_session(at, pool, server, 0x1f));
        assert_false(is_session(at, pool, server, 0x1e));
        assert_false(is_session(at, pool, part, 0x1f));
        assert_false(is_session(at, pool, other, 0x1f));
        assert_false(is_session(at, longer, server, 0x1f));
        assert_false(is_session(at, shorter, server, 0x1f));
        assert_false(is_session("Session not found.\n\n", pool, server, 0));
        assert_false(is_session("", pool, server, 0));
        assert_false(is_session("x epoch=0\n  backend=pool_1 (id=1)\n  server=", pool, server, 0));
        assert_false(is_session("x epoch=\n  backend=pool_1 (\n  server=web.1-v1.12 (", pool, server, 0));
        assert_true(is_session("x epoch=0\n  backend=pool_1 (\n  server=web.1-v1.12 (", pool, server, 0));
}

static void counters(void **state)
{
        (void) state;
        RouterCount *list;
        size_t n;
        assert_int_equal(router_parse_counts(
                                 "# pxname,svname,econ,eresp,stot,status,weight,hrsp_1xx,hrsp_2xx,hrsp_3xx,"
                                 "hrsp_4xx,hrsp_5xx,hrsp_other,-,\n"
                                 "pool_1,web.1-v1.1,1,2,75,UP,100,3,40,5,6,7,8,-,\n"
                                 "pool_1,web.1-v2.2,,,,DOWN 1/2,0,,,,,,,-,\n"
                                 "pool_1,web.1-v3.2,,2,10,no check,0,,9,,,,,-,\n\n",
                                 &list, &n, NULL),
                         0);
        assert_int_equal(n, 3);
        assert_string_equal(list[0].server, "web.1-v1.1");
        assert_true(list[0].up);
        assert_int_equal(list[0].responses, 69);
        assert_int_equal(list[0].errors, 10);
        assert_int_equal(list[0].silent, 3);
        assert_false(list[1].up);
        assert_int_equal(list[1].responses, 0);
        assert_true(list[2].up);
        assert_int_equal(list[2].responses, 9);
        assert_int_equal(list[2].silent, 1); /* HAProxy 3.0 counted it twice */
        assert_int_equal(list[2].errors, 1);
        router_counts_free(list, n);
        assert_int_equal(router_parse_counts("Unknown command.\n", &list, &n, NULL), -EBADMSG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sessions_of_all_workers),
                cmocka_unit_test(an_answer_without_an_end_is_no_tunnel),
                cmocka_unit_test(what_is_no_session_is_passed_over),
                cmocka_unit_test(what_has_an_id_now),
                cmocka_unit_test(counters),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
