/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Sealing of config values: AES-256-SIV (RFC 5297), plaintext 0x01 || value, associated data the
 * application's uuid, then the key's name. Deterministic: an unchanged value stays the same blob.
 */

#include <stddef.h>

#include "basic/error.h"

#define SEAL_KEY_SIZE 64

typedef struct Seal Seal;

/* `key_path`: a file of exactly SEAL_KEY_SIZE bytes ($CREDENTIALS_DIRECTORY/paas.key). */
int seal_open(const char *key_path, Seal **ret, Error *e);
Seal *seal_free(Seal *s); /* wipes the key */
DEFINE_CLEANUP(Seal *, seal_free)

int seal_value(Seal *s, const char *app_id, const char *name, const char *value, size_t length, char **ret,
               size_t *ret_length);

/* NUL-terminated behind the length; wipe it after use. -EBADMSG: not sealed with this key for this name. */
int seal_reveal(Seal *s, const char *app_id, const char *name, const void *sealed, size_t sealed_length,
                char **ret, size_t *ret_length);
