/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <openssl/pem.h>
#include <string.h>
#include <time.h>

#include "basic/file.h"
#include "basic/strv.h"
#include "seal/authority-files.h"
#include "seal/authority.h"
#include "seal/certificate.h"

#define FILE_MAX_SIZE (256 * 1024)
#define DAY 86400
#define DAYS_VALID 397 /* with the hour in front still under the 398 that clients accept */
#define DAYS_LEFT 30
#define COMMON_NAME_MAX 64

/* Whether `text` (leaf, authority, key) is what would be written again today. */
static bool is_current(const Authority *a, char *const *names, char *text, size_t length)
{
        _cleanup_(BIO_free_allp) BIO *bio = BIO_new_mem_buf(text, (int) length);
        if (!bio)
                return false;
        _cleanup_(X509_freep) X509 *leaf = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        _cleanup_(X509_freep) X509 *issuer = leaf ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
        _cleanup_(EVP_PKEY_freep) EVP_PKEY *key =
                issuer ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *) "") : NULL;
        if (!key)
                return false;

        time_t soon = time(NULL) + (time_t) DAYS_LEFT * DAY;
        return X509_cmp(issuer, a->certificate) == 0 && X509_verify(leaf, a->key) == 1 &&
               X509_check_private_key(leaf, key) == 1 &&
               X509_cmp_time(X509_get0_notAfter(leaf), &soon) > 0 && certificate_covers(leaf, names);
}

static bool file_is_current(const Authority *a, char *const *names, const char *path)
{
        _cleanup_free_ char *text = NULL;
        size_t length;
        if (file_read(path, FILE_MAX_SIZE, &text, &length) < 0)
                return false;
        bool current = is_current(a, names, text, length);
        OPENSSL_cleanse(text, length);
        (void) crypto_error(NULL, "");
        return current;
}

/* No leaf outlives the authority: clients would see a chain that ends early. */
static int validity(const Authority *a, time_t *ret_from, time_t *ret_until, Error *e)
{
        struct tm tm;
        time_t now = time(NULL);
        if (ASN1_TIME_to_tm(X509_get0_notAfter(a->certificate), &tm) != 1)
                return crypto_error(e, "The local authority's certificate has no end");
        time_t end = timegm(&tm);
        if (end <= now)
                return error_set(
                        e, -EKEYEXPIRED,
                        "The local authority has expired; remove its ca.pem and ca.key, and give the new "
                        "ca.pem to everybody who trusted the old one.");
        time_t until = now + (time_t) DAYS_VALID * DAY;
        *ret_from = now - 3600;
        *ret_until = until < end ? until : end;
        return 0;
}

static int make_leaf(const Authority *a, char *const *names, EVP_PKEY *key, X509 **ret, Error *e)
{
        CertificateRequest request = {
                .common_name = strlen(names[0]) <= COMMON_NAME_MAX ? names[0] : NULL,
                .dns_names = names,
                .key = key,
                .issuer = a->certificate,
                .issuer_key = a->key,
        };
        int r = validity(a, &request.not_before, &request.not_after, e);
        return r < 0 ? r : certificate_make(&request, ret, e);
}

static int issue(const Authority *a, char *const *names, const char *path, gid_t gid, Error *e)
{
        _cleanup_(EVP_PKEY_freep) EVP_PKEY *key = NULL;
        _cleanup_(X509_freep) X509 *leaf = NULL;
        int r = certificate_make_key(&key, e);
        if (r >= 0)
                r = make_leaf(a, names, key, &leaf, e);
        if (r < 0)
                return r;

        _cleanup_(crypto_wipe_biop) BIO *bio = BIO_new(BIO_s_mem());
        if (!bio || PEM_write_bio_X509(bio, leaf) != 1 || PEM_write_bio_X509(bio, a->certificate) != 1 ||
            PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
                return crypto_error(e, "Cannot write a certificate");
        char *data;
        long length = BIO_get_mem_data(bio, &data);
        r = file_write(path, data, (size_t) length, 0640, (FileOwner){(uid_t) -1, gid}, FILE_SYNC);
        return r < 0 ? error_set(e, r, "Cannot write the certificate %s: %s", path, strerror(-r)) : 1;
}

int authority_issue(const char *directory, char *const *names, const char *path, unsigned gid, Error *e)
{
        if (strv_length(names) == 0)
                return error_set(e, -EINVAL, "A certificate needs at least one name.");
        for (char *const *name = names; *name; name++)
                if (!certificate_name_is_valid(*name))
                        return error_set(e, -EINVAL, "\"%s\" is no host name for a certificate.", *name);

        Authority a = {0};
        int r = authority_load(directory, &a, e);
        if (r < 0)
                return r;
        r = file_is_current(&a, names, path) ? 0 : issue(&a, names, path, (gid_t) gid, e);
        authority_clear(&a);
        return r;
}
