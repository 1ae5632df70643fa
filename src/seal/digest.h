/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* "SHA256:" and unpadded base64, as `ssh-keygen -l` prints it. NULL when out of memory. */
char *digest_ssh_fingerprint(const void *blob, size_t length);

/* "sha256:" and hex. NULL when out of memory. */
char *digest_sha256(const void *data, size_t length);
