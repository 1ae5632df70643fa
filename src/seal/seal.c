/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A sealed value is the synthetic IV (16 bytes), then the encrypted `0x01 || value`, which is the Z of
 * RFC 5297. The byte in front is the version of this format; it also keeps the plaintext from being empty:
 * OpenSSL does not authenticate an empty one.
 */

#include "seal/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seal/crypto.h"

#define IV_SIZE 16
#define VERSION 0x01
#define VALUE_MAX (16U * 1024 * 1024)

struct Seal {
        EVP_CIPHER *cipher; /* owned */
        unsigned char key[SEAL_KEY_SIZE];
};

/* Read into place, so that no copy of the key stays behind on the heap. */
static int read_key(const char *path, unsigned char key[SEAL_KEY_SIZE])
{
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0)
                return -errno;

        unsigned char data[SEAL_KEY_SIZE + 1];
        size_t length = 0;
        ssize_t n = 1;
        while (length < sizeof(data) && n != 0) {
                n = read(fd, data + length, sizeof(data) - length);
                if (n < 0 && errno != EINTR)
                        break;
                length += n > 0 ? (size_t) n : 0;
        }
        int r = n < 0 ? -errno : length == SEAL_KEY_SIZE ? 0 : -EINVAL;
        if (r >= 0)
                memcpy(key, data, SEAL_KEY_SIZE);
        OPENSSL_cleanse(data, sizeof(data));
        return r;
}

int seal_open(const char *key_path, Seal **ret, Error *e)
{
        _cleanup_(seal_freep) Seal *s = calloc(1, sizeof(*s));
        if (!s)
                return -ENOMEM;

        int r = read_key(key_path, s->key);
        if (r == -EINVAL)
                return error_set(
                        e, r,
                        "The key in %s is not exactly %d bytes long; config values cannot be opened. "
                        "Restore /var/lib/paas/credentials from a backup.",
                        key_path, SEAL_KEY_SIZE);
        if (r < 0)
                return error_set(e, r, "Cannot read the key for config values, %s: %s", key_path,
                                 strerror(-r));

        s->cipher = EVP_CIPHER_fetch(NULL, "AES-256-SIV", NULL);
        if (!s->cipher)
                return crypto_error(e, "OpenSSL has no AES-256-SIV, with which config values are sealed");
        if (EVP_CIPHER_get_key_length(s->cipher) != SEAL_KEY_SIZE)
                return error_set(e, -EIO, "OpenSSL's AES-256-SIV takes a key of another size.");
        *ret = TAKE_PTR(s);
        return 0;
}

Seal *seal_free(Seal *s)
{
        if (!s)
                return NULL;
        EVP_CIPHER_free(s->cipher);
        OPENSSL_cleanse(s, sizeof(*s));
        free(s);
        return NULL;
}

/* The associated data: each its own component, so that "bl" + "ogKEY" is not "blog" + "KEY". */
static bool bind_to(EVP_CIPHER_CTX *context, const char *app_id, const char *name)
{
        int length;
        return EVP_CipherUpdate(context, NULL, &length, (const unsigned char *) app_id,
                                (int) strlen(app_id)) == 1 &&
               EVP_CipherUpdate(context, NULL, &length, (const unsigned char *) name, (int) strlen(name)) ==
                       1;
}

static bool finish(EVP_CIPHER_CTX *context, const unsigned char *in, size_t length, unsigned char *out)
{
        int n = 0, rest = 0;
        return EVP_CipherUpdate(context, out, &n, in, (int) length) == 1 && n == (int) length &&
               EVP_CipherFinal_ex(context, out + n, &rest) == 1 && rest == 0;
}

/* An empty component would not be bound at all. */
static bool names_are_valid(const char *app_id, const char *name)
{
        return app_id && *app_id && strlen(app_id) <= 4096 && name && *name && strlen(name) <= 4096;
}

int seal_value(Seal *s, const char *app_id, const char *name, const char *value, size_t length, char **ret,
               size_t *ret_length)
{
        if (!names_are_valid(app_id, name))
                return -EINVAL;
        if (length > VALUE_MAX)
                return -E2BIG;

        size_t plain_length = length + 1;
        _cleanup_free_ unsigned char *plain = malloc(plain_length);
        _cleanup_free_ unsigned char *sealed = malloc(IV_SIZE + plain_length);
        _cleanup_(EVP_CIPHER_CTX_freep) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
        if (!plain || !sealed || !context)
                return -ENOMEM;
        plain[0] = VERSION;
        if (length > 0)
                memcpy(plain + 1, value, length);

        bool done = EVP_EncryptInit_ex2(context, s->cipher, s->key, NULL, NULL) == 1 &&
                    bind_to(context, app_id, name) &&
                    finish(context, plain, plain_length, sealed + IV_SIZE) &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, IV_SIZE, sealed) == 1;
        OPENSSL_cleanse(plain, plain_length);
        if (!done) {
                ERR_clear_error();
                return -EIO;
        }
        *ret = (char *) TAKE_PTR(sealed);
        *ret_length = IV_SIZE + plain_length;
        return 0;
}

int seal_reveal(Seal *s, const char *app_id, const char *name, const void *sealed, size_t sealed_length,
                char **ret, size_t *ret_length)
{
        if (!names_are_valid(app_id, name))
                return -EINVAL;
        if (sealed_length < IV_SIZE + 1 || sealed_length > IV_SIZE + 1 + (size_t) VALUE_MAX)
                return -EBADMSG;

        size_t plain_length = sealed_length - IV_SIZE;
        const unsigned char *iv = sealed;
        _cleanup_free_ unsigned char *plain = malloc(plain_length);
        _cleanup_(EVP_CIPHER_CTX_freep) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
        if (!plain || !context)
                return -ENOMEM;

        bool done = EVP_DecryptInit_ex2(context, s->cipher, s->key, NULL, NULL) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, IV_SIZE, (void *) iv) == 1 &&
                    bind_to(context, app_id, name) && finish(context, iv + IV_SIZE, plain_length, plain);
        if (!done || plain[0] != VERSION) {
                OPENSSL_cleanse(plain, plain_length);
                ERR_clear_error();
                return -EBADMSG;
        }

        size_t length = plain_length - 1;
        memmove(plain, plain + 1, length);
        plain[length] = '\0';
        *ret = (char *) TAKE_PTR(plain);
        if (ret_length)
                *ret_length = length;
        return 0;
}
