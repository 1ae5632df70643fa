/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The local certificate authority: what HTTPS answers with until a public certificate is there. */

#include "basic/error.h"

/* Makes `directory`/ca.pem and ca.key (ECDSA P-256, ten years, 0644 and 0600) where they are missing.
 * `name` is the common name. */
int authority_make(const char *directory, const char *name, Error *e);

/* Issues a server certificate for these names (the first is the common name; wildcards allowed), valid
 * 397 days, and writes chain and key to `path` as HAProxy reads it (0640, group `gid`), atomically. Does
 * nothing, returning 0, when `path` already covers exactly these names, comes from this authority and is
 * valid for 30 more days; else returns 1. */
int authority_issue(const char *directory, char *const *names, const char *path, unsigned gid, Error *e);
