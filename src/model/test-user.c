/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "basic/text.h"
#include "model/user.h"

/* Public keys made for this test, whose private halves nobody has kept; the sk- ones and the weak one are
 * only well-formed. */
static const char ecdsa[] =
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHv290Uu0hqg"
        "67nEj2dC9I/a1DJbo3wmRg2umrXoBLQH7J4l9j/STaM4f2urF658OyI6itKxxjVxof/71OMCzGw=";
static const char ed25519[] =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPJlCYdIkrjs4Hyac9/tnEzAVi/WaBFUwuAzvUPHtJDh";
static const char rsa[] =
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC5Yw6FRzKb+OLfNF97sw/21I7sQ5zuzjxslDPknr2XIQ8A"
        "rR7ZMqpaOvf810cqy0bf3XbVY03env3l2f5siE/k2aCAw/LKTcu5H/AIC9FF0tF1OPeDyN/t2NYQ68m0g4it"
        "5Fw5vAAiH+SPxP73ASQVNZrdQ2mYfQpHppJ3S/s/EoxJrYDICyUVzJRxctfHQa3npqAzRlcB3tFPZaUplAFd"
        "zVAwWrkianw33LxnN4sLHWPDxJpqtQlImI/pf/oRHlZt5HbJUHBvr0r4xRUR68qLu62xIGZDbDzkN5HZEtJM"
        "GeGbRBc35B1nQWD2K6gA/WeOEcvFrVPBndXFYseMmtQf";
static const char ecdsa521[] =
        "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAFmgKLkhYDU"
        "JqAqmAc0fjM+5iguA5MyHrK/x+VFg3lxElfzW0xLZLa0CMZBNcS+gDxgJEZwb4/Vqxjy8RH7ZE6zeAEASNr+"
        "pFRk3E6HjgQcZtwyLQF7I2uDLw/5j5cKSIS/itHywj2BU7EFs3dJ8kvuQ78cbb6BQ6Ida4dpDuPUFxvqsA==";
static const char sk[] =
        "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIGtra2tra2tra"
        "2tra2tra2tra2tra2tra2tra2tra2trAAAABHNzaDo=";
static const char sk_ecdsa[] =
        "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb"
        "20AAAAIbmlzdHAyNTYAAABBBGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra"
        "2tra2tra2tra2tra2tra2tra2sAAAAEc3NoOg==";
static const char weak[] =
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQB/eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
        "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
        "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eA==";

#define ID "0b31a1b5-6a0c-4c5e-9f4e-2d8f0f6f1a11"
#define USEC UINT64_C(1763695620000000)

static void check_key(const char *bare)
{
        _cleanup_free_ char *line = NULL;
        _cleanup_free_ void *raw = NULL, *raw_bare = NULL;
        SshKey k = {0}, plain = {0};
        size_t n, n_bare;

        assert_true(asprintf(&line, "  %s \tada at  home \xc3\xbc \r\n", bare) > 0);
        assert_int_equal(ssh_key_parse(line, &k, &raw, &n, NULL), 0);
        assert_int_equal(ssh_key_parse(bare, &plain, &raw_bare, &n_bare, NULL), 0);
        assert_string_equal(k.comment, "ada at  home \xc3\xbc");
        assert_string_equal(plain.comment, "");
        assert_string_equal(k.blob, plain.blob);
        assert_non_null(text_after(bare, k.type));
        assert_int_equal(n, n_bare);
        assert_memory_equal(raw, raw_bare, n);
        assert_int_equal(((unsigned char *) raw)[3], strlen(k.type));
        ssh_key_clear(&k);
        ssh_key_clear(&plain);
}

static void test_keys(void **state)
{
        check_key(ecdsa);
        check_key(ed25519);
        check_key(rsa);
        check_key(ecdsa521);
        check_key(sk);
        check_key(sk_ecdsa);
}

static void check_refused(const char *line, const char *why)
{
        _cleanup_error_ Error e = ERROR_NULL;
        SshKey k = {0};
        void *raw = NULL;
        size_t n;

        assert_int_equal(ssh_key_parse(line, &k, &raw, &n, &e), -EINVAL);
        if (!strstr(e.message, why))
                print_error("%s: %s\n", line, e.message);
        assert_non_null(strstr(e.message, why));
        assert_null(k.type);
        assert_null(raw);
}

static void test_refused(void **state)
{
        static const char *const bad[][2] = {
                {"", "empty"},
                {" \t\n", "empty"},
                {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAH2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
                 "damaged"},
                {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2trAAAAAXg=",
                 "damaged"},
                {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAA==", "damaged"},
                {"ssh-ed25519 AAAAB3NzaC1yc2EAAAAga2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=", "damaged"},
                {"ecdsa-sha2-nistp256 "
                 "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAzODQAAABBBGtra2tra2tra2tra2tra2tra2tra2tra2tra2"
                 "tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
                 "damaged"},
                {"ssh-ed25519 /////3NzaC1lZDI1NTE5", "damaged"},
                {"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAgAA", "1024 bits"},
                {"ssh-ed25519", "damaged"},
                {"ssh-ed25519 \n", "damaged"},
                {"ssh-ed25519 AAAA", "damaged"},
                {"ssh-ed25519 AAA", "damaged"},
                {"ssh-ed25519 A===", "damaged"},
                {"ssh-ed25519 ====", "damaged"},
                {"ssh-ed25519 AB==", "damaged"},
                {"ssh-ed25519 !!!!", "damaged"},
                {"ssh-dss AAAA", "no longer secure"},
                {"ssh-ed25519-cert-v01@openssh.com AAAA", "certificate"},
                {"command=\"x\" ssh-ed25519 AAAA", "no options in front"},
                {"hello", "a line of a .pub file is expected"},
                {"---- BEGIN SSH2 PUBLIC KEY ----", "ssh-keygen -i"},
                {"ssh-ed25519 AAAA\nssh-rsa AAAA", "one line"},
                {"ssh-ed25519 AAAA x\x1b[1m", "one line"},
                {"ssh-ed25519 AAAA \xff", "not UTF-8"},
        };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                check_refused(bad[i][0], bad[i][1]);
        check_refused(weak, "1024 bits");
}

/* Whoever pastes a private key must not find it in a message, and thus in a log. */
static void test_private_key(void **state)
{
        static const char line[] = "-----BEGIN OPENSSH PRIVATE KEY----- c2VjcmV0";
        _cleanup_error_ Error e = ERROR_NULL;
        SshKey k = {0};
        void *raw = NULL;
        size_t n;

        assert_int_equal(ssh_key_parse(line, &k, &raw, &n, &e), -EINVAL);
        assert_non_null(strstr(e.message, "private key"));
        assert_null(strstr(e.message, "c2VjcmV0"));
}

static void test_longest(void **state)
{
        static char line[SSH_KEY_LINE_MAX + 2];
        _cleanup_free_ void *raw = NULL;
        SshKey k = {0};
        size_t n;

        memset(line, 'x', sizeof(line) - 1);
        memcpy(line, ed25519, strlen(ed25519));
        line[strlen(ed25519)] = ' ';
        check_refused(line, "16384");
        line[SSH_KEY_LINE_MAX] = '\0';
        assert_int_equal(ssh_key_parse(line, &k, &raw, &n, NULL), 0);
        ssh_key_clear(&k);
}

static void add_key(User *u, const char *line, const char *fingerprint)
{
        _cleanup_free_ void *raw = NULL;
        SshKey k = {.added = 0};
        size_t n;

        assert_int_equal(ssh_key_parse(line, &k, &raw, &n, NULL), 0);
        k.fingerprint = strdup(fingerprint);
        memcpy(k.id, ID, sizeof(k.id));
        k.added = USEC;
        assert_int_equal(user_add_key(u, &k), 0);
        assert_null(k.type);
}

static void make_user(User *u)
{
        *u = (User){.id = ID,
                    .name = strdup("ada"),
                    .email = strdup("ada@example.com"),
                    .admin = true,
                    .disabled = true,
                    .created = USEC};
        add_key(u, ed25519, "SHA256:one");
        add_key(u, rsa, "SHA256:two");
}

static void test_user(void **state)
{
        _cleanup_user_ User u = USER_NULL, back = USER_NULL;
        _cleanup_free_ char *text = NULL, *again = NULL;

        make_user(&u);
        assert_int_equal(user_format(&u, &text), 0);
        assert_int_equal(user_parse(text, strlen(text), &back, NULL), 0);
        assert_int_equal(user_format(&back, &again), 0);
        assert_string_equal(text, again);
        assert_true(back.admin);
        assert_true(back.disabled);
        assert_string_equal(user_find_key(&back, "SHA256:two")->type, "ssh-rsa");
        assert_null(user_find_key(&back, "SHA256:three"));
}

static void test_user_keys(void **state)
{
        _cleanup_user_ User u = USER_NULL;
        SshKey same = {0};
        char fingerprint[32];

        make_user(&u);
        same.fingerprint = strdup("SHA256:two");
        assert_int_equal(user_add_key(&u, &same), -EEXIST);
        assert_non_null(same.fingerprint);
        assert_int_equal(user_remove_key(&u, "SHA256:three"), -ENOENT);
        assert_int_equal(user_remove_key(&u, "SHA256:one"), 0);
        assert_int_equal(u.n_keys, 1);
        assert_non_null(user_find_key(&u, "SHA256:two"));

        while (u.n_keys < USER_KEYS_MAX) {
                snprintf(fingerprint, sizeof(fingerprint), "SHA256:%zu", u.n_keys);
                add_key(&u, sk, fingerprint);
        }
        free(same.fingerprint);
        same.fingerprint = strdup("SHA256:many");
        assert_int_equal(user_add_key(&u, &same), -E2BIG);
        ssh_key_clear(&same);
}

static void test_user_damaged(void **state)
{
        static const char *const damage[][2] = {
                {"\"ada\"", "\"../ada\""},
                {"ada@example.com", "a<b"},
                {"ssh-ed25519", "ssh-rsa"},
                {"SHA256:one", "SHA256:two"},
                {"AAAAC3", "AAAAC4"},
                {"\"fingerprint\"", "\"x\""},
                {"\"keys\"", "\"x\""},
                {ID, "1"},
                {"\"comment\": \"", "\"comment\": \" "},
                {"true", "\"x\""},
        };
        _cleanup_user_ User u = USER_NULL;
        _cleanup_free_ char *good = NULL;

        make_user(&u);
        assert_int_equal(user_format(&u, &good), 0);
        for (size_t i = 0; i < ELEMENTSOF(damage); i++) {
                _cleanup_free_ char *bad = NULL;
                User never = USER_NULL;
                const char *at = strstr(good, damage[i][0]);
                assert_non_null(at);
                assert_true(asprintf(&bad, "%.*s%s%s", (int) (at - good), good, damage[i][1],
                                     at + strlen(damage[i][0])) > 0);
                assert_int_equal(user_parse(bad, strlen(bad), &never, NULL), -EBADMSG);
        }
}

static void test_email(void **state)
{
        static const char *const good[] = {"", "a@b", "ada+x@example.com", "\xc3\xbc@example.com"};
        static const char *const bad[] = {"a", "@b", "a@", "a b@c", "a@b>", "<a@b", "a@b\n", "a@\xff"};
        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_int_equal(user_email_check(good[i], NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(user_email_check(bad[i], NULL), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_keys),         cmocka_unit_test(test_refused),
                cmocka_unit_test(test_private_key),  cmocka_unit_test(test_longest),
                cmocka_unit_test(test_user),         cmocka_unit_test(test_user_keys),
                cmocka_unit_test(test_user_damaged), cmocka_unit_test(test_email),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
