/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A user and the ssh keys that act as that user: the file `user` of refs/paas/user/<name>. */

#include <stdbool.h>
#include <stdint.h>

#include "basic/error.h"
#include "basic/uuid.h"

#define SSH_KEY_LINE_MAX 16384
#define USER_KEYS_MAX 100

typedef struct SshKey {
        char *type;        /* "ssh-ed25519" */
        char *blob;        /* base64, as in the file */
        char *comment;     /* "" when there is none */
        char *fingerprint; /* "SHA256:…", as ssh-keygen -l prints it */
        char id[UUID_TEXT_SIZE];
        uint64_t added; /* realtime, usec */
} SshKey;

typedef struct User {
        char id[UUID_TEXT_SIZE];
        char *name;
        char *email; /* "" when there is none */
        bool admin;
        bool disabled; /* keys and sessions are refused; all else stays as it is */
        uint64_t created;
        SshKey *keys;
        size_t n_keys;
} User;

#define USER_NULL ((User){0})

/* One line of a public key file: type, blob, comment; options in front are refused. The blob must be
 * base64 whose first field repeats the type (RFC 4253, 6.6); types: ssh-ed25519, ecdsa-sha2-nistp*, ssh-rsa,
 * sk-*. `ret_raw` gets the decoded blob, of which the fingerprint is the hash. Fills type, blob, comment. */
int ssh_key_parse(const char *line, SshKey *ret, void **ret_raw, size_t *ret_raw_length, Error *e);
void ssh_key_clear(SshKey *k);

/* "" (none), or NAME@DOMAIN without blanks and angle brackets: it stands in commits. -EINVAL. */
int user_email_check(const char *s, Error *e);

const SshKey *user_find_key(const User *u, const char *fingerprint);
int user_add_key(User *u, SshKey *k); /* takes the contents over on success; -EEXIST, -E2BIG */
int user_remove_key(User *u, const char *fingerprint); /* -ENOENT */
int user_format(const User *u, char **ret);
int user_parse(const char *text, size_t length, User *ret, Error *e);
void user_clear(User *u);
#define _cleanup_user_ _cleanup_(user_clear)
