/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "seal/digest.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basic/cleanup.h"

#define SHA256_SIZE 32
#define BASE64_SIZE 45 /* 44 characters and the NUL */

static bool sha256(const void *data, size_t length, unsigned char ret[SHA256_SIZE])
{
        unsigned n = 0;
        return EVP_Digest(data, length, ret, &n, EVP_sha256(), NULL) == 1 && n == SHA256_SIZE;
}

char *digest_ssh_fingerprint(const void *blob, size_t length)
{
        unsigned char hash[SHA256_SIZE], text[BASE64_SIZE];
        char *fingerprint = NULL;
        if (!sha256(blob, length, hash) || EVP_EncodeBlock(text, hash, sizeof(hash)) != BASE64_SIZE - 1)
                return NULL;
        size_t n = strcspn((char *) text, "=");
        return asprintf(&fingerprint, "SHA256:%.*s", (int) n, (char *) text) < 0 ? NULL : fingerprint;
}

char *digest_sha256(const void *data, size_t length)
{
        static const char prefix[] = "sha256:", hex[] = "0123456789abcdef";
        unsigned char hash[SHA256_SIZE];
        if (!sha256(data, length, hash))
                return NULL;

        char *text = malloc(sizeof(prefix) + (size_t) 2 * sizeof(hash));
        if (!text)
                return NULL;
        memcpy(text, prefix, sizeof(prefix));
        char *p = text + sizeof(prefix) - 1;
        for (size_t i = 0; i < sizeof(hash); i++) {
                *p++ = hex[hash[i] >> 4];
                *p++ = hex[hash[i] & 15];
        }
        *p = '\0';
        return text;
}
