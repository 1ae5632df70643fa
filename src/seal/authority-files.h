/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The authority's two files, for the code that issues with them. */

#include "seal/crypto.h"

typedef struct Authority {
        X509 *certificate;
        EVP_PKEY *key;
} Authority;

/* -ENOENT: one of the files is not there. */
int authority_load(const char *directory, Authority *ret, Error *e);
void authority_clear(Authority *a);
