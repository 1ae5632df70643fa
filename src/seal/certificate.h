/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One X.509 certificate, as browsers of today want it: ECDSA P-256, SHA-256, version 3, 127 random bits of
 * serial number, names in subjectAltName.
 */

#include <stdbool.h>
#include <time.h>

#include "seal/crypto.h"

typedef struct CertificateRequest {
        const char *common_name; /* NULL: an empty subject */
        char *const *dns_names;  /* NULL for an authority */
        EVP_PKEY *key;           /* borrowed */
        X509 *issuer;            /* borrowed; NULL: signed by itself, an authority */
        EVP_PKEY *issuer_key;    /* borrowed; NULL likewise */
        time_t not_before, not_after;
} CertificateRequest;

int certificate_make(const CertificateRequest *request, X509 **ret, Error *e);

int certificate_make_key(EVP_PKEY **ret, Error *e);

/* Exactly these names, in any order. */
bool certificate_covers(X509 *certificate, char *const *dns_names);

/* Letters, digits, dots and dashes, at most 253 bytes, "*." in front allowed. */
bool certificate_name_is_valid(const char *name);
