/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "seal/digest.h"

static void test_sha256(void **state)
{
        /* FIPS 180-4 */
        _cleanup_free_ char *abc = digest_sha256("abc", 3), *empty = digest_sha256("", 0);
        assert_string_equal(abc, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_string_equal(empty,
                            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static size_t decode_base64(const char *text, unsigned char *out)
{
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        size_t n = 0;
        unsigned bits = 0, have = 0;
        for (const char *p; *text && (p = strchr(alphabet, *text)); text++) {
                bits = bits << 6 | (unsigned) (p - alphabet);
                have += 6;
                if (have >= 8)
                        out[n++] = (unsigned char) (bits >> (have -= 8));
        }
        return n;
}

/* A fixed key, so that the fingerprint is known where ssh-keygen is not installed. */
static void test_fingerprint(void **state)
{
        static const char line[] = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
        unsigned char blob[128];
        size_t length = decode_base64(line, blob);
        assert_int_equal(length, 51);
        _cleanup_free_ char *fingerprint = digest_ssh_fingerprint(blob, length);
        assert_string_equal(fingerprint, "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
}

static void test_beside_ssh_keygen(void **state)
{
        char directory[] = "/tmp/test-digest.XXXXXX", said[256] = "";
        if (system("command -v ssh-keygen >/dev/null") != 0)
                skip();
        assert_non_null(mkdtemp(directory));
        assert_int_equal(chdir(directory), 0);
        assert_int_equal(system("ssh-keygen -q -t rsa -b 2048 -N '' -C '' -f key"), 0);

        _cleanup_free_ char *line = NULL;
        assert_int_equal(file_read("key.pub", 4096, &line, NULL), 0);
        unsigned char blob[1024];
        size_t length = decode_base64(strchr(line, ' ') + 1, blob);
        _cleanup_free_ char *fingerprint = digest_ssh_fingerprint(blob, length);

        FILE *f = popen("ssh-keygen -lf key.pub | cut -d' ' -f2 | tr -d '\\n'", "r");
        assert_non_null(f);
        (void) !fread(said, 1, sizeof(said) - 1, f);
        assert_int_equal(pclose(f), 0);
        assert_string_equal(fingerprint, said);
        assert_int_equal(tree_remove(directory), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sha256),
                cmocka_unit_test(test_fingerprint),
                cmocka_unit_test(test_beside_ssh_keygen),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
