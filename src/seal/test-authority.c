/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/pem.h>

#include "basic/file.h"
#include "basic/strv.h"
#include "seal/authority-files.h"
#include "seal/authority.h"
#include "seal/certificate.h"

static char directory[] = "/tmp/test-authority.XXXXXX";
static char *names[] = {(char *) "example.com", (char *) "*.example.com", NULL};

static int make(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        if (!mkdtemp(directory) || chdir(directory) < 0)
                return -1;
        int r = authority_make("authority", "paas on host", &e);
        if (r < 0)
                print_error("%s\n", error_text(&e, r));
        return r;
}

static int remove_directory(void **state)
{
        return tree_remove(directory);
}

static bool have(const char *program)
{
        _cleanup_free_ char *command = NULL;
        return asprintf(&command, "command -v %s >/dev/null", program) > 0 && system(command) == 0;
}

static char *contents(const char *path)
{
        char *text = NULL;
        assert_int_equal(file_read(path, 65536, &text, NULL), 0);
        return text;
}

static int issue(char *const *list, const char *path)
{
        _cleanup_error_ Error e = ERROR_NULL;
        int r = authority_issue("authority", list, path, getgid(), &e);
        if (r < 0)
                print_message("%s\n", error_text(&e, r));
        return r;
}

static void assert_mode(const char *path, mode_t mode)
{
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, mode);
}

static void test_make(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *key = contents("authority/ca.key"), *pem = contents("authority/ca.pem");
        assert_mode("authority", 0700);
        assert_mode("authority/ca.key", 0600);
        assert_mode("authority/ca.pem", 0644);

        /* Again: nothing changes. */
        assert_int_equal(authority_make("authority", "paas on host", &e), 0);
        _cleanup_free_ char *key2 = contents("authority/ca.key"), *pem2 = contents("authority/ca.pem");
        assert_string_equal(key, key2);
        assert_string_equal(pem, pem2);

        /* A start that was cut short between the two files. */
        assert_int_equal(unlink("authority/ca.pem"), 0);
        assert_int_equal(authority_make("authority", "paas on host", &e), 0);
        _cleanup_free_ char *key3 = contents("authority/ca.key"), *pem3 = contents("authority/ca.pem");
        assert_string_equal(key, key3);
        assert_string_not_equal(pem, pem3);

        /* A damaged key is never replaced by itself. */
        assert_int_equal(dir_make("damaged", 0700, FILE_OWNER_SELF), 0);
        assert_int_equal(file_write("damaged/ca.key", "x", 1, 0600, FILE_OWNER_SELF, FILE_NO_SYNC), 0);
        assert_true(authority_make("damaged", "x", &e) < 0);
        assert_non_null(strstr(e.message, "damaged/ca.key"));
        assert_int_equal(authority_make("authority", "", &e), -EINVAL);
}

static void test_issue(void **state)
{
        assert_int_equal(issue(names, "a.pem"), 1);
        assert_mode("a.pem", 0640);
        _cleanup_free_ char *first = contents("a.pem");

        /* Leaf, authority, key: in this order. */
        const char *leaf = strstr(first, "-----BEGIN CERTIFICATE-----");
        const char *chain = strstr(leaf + 1, "-----BEGIN CERTIFICATE-----");
        const char *key = strstr(first, "-----BEGIN PRIVATE KEY-----");
        assert_ptr_equal(leaf, first);
        assert_true(chain && key && chain < key);
        _cleanup_free_ char *ca = contents("authority/ca.pem");
        assert_memory_equal(chain, ca, strlen(ca));

        assert_int_equal(issue(names, "a.pem"), 0);
        char *turned[] = {names[1], names[0], NULL};
        assert_int_equal(issue(turned, "a.pem"), 0);
        _cleanup_free_ char *same = contents("a.pem");
        assert_string_equal(first, same);

        char *fewer[] = {names[0], NULL}, *more[] = {names[0], names[1], (char *) "b.example", NULL};
        char *twice[] = {names[0], names[0], NULL};
        assert_int_equal(issue(fewer, "a.pem"), 1);
        assert_int_equal(issue(more, "a.pem"), 1);
        assert_int_equal(issue(twice, "a.pem"), 1);
        assert_int_equal(issue(names, "a.pem"), 1);

        /* Half a file, and a file of another authority's. */
        assert_int_equal(truncate("a.pem", (off_t) strlen(first) - 100), 0);
        assert_int_equal(issue(names, "a.pem"), 1);
        assert_int_equal(authority_make("other", "other", NULL), 0);
        assert_int_equal(authority_issue("other", names, "a.pem", getgid(), NULL), 1);
        assert_int_equal(issue(names, "a.pem"), 1);
        assert_int_equal(issue(names, "a.pem"), 0);
}

static void test_names(void **state)
{
        static const char *const bad[] = {"",     "a b",   "a,DNS:b",     "a\n",        "*",  "*.",
                                          "a.*",  "x*.y",  ".a",          "a..b",       "a.", "-a.b",
                                          "a-.b", "*.*.a", "127.0.0.1/8", "\xc3\xa4.de"};
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                char *list[] = {(char *) bad[i], NULL};
                assert_int_equal(authority_issue("authority", list, "bad.pem", getgid(), NULL), -EINVAL);
        }
        assert_int_equal(authority_issue("authority", NULL, "bad.pem", getgid(), NULL), -EINVAL);
        assert_int_equal(authority_issue("none", names, "bad.pem", getgid(), NULL), -ENOENT);
        assert_int_equal(access("bad.pem", F_OK), -1);
}

/* A certificate with less than 30 days to go is replaced. */
static void test_renewal(void **state)
{
        Authority a = {0};
        _cleanup_(EVP_PKEY_freep) EVP_PKEY *key = NULL;
        _cleanup_(X509_freep) X509 *leaf = NULL;
        assert_int_equal(authority_load("authority", &a, NULL), 0);
        assert_int_equal(certificate_make_key(&key, NULL), 0);
        for (int days = 29; days <= 31; days += 2) {
                CertificateRequest request = {.common_name = names[0],
                                              .dns_names = names,
                                              .key = key,
                                              .issuer = a.certificate,
                                              .issuer_key = a.key,
                                              .not_before = time(NULL) - 86400,
                                              .not_after = time(NULL) + (time_t) days * 86400};
                X509_free(leaf);
                leaf = NULL;
                assert_int_equal(certificate_make(&request, &leaf, NULL), 0);
                _cleanup_(BIO_free_allp) BIO *bio = BIO_new_file("old.pem", "w");
                assert_int_equal(PEM_write_bio_X509(bio, leaf), 1);
                assert_int_equal(PEM_write_bio_X509(bio, a.certificate), 1);
                assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
                BIO_free_all(bio);
                bio = NULL;
                assert_int_equal(issue(names, "old.pem"), days < 30 ? 1 : 0);
        }
        authority_clear(&a);
}

static void test_openssl_verifies(void **state)
{
        char label[64];
        memset(label, 'a', 63);
        label[63] = '\0';
        _cleanup_free_ char *deep = NULL;
        assert_true(asprintf(&deep, "%s.%s.example.com", label, label) > 0);
        char *list[] = {deep, names[1], NULL}; /* too long for a common name */
        if (!have("openssl"))
                skip();

        assert_int_equal(issue(names, "a.pem"), 1 - (access("a.pem", F_OK) == 0));
        assert_int_equal(
                system("openssl verify -x509_strict -purpose sslserver -verify_hostname blog.example.com "
                       "-CAfile authority/ca.pem a.pem >/dev/null"),
                0);
        assert_int_not_equal(
                system("openssl verify -x509_strict -verify_hostname other.org -CAfile authority/ca.pem "
                       "a.pem >/dev/null 2>&1"),
                0);
        assert_int_equal(issue(list, "deep.pem"), 1);
        assert_int_equal(
                system("openssl verify -x509_strict -purpose sslserver -CAfile authority/ca.pem deep.pem "
                       ">/dev/null"),
                0);
        assert_int_equal(system("openssl x509 -in deep.pem -noout -ext subjectAltName | grep -q critical"),
                         0);
        assert_int_equal(system("openssl x509 -in a.pem -noout -checkend $((396*86400)) >/dev/null"), 0);
        assert_int_not_equal(system("openssl x509 -in a.pem -noout -checkend $((398*86400)) >/dev/null"), 0);
}

/* The file as HAProxy takes it, and a client that trusts the authority. */
static void test_curl_accepts(void **state)
{
        static const char script[] =
                "exec 9<>server.in\n"
                "openssl s_server -www -naccept 1 -accept 127.0.0.1:0 -cert a.pem -cert_chain a.pem -key "
                "a.pem"
                "  <&9 >server.out 2>&1 & pid=$!\n"
                "trap 'kill $pid 2>/dev/null' EXIT\n"
                "until port=$(sed -n 's/^ACCEPT 127.0.0.1://p' server.out) && [ -n \"$port\" ]; do\n"
                "  kill -0 $pid || { cat server.out; exit 1; }\n"
                "done\n"
                "curl -sS -o /dev/null --noproxy '*' --cacert authority/ca.pem"
                "  --resolve \"blog.example.com:$port:127.0.0.1\" \"https://blog.example.com:$port/\"\n";
        if (!have("openssl") || !have("curl"))
                skip();
        assert_true(issue(names, "a.pem") >= 0);
        assert_int_equal(mkfifo("server.in", 0600), 0); /* an end of input would end the server */
        assert_int_equal(system(script), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_make),
                cmocka_unit_test(test_issue),
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_renewal),
                cmocka_unit_test(test_openssl_verifies),
                cmocka_unit_test(test_curl_accepts),
        };
        return cmocka_run_group_tests(tests, make, remove_directory);
}
