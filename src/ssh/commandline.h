/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an ssh client asks for (SSH_ORIGINAL_COMMAND), cut into words as a POSIX shell quotes, and nothing
 * else that a shell does: no expansion, no operators, no comments. `$z`, `*`, `;` and `#` stand for
 * themselves, so a value arrives as it was typed.
 */

#include "basic/error.h"
#include "basic/strv.h"

#define COMMAND_LINE_MAX (256 * 1024)
#define COMMAND_WORDS_MAX 4096

/* The words; an empty line gives an empty list (NULL). -EINVAL for an open quote, -E2BIG. */
int command_line_split(const char *line, char ***ret, Error *e);

typedef enum GitService {
        GIT_NONE, /* the command is a verb of paas */
        GIT_RECEIVE_PACK,
        GIT_UPLOAD_PACK,
        GIT_UPLOAD_ARCHIVE,
} GitService;

/* Whether the words ask for a git service, and of which application: 'blog', 'blog.git', '/blog', '~/blog'
 * as git clients write them. -EINVAL with what a repository is called here. */
int command_git_service(char *const *words, GitService *ret, char **ret_app, Error *e);

/* The fingerprint in sshd's `-c` argument, which is the forced command of authorized_keys:
 * "/usr/lib/paas/paas-shell SHA256:…" and nothing else. -EINVAL. */
int command_forced_key(const char *command, char **ret);
