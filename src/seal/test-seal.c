/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * RFC 5297 has vectors for 128-bit halves only. So S2V and SIV are written down here once more, straight
 * from the RFC and from CMAC and CTR alone; that is checked against the RFC's vectors, and the module
 * against it.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/params.h>

#include "basic/file.h"
#include "seal/seal.h"

#define ID "7b0c9a52-0d8e-4b52-9d3c-1f1f6f0a2f11"
#define BLOCK 16

static char directory[] = "/tmp/test-seal.XXXXXX";
static unsigned char key[SEAL_KEY_SIZE];

static int make_key(void **state)
{
        for (size_t i = 0; i < sizeof(key); i++)
                key[i] = (unsigned char) (i * 7 + 1);
        if (!mkdtemp(directory) || chdir(directory) < 0)
                return -1;
        return file_write("paas.key", key, sizeof(key), 0600, FILE_OWNER_SELF, FILE_NO_SYNC);
}

static int remove_directory(void **state)
{
        return tree_remove(directory);
}

/* CMAC with the first half of the key. */
static void cmac(const unsigned char *k, size_t half, const void *data, size_t length,
                 unsigned char out[BLOCK])
{
        char cipher[16];
        (void) snprintf(cipher, sizeof(cipher), "AES-%zu-CBC", half * 8);
        OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("cipher", cipher, 0),
                               OSSL_PARAM_construct_end()};
        EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
        EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
        size_t n;
        assert_int_equal(EVP_MAC_init(context, k, half, params), 1);
        assert_int_equal(EVP_MAC_update(context, data, length), 1);
        assert_int_equal(EVP_MAC_final(context, out, &n, BLOCK), 1);
        assert_int_equal(n, BLOCK);
        EVP_MAC_CTX_free(context);
        EVP_MAC_free(mac);
}

static void double_and_xor(unsigned char d[BLOCK], const unsigned char other[BLOCK])
{
        unsigned carry = d[0] >> 7;
        for (int i = 0; i < BLOCK - 1; i++)
                d[i] = (unsigned char) (d[i] << 1 | d[i + 1] >> 7);
        d[BLOCK - 1] = (unsigned char) (d[BLOCK - 1] << 1 ^ (carry ? 0x87 : 0));
        for (int i = 0; other && i < BLOCK; i++)
                d[i] ^= other[i];
}

typedef struct Bytes {
        const void *data;
        size_t length;
} Bytes;

/* RFC 5297, 2.4 and 2.6: Z = V || C. */
static unsigned char *siv(const unsigned char *k, size_t half, const Bytes *ad, size_t n_ad, Bytes plain)
{
        static const unsigned char zero[BLOCK];
        unsigned char d[BLOCK], m[BLOCK], q[BLOCK];
        unsigned char *z = malloc(BLOCK + plain.length), *t = malloc(plain.length + BLOCK);
        assert_non_null(z);
        assert_non_null(t);

        cmac(k, half, zero, BLOCK, d);
        for (size_t i = 0; i < n_ad; i++) {
                cmac(k, half, ad[i].data, ad[i].length, m);
                double_and_xor(d, m);
        }
        memset(t, 0, plain.length + BLOCK);
        memcpy(t, plain.data, plain.length);
        if (plain.length >= BLOCK) {
                for (int i = 0; i < BLOCK; i++)
                        t[plain.length - BLOCK + (size_t) i] ^= d[i];
                cmac(k, half, t, plain.length, z);
        } else {
                double_and_xor(d, NULL);
                t[plain.length] = 0x80;
                for (int i = 0; i < BLOCK; i++)
                        t[i] ^= d[i];
                cmac(k, half, t, BLOCK, z);
        }

        memcpy(q, z, BLOCK);
        q[8] &= 0x7f;
        q[12] &= 0x7f;
        EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
        int n;
        assert_int_equal(EVP_EncryptInit_ex(context, half == 16 ? EVP_aes_128_ctr() : EVP_aes_256_ctr(),
                                            NULL, k + half, q),
                         1);
        assert_int_equal(EVP_EncryptUpdate(context, z + BLOCK, &n, plain.data, (int) plain.length), 1);
        EVP_CIPHER_CTX_free(context);
        free(t);
        return z;
}

/* RFC 5297, A.1 and A.2. */
static void test_reference(void **state)
{
        static const unsigned char k1[] = {0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8, 0xf7, 0xf6, 0xf5,
                                           0xf4, 0xf3, 0xf2, 0xf1, 0xf0, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5,
                                           0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff};
        static const unsigned char ad1[] = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
                                            0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
                                            0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27};
        static const unsigned char p1[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                           0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee};
        static const unsigned char z1[] = {0x85, 0x63, 0x2d, 0x07, 0xc6, 0xe8, 0xf3, 0x7f, 0x95, 0x0a,
                                           0xcd, 0x32, 0x0a, 0x2e, 0xcc, 0x93, 0x40, 0xc0, 0x2b, 0x96,
                                           0x90, 0xc4, 0xdc, 0x04, 0xda, 0xef, 0x7f, 0x6a, 0xfe, 0x5c};
        Bytes one = {ad1, sizeof(ad1)};
        _cleanup_free_ unsigned char *z = siv(k1, 16, &one, 1, (Bytes){p1, sizeof(p1)});
        assert_memory_equal(z, z1, sizeof(z1));

        static const unsigned char k2[] = {0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x7a, 0x79, 0x78, 0x77, 0x76, 0x75,
                                           0x74, 0x73, 0x72, 0x71, 0x70, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45,
                                           0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f};
        static const unsigned char a2[] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
                                           0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xde, 0xad, 0xda, 0xda,
                                           0xde, 0xad, 0xda, 0xda, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa,
                                           0x99, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00};
        static const unsigned char b2[] = {0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 0x90, 0xa0};
        static const unsigned char n2[] = {0x09, 0xf9, 0x11, 0x02, 0x9d, 0x74, 0xe3, 0x5b,
                                           0xd8, 0x41, 0x56, 0xc5, 0x63, 0x56, 0x88, 0xc0};
        static const char p2[] = "this is some plaintext to encrypt using SIV-AES";
        static const unsigned char v2[] = {0x7b, 0xdb, 0x6e, 0x3b, 0x43, 0x26, 0x67, 0xeb,
                                           0x06, 0xf4, 0xd1, 0x4b, 0xff, 0x2f, 0xbd, 0x0f};
        Bytes three[] = {{a2, sizeof(a2)}, {b2, sizeof(b2)}, {n2, sizeof(n2)}};
        _cleanup_free_ unsigned char *y = siv(k2, 16, three, 3, (Bytes){p2, sizeof(p2) - 1});
        assert_memory_equal(y, v2, sizeof(v2));
}

static Seal *open_seal(const char *path)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Seal *s = NULL;
        int r = seal_open(path, &s, &e);
        if (r < 0)
                fail_msg("%s", error_text(&e, r));
        return s;
}

static void check_round(Seal *s, const char *value, size_t length)
{
        _cleanup_free_ char *sealed = NULL, *again = NULL, *back = NULL;
        size_t sealed_length, again_length, back_length;
        assert_int_equal(seal_value(s, ID, "KEY", value, length, &sealed, &sealed_length), 0);
        assert_int_equal(seal_value(s, ID, "KEY", value, length, &again, &again_length), 0);
        assert_int_equal(sealed_length, length + 17);
        assert_int_equal(again_length, sealed_length);
        assert_memory_equal(sealed, again, sealed_length);

        _cleanup_free_ char *plain = malloc(length + 1);
        assert_non_null(plain);
        plain[0] = 0x01;
        memcpy(plain + 1, value, length);
        Bytes ad[] = {{ID, strlen(ID)}, {"KEY", 3}};
        _cleanup_free_ unsigned char *z = siv(key, 32, ad, 2, (Bytes){plain, length + 1});
        assert_memory_equal(sealed, z, sealed_length);

        assert_int_equal(seal_reveal(s, ID, "KEY", sealed, sealed_length, &back, &back_length), 0);
        assert_int_equal(back_length, length);
        assert_memory_equal(back, value, length);
        assert_int_equal(back[length], '\0');
}

static void test_round(void **state)
{
        Seal *s = open_seal("paas.key");
        static char large[65536];
        for (size_t i = 0; i < sizeof(large); i++)
                large[i] = (char) (i * 31 >> 3);

        check_round(s, "", 0);
        check_round(s, "x", 1);
        for (size_t n = 14; n < 34; n++)
                check_round(s, large + 100, n);
        check_round(s, "p\xc3\xa4ss\n\"$#'\0word", 15);
        check_round(s, large, sizeof(large));
        seal_free(s);
        assert_null(seal_free(NULL));
}

static void test_refused(void **state)
{
        Seal *s = open_seal("paas.key");
        _cleanup_free_ char *sealed = NULL, *back = NULL;
        size_t length, n;
        assert_int_equal(seal_value(s, ID, "KEY", "secret", 6, &sealed, &length), 0);

        assert_int_equal(seal_reveal(s, ID, "KEZ", sealed, length, &back, &n), -EBADMSG);
        assert_int_equal(seal_reveal(s, "other", "KEY", sealed, length, &back, &n), -EBADMSG);
        assert_int_equal(seal_reveal(s, ID "K", "EY", sealed, length, &back, &n), -EBADMSG);
        for (size_t i = 0; i < length; i++) {
                sealed[i] ^= 0x20;
                assert_int_equal(seal_reveal(s, ID, "KEY", sealed, length, &back, &n), -EBADMSG);
                sealed[i] ^= 0x20;
        }
        for (size_t i = 0; i < length; i++)
                assert_int_equal(seal_reveal(s, ID, "KEY", sealed, i, &back, &n), -EBADMSG);

        /* An empty name would not be bound to the value. */
        _cleanup_free_ char *none = NULL;
        assert_int_equal(seal_value(s, "", "KEY", "x", 1, &none, &n), -EINVAL);
        assert_int_equal(seal_value(s, ID, "", "x", 1, &none, &n), -EINVAL);
        assert_int_equal(seal_reveal(s, ID, "", sealed, length, &back, &n), -EINVAL);

        key[63] ^= 1;
        assert_int_equal(file_write("other.key", key, sizeof(key), 0600, FILE_OWNER_SELF, FILE_NO_SYNC), 0);
        key[63] ^= 1;
        Seal *other = open_seal("other.key");
        assert_int_equal(seal_reveal(other, ID, "KEY", sealed, length, &back, &n), -EBADMSG);
        assert_null(back);
        seal_free(other);
        seal_free(s);
}

/* A format of the future, well sealed, is not taken for a value. */
static void test_version(void **state)
{
        Seal *s = open_seal("paas.key");
        Bytes ad[] = {{ID, strlen(ID)}, {"KEY", 3}};
        _cleanup_free_ unsigned char *z = siv(key, 32, ad, 2, (Bytes){"\002new", 4});
        _cleanup_free_ char *back = NULL;
        size_t n;
        assert_int_equal(seal_reveal(s, ID, "KEY", z, 20, &back, &n), -EBADMSG);
        seal_free(s);
}

static void test_key(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Seal *s = NULL;
        assert_int_equal(seal_open("none", &s, &e), -ENOENT);
        assert_non_null(strstr(e.message, "none"));
        assert_int_equal(file_write("short", key, 63, 0600, FILE_OWNER_SELF, FILE_NO_SYNC), 0);
        assert_int_equal(seal_open("short", &s, &e), -EINVAL);
        unsigned char longer[SEAL_KEY_SIZE + 1] = {0};
        assert_int_equal(file_write("long", longer, sizeof(longer), 0600, FILE_OWNER_SELF, FILE_NO_SYNC), 0);
        assert_int_equal(seal_open("long", &s, &e), -EINVAL);
        assert_true(seal_open("/", &s, &e) < 0);
        assert_null(s);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_reference), cmocka_unit_test(test_round),
                cmocka_unit_test(test_refused),   cmocka_unit_test(test_version),
                cmocka_unit_test(test_key),
        };
        return cmocka_run_group_tests(tests, make_key, remove_directory);
}
