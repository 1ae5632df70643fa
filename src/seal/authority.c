/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The key is the authority: it is written first, and a certificate that is missing or belongs to another key
 * is made again for it, so that a start which was cut short is finished by the next.
 */

#include "seal/authority.h"

#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "basic/file.h"
#include "seal/authority-files.h"
#include "seal/certificate.h"

#define FILE_MAX_SIZE 65536
#define DAY 86400
#define YEARS_VALID 10

void authority_clear(Authority *a)
{
        X509_free(a->certificate);
        EVP_PKEY_free(a->key);
        *a = (Authority){0};
}

static int read_key(const char *directory, EVP_PKEY **ret, Error *e)
{
        _cleanup_free_ char *path = NULL, *text = NULL;
        size_t length;
        if (asprintf(&path, "%s/ca.key", directory) < 0)
                return -ENOMEM;
        int r = file_read(path, FILE_MAX_SIZE, &text, &length);
        if (r < 0)
                return error_set(e, r, "Cannot read the key of the local authority, %s: %s", path,
                                 strerror(-r));

        _cleanup_(BIO_free_allp) BIO *bio = BIO_new_mem_buf(text, (int) length);
        EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *) "") : NULL;
        OPENSSL_cleanse(text, length);
        if (!key) {
                _cleanup_free_ char *what = NULL;
                if (asprintf(&what,
                             "%s is no private key; put it back from a backup, or remove it and "
                             "everybody who trusts this host's authority must fetch the new one",
                             path) < 0)
                        return -ENOMEM;
                return crypto_error(e, what);
        }
        *ret = key;
        return 0;
}

static int read_certificate(const char *directory, X509 **ret, Error *e)
{
        _cleanup_free_ char *path = NULL, *text = NULL;
        size_t length;
        if (asprintf(&path, "%s/ca.pem", directory) < 0)
                return -ENOMEM;
        int r = file_read(path, FILE_MAX_SIZE, &text, &length);
        if (r < 0)
                return error_set(e, r, "Cannot read the certificate of the local authority, %s: %s", path,
                                 strerror(-r));

        _cleanup_(BIO_free_allp) BIO *bio = BIO_new_mem_buf(text, (int) length);
        *ret = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
        if (*ret)
                return 0;
        (void) crypto_error(NULL, "");
        return error_set(e, -EBADMSG, "%s is no certificate.", path);
}

int authority_load(const char *directory, Authority *ret, Error *e)
{
        Authority a = {0};
        int r = read_key(directory, &a.key, e);
        if (r >= 0)
                r = read_certificate(directory, &a.certificate, e);
        if (r >= 0 && X509_check_private_key(a.certificate, a.key) != 1) {
                (void) crypto_error(NULL, "");
                r = error_set(e, -EBADMSG, "%s/ca.pem belongs to another key than ca.key.", directory);
        }
        if (r < 0) {
                authority_clear(&a);
                return r;
        }
        *ret = a;
        return 0;
}

static int write_bio(const char *directory, const char *name, BIO *bio, mode_t mode, Error *e)
{
        _cleanup_free_ char *path = NULL;
        if (asprintf(&path, "%s/%s", directory, name) < 0)
                return -ENOMEM;
        char *data;
        long length = BIO_get_mem_data(bio, &data);
        int r = file_write(path, data, (size_t) length, mode, FILE_OWNER_SELF, FILE_SYNC);
        return r < 0 ? error_set(e, r, "Cannot write %s: %s", path, strerror(-r)) : 0;
}

static int write_key(const char *directory, EVP_PKEY *key, Error *e)
{
        _cleanup_(crypto_wipe_biop) BIO *bio = BIO_new(BIO_s_mem());
        if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
                return crypto_error(e, "Cannot write the key of the local authority");
        return write_bio(directory, "ca.key", bio, 0600, e);
}

static int make_certificate(const char *directory, const char *name, EVP_PKEY *key, Error *e)
{
        _cleanup_(X509_freep) X509 *certificate = NULL;
        time_t now = time(NULL);
        CertificateRequest request = {
                .common_name = name,
                .key = key,
                .not_before = now - 3600, /* a client's clock may be late */
                .not_after = now + (time_t) (YEARS_VALID * 365.25 * DAY),
        };
        int r = certificate_make(&request, &certificate, e);
        if (r < 0)
                return r;

        _cleanup_(BIO_free_allp) BIO *bio = BIO_new(BIO_s_mem());
        if (!bio || PEM_write_bio_X509(bio, certificate) != 1)
                return crypto_error(e, "Cannot write the certificate of the local authority");
        return write_bio(directory, "ca.pem", bio, 0644, e);
}

int authority_make(const char *directory, const char *name, Error *e)
{
        if (!*name || strlen(name) > 64)
                return error_set(e, -EINVAL, "The authority's name \"%s\" must have 1 to 64 bytes.", name);
        int r = dir_make(directory, 0700, FILE_OWNER_SELF);
        if (r < 0)
                return error_set(e, r, "Cannot make the directory of the local authority, %s: %s", directory,
                                 strerror(-r));

        Authority a = {0};
        r = authority_load(directory, &a, NULL);
        authority_clear(&a);
        if (r >= 0)
                return 0;

        _cleanup_(EVP_PKEY_freep) EVP_PKEY *key = NULL;
        r = read_key(directory, &key, e);
        if (r == -ENOENT) {
                r = certificate_make_key(&key, e);
                if (r >= 0)
                        r = write_key(directory, key, e);
        }
        return r < 0 ? r : make_certificate(directory, name, key, e);
}
