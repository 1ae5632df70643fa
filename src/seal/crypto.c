/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "seal/crypto.h"

#include <errno.h>
#include <openssl/buffer.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

int crypto_error(Error *e, const char *what)
{
        unsigned long code = ERR_peek_last_error();
        const char *reason = code ? ERR_reason_error_string(code) : NULL;
        int r = error_set(e, -EIO, "%s: %s", what, reason ? reason : "OpenSSL gives no reason");
        ERR_clear_error();
        return r;
}

BIO *crypto_wipe_bio(BIO *bio)
{
        BUF_MEM *memory = NULL;
        if (bio && BIO_get_mem_ptr(bio, &memory) > 0 && memory && memory->data)
                OPENSSL_cleanse(memory->data, memory->max);
        BIO_free_all(bio);
        return NULL;
}
