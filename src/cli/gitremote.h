/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The application that the working directory belongs to, as its git remote tells. */

#include "basic/error.h"

/* "paas@host:blog", "paas@host:blog.git", "ssh://paas@host:22/blog" to "blog". -EINVAL. */
int git_url_app(const char *url, char **ret);

/* The url of this remote, asked of git. -ENOENT: no such remote, or no repository here. */
int git_remote_url(const char *remote, char **ret);
