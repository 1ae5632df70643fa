/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a pack's bin/release prints: YAML, of which `default_process_types` with one `type: command` a line
 * is read, and `default_listen: socket` of a pack whose web command takes the listening socket as fd 3. The
 * rest gives a warning. */

#include "basic/error.h"
#include "basic/strv.h"
#include "model/listen.h"
#include "model/procfile.h"

#define PACK_RELEASE_MAX_BYTES (64 * 1024)

/* -EINVAL with the line where the part that is read makes no sense. Empty output is no process at all. */
int pack_release_parse(const char *text, size_t length, Procfile *ret, Listen *ret_listen, char ***warnings,
                       Error *e);
