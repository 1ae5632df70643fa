/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What this directory needs around OpenSSL: its reasons as text, its objects owned by cleanup attributes. */

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "basic/cleanup.h"
#include "basic/error.h"

DEFINE_CLEANUP(EVP_CIPHER_CTX *, EVP_CIPHER_CTX_free)
DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(X509 *, X509_free)
DEFINE_CLEANUP(X509_NAME *, X509_NAME_free)
DEFINE_CLEANUP(X509_EXTENSION *, X509_EXTENSION_free)
DEFINE_CLEANUP(GENERAL_NAMES *, GENERAL_NAMES_free)
DEFINE_CLEANUP(GENERAL_NAME *, GENERAL_NAME_free)
DEFINE_CLEANUP(BIO *, BIO_free_all)

/* Sets the text, with OpenSSL's own reason behind it, empties OpenSSL's queue of errors, returns -EIO. */
int crypto_error(Error *e, const char *what);

/* Frees a memory BIO that held a private key, wiped. */
BIO *crypto_wipe_bio(BIO *bio);
DEFINE_CLEANUP(BIO *, crypto_wipe_bio)
