/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/excerpt.h"
#include "model/name.h"
#include "model/size.h"

#define A10 "aaaaaaaaaa"

static void test_app_name(void **state)
{
        static const char *const good[] = {"a", "blog", "my-app-2", A10 A10 A10};
        static const char *const bad[] = {
                "",    "-a", "a-",       "a--b", "2a", "Blog", "a_b", "a.b", "a b", A10 A10 A10 "a",
                "a/b", "..", "\xc3\xa4",
        };
        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_int_equal(app_name_check(good[i], NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(app_name_check(bad[i], NULL), -EINVAL);

        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(app_name_check("My App", &e), -EINVAL);
        assert_string_equal(e.message,
                            "\"My App\" cannot be an application's name: a lower-case letter first, then "
                            "lower-case letters, digits and single dashes inside, 30 characters at most");
}

static void test_process_type(void **state)
{
        static const char *const good[] = {"web", "1", "a--b", "web-2", A10 A10 A10};
        static const char *const bad[] = {"", "-a", "a-", "Web", "a_b", "a.b", A10 A10 A10 "a"};
        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_int_equal(process_type_check(good[i], NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(process_type_check(bad[i], NULL), -EINVAL);
}

static void canonical(const char *s, const char *expected)
{
        _cleanup_free_ char *type = NULL;
        assert_int_equal(process_type_canonical(s, strlen(s), &type, NULL), expected ? 0 : -EINVAL);
        if (expected)
                assert_string_equal(type, expected);
        else
                assert_null(type);
}

static void test_canonical(void **state)
{
        canonical("Web_1", "web-1");
        canonical("web", "web");
        canonical("_web", NULL);
        canonical("web_", NULL);
        canonical("", NULL);
        canonical("a.b", NULL);
        canonical(A10 A10 A10 "a", NULL);
        _cleanup_free_ char *type = NULL;
        assert_int_equal(process_type_canonical("web\0x", 5, &type, NULL), -EINVAL);
}

static void test_user_name(void **state)
{
        static const char *const good[] = {"ada", "Ada.Lovelace", "a@b.org", "1-2_3+4"};
        static const char *const bad[] = {
                "", ".a", "-a", "a..b", "a.", "a.lock", "a b", "a/b", "a~b", "\xc3\xa4", "a\nb",
        };
        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_int_equal(user_name_check(good[i], NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(user_name_check(bad[i], NULL), -EINVAL);

        char longest[USER_NAME_MAX + 2] = {0};
        memset(longest, 'a', USER_NAME_MAX);
        assert_int_equal(user_name_check(longest, NULL), 0);
        longest[USER_NAME_MAX] = 'a';
        assert_int_equal(user_name_check(longest, NULL), -EINVAL);
}

static void domain(const char *s, const char *expected)
{
        _cleanup_free_ char *name = NULL;
        assert_int_equal(domain_check(s, &name, NULL), 0);
        assert_string_equal(name, expected);
}

static void no_domain(const char *s, const char *why)
{
        _cleanup_error_ Error e = ERROR_NULL;
        char *name = NULL;
        assert_int_equal(domain_check(s, &name, &e), -EINVAL);
        assert_non_null(strstr(e.message, why));
        assert_null(name);
}

static void test_domain(void **state)
{
        domain("www.Example.COM", "www.example.com");
        domain("*.example.com", "*.example.com");
        domain("xn--bcher-kva.example", "xn--bcher-kva.example");
        domain("1.2.3.4.example", "1.2.3.4.example");

        no_domain("", "empty");
        no_domain("b\xc3\xbc"
                  "cher.example",
                  "xn--");
        no_domain("1.2.3.4", "IP address");
        no_domain("::1", "IP address");
        no_domain("[::1]", "IP address");
        no_domain("example.com:80", "no port");
        no_domain("https://example.com", "https://");
        no_domain("example.com/x", "alone");
        no_domain("localhost", "dot");
        no_domain("*.com", "dot");
        no_domain("example.com.", "dot too many");
        no_domain("a..b", "dot too many");
        no_domain("*.*.example.com", "letters");
        no_domain("a_b.example.com", "letters");
        no_domain("-a.example.com", "letters");
        no_domain("a-.example.com", "letters");
        no_domain("a b.example.com", "letters");
        no_domain("a*.example.com", "letters");
}

static void test_domain_bounds(void **state)
{
        char s[300];
        /* A label of 63, of 64. */
        memset(s, 'a', 64);
        strcpy(s + 63, ".example");
        domain(s, s);
        memset(s, 'a', 64);
        strcpy(s + 64, ".example");
        no_domain(s, "63");

        /* 253 characters, 254. */
        for (size_t i = 0; i < 254; i++)
                s[i] = i % 2 ? '.' : 'a';
        s[253] = '\0';
        domain(s, s);
        s[252] = 'b';
        s[253] = 'b';
        s[254] = '\0';
        no_domain(s, "253");
}

static void test_escape(void **state)
{
        _cleanup_free_ char *escaped = name_escape("my-app-2"), *back = name_unescape("my_app_2");
        assert_string_equal(escaped, "my_app_2");
        assert_string_equal(back, "my-app-2");
}

static void test_excerpt(void **state)
{
        char shown[EXCERPT_SIZE], longer[400];

        assert_string_equal(excerpt("a\x1b[1m\tb\xff\xc3\xbc\xc2\x9b", 12, shown), "a?[1m?b?\xc3\xbc??");
        assert_string_equal(excerpt("", 0, shown), "");

        memset(longer, 'a', sizeof(longer));
        excerpt(longer, 80, shown);
        assert_int_equal(strlen(shown), 80);
        excerpt(longer, 81, shown);
        assert_int_equal(strlen(shown), 83);
        assert_string_equal(shown + 80, "...");

        for (size_t i = 0; i + 1 < sizeof(longer); i += 2)
                memcpy(longer + i, "\xc3\xbc", 2);
        excerpt(longer + 1, sizeof(longer) - 1, shown);
        assert_string_equal(shown + strlen(shown) - 5, "\xc3\xbc...");
        assert_true(strlen(shown) < EXCERPT_SIZE);
}

static void test_size(void **state)
{
        const Size *s = size_find("Standard-2X");
        assert_non_null(s);
        assert_string_equal(s->name, "standard-2x");
        assert_int_equal(s->memory, 1ULL << 30);
        assert_int_equal(size_find(SIZE_DEFAULT)->memory, 512ULL << 20);
        assert_int_equal(size_find(SIZE_DEFAULT)->tasks, 512);
        assert_null(size_find("huge"));
        assert_null(size_find(""));

        /* The list for messages has every size, and nothing else. */
        _cleanup_free_ char *names = strdup(size_names());
        char *rest = names;
        size_t n = 0;
        for (char *name = strsep(&rest, ","); name; name = strsep(&rest, ","), n++)
                assert_non_null(size_find(name + strspn(name, " ")));
        assert_int_equal(n, 9);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_app_name),  cmocka_unit_test(test_process_type),
                cmocka_unit_test(test_canonical), cmocka_unit_test(test_user_name),
                cmocka_unit_test(test_domain),    cmocka_unit_test(test_domain_bounds),
                cmocka_unit_test(test_escape),    cmocka_unit_test(test_excerpt),
                cmocka_unit_test(test_size),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
