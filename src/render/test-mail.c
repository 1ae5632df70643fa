/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/mail.h"

static void test_whole(void **state)
{
        char *to[] = {(char *) "ana@example.com", (char *) "ben@example.com", NULL};
        char *text;
        const MailEvent m = {.to = to,
                             .type = "deploy-failed",
                             .message = "grüße",
                             .host = "h",
                             .time = "t",
                             .app = "blog",
                             .release = "v3"};
        assert_int_equal(render_mail_text(&m, &text), 0);
        assert_non_null(strstr(text, "To: ana@example.com, ben@example.com\n"));
        assert_non_null(strstr(text, "Subject: [paas] blog: a deploy failed\n"));
        assert_non_null(strstr(text, "\n\ngrüße\n\nApplication: blog\nRelease: v3\nTime: t\nHost: h\n"));
        free(text);
}

static void test_no_header_is_added(void **state)
{
        char *to[] = {(char *) "a@b\nBcc: x@y", NULL};
        char *text;
        const MailEvent m = {.to = to,
                             .type = "new\nBcc: x@y",
                             .message = "m\nBcc: x@y",
                             .host = "h\nBcc: x@y",
                             .time = "t"};
        assert_int_equal(render_mail_text(&m, &text), 0);
        char *body = strstr(text, "\n\n"), *found = strstr(text, "\nBcc:");
        assert_non_null(body);
        assert_non_null(found);
        assert_true(found > body);
        free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_whole),
                cmocka_unit_test(test_no_header_is_added),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
