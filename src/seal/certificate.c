/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "seal/certificate.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

int certificate_make_key(EVP_PKEY **ret, Error *e)
{
        *ret = EVP_EC_gen("P-256");
        return *ret ? 0 : crypto_error(e, "Cannot make an ECDSA key");
}

bool certificate_name_is_valid(const char *name)
{
        const char *rest = text_after(name, "*.");
        const char *s = rest ? rest : name;
        size_t label = 0;

        if (!*s || strlen(name) > 253)
                return false;
        for (; *s; s++) {
                if (*s == '.' && (label == 0 || s[-1] == '-'))
                        return false;
                if (*s != '.' && !isalnum((unsigned char) *s) && !(*s == '-' && label > 0))
                        return false;
                label = *s == '.' ? 0 : label + 1;
                if (label > 63)
                        return false;
        }
        return label > 0 && s[-1] != '-';
}

/* RFC 5280: positive, at most 20 octets; CA/Browser Forum: at least 64 random bits. */
static bool set_serial(X509 *certificate)
{
        unsigned char bytes[16];
        if (RAND_bytes(bytes, sizeof(bytes)) != 1)
                return false;
        bytes[0] = (bytes[0] & 0x7f) | 0x40;

        BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
        bool done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
        BN_free(number);
        return done;
}

static bool set_names(X509 *certificate, const CertificateRequest *request)
{
        _cleanup_(X509_NAME_freep) X509_NAME *subject = X509_NAME_new();
        if (!subject)
                return false;
        if (request->common_name &&
            X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                       (const unsigned char *) request->common_name, -1, -1, 0) != 1)
                return false;
        const X509_NAME *issuer = request->issuer ? X509_get_subject_name(request->issuer) : subject;
        return X509_set_subject_name(certificate, subject) == 1 &&
               X509_set_issuer_name(certificate, issuer) == 1;
}

static bool add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
        _cleanup_(X509_EXTENSION_freep) X509_EXTENSION *extension =
                X509V3_EXT_conf_nid(NULL, &context, nid, value);
        return extension && X509_add_ext(certificate, extension, -1) == 1;
}

/* Not as text: a comma in a name must not become a second entry. */
static bool add_dns_names(X509 *certificate, char *const *names, bool critical)
{
        _cleanup_(GENERAL_NAMES_freep) GENERAL_NAMES *list = GENERAL_NAMES_new();
        if (!list)
                return false;

        for (char *const *name = names; *name; name++) {
                _cleanup_(GENERAL_NAME_freep) GENERAL_NAME *entry = GENERAL_NAME_new();
                ASN1_IA5STRING *text = ASN1_IA5STRING_new();
                if (!entry || !text || ASN1_STRING_set(text, *name, -1) != 1) {
                        ASN1_IA5STRING_free(text);
                        return false;
                }
                GENERAL_NAME_set0_value(entry, GEN_DNS, text);
                if (sk_GENERAL_NAME_push(list, entry) <= 0)
                        return false;
                entry = NULL;
        }
        return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list, critical, X509V3_ADD_DEFAULT) == 1;
}

static bool add_extensions(X509 *certificate, const CertificateRequest *request)
{
        bool authority = !request->issuer;
        X509 *issuer = authority ? certificate : request->issuer;

        if (!add_extension(certificate, issuer, NID_basic_constraints,
                           authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") ||
            !add_extension(certificate, issuer, NID_key_usage,
                           authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature") ||
            !add_extension(certificate, issuer, NID_subject_key_identifier, "hash") ||
            !add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always"))
                return false;
        if (authority)
                return true;
        /* Without a subject the names carry the identity, and RFC 5280 wants them critical. */
        return add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
               add_dns_names(certificate, request->dns_names, !request->common_name);
}

int certificate_make(const CertificateRequest *request, X509 **ret, Error *e)
{
        _cleanup_(X509_freep) X509 *certificate = X509_new();
        if (!certificate)
                return -ENOMEM;

        EVP_PKEY *signer = request->issuer ? request->issuer_key : request->key;
        if (X509_set_version(certificate, X509_VERSION_3) != 1 || !set_serial(certificate) ||
            !set_names(certificate, request) ||
            !ASN1_TIME_set(X509_getm_notBefore(certificate), request->not_before) ||
            !ASN1_TIME_set(X509_getm_notAfter(certificate), request->not_after) ||
            X509_set_pubkey(certificate, request->key) != 1 || !add_extensions(certificate, request) ||
            X509_sign(certificate, signer, EVP_sha256()) == 0)
                return crypto_error(e, "Cannot make a certificate");
        *ret = TAKE_PTR(certificate);
        return 0;
}

/* The names in the certificate. Anything but a DNS name makes it a certificate that is not ours. */
static int read_dns_names(X509 *certificate, char ***ret)
{
        _cleanup_(GENERAL_NAMES_freep) GENERAL_NAMES *list =
                X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
        _cleanup_strv_ char **names = NULL;

        for (int i = 0; list && i < sk_GENERAL_NAME_num(list); i++) {
                int type;
                const ASN1_STRING *text = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list, i), &type);
                if (type != GEN_DNS)
                        return -EBADMSG;
                size_t length = (size_t) ASN1_STRING_length(text);
                const char *data = (const char *) ASN1_STRING_get0_data(text);
                if (memchr(data, '\0', length))
                        return -EBADMSG;
                int r = strv_consume(&names, strndup(data, length));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(names);
        return 0;
}

static bool contains_all(char *const *list, char *const *names)
{
        for (char *const *name = names; name && *name; name++)
                if (!strv_contains(list, *name))
                        return false;
        return true;
}

bool certificate_covers(X509 *certificate, char *const *dns_names)
{
        _cleanup_strv_ char **names = NULL;
        return read_dns_names(certificate, &names) >= 0 && contains_all(names, dns_names) &&
               contains_all(dns_names, names);
}
