/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Paths of a tar's entries, checked and made plain. */

#include "basic/error.h"

#define UNPACK_PATH_MAX 3072 /* below PATH_MAX, with room for the directory that it stands in */

/* "./a//b/" becomes "a/b"; the root itself (".", "./") becomes "". Refused with -EPERM: absolute paths,
 * "..", ".git" in any case, too long ones. */
int unpack_path_clean(const char *path, char **ret, Error *e);

/* Opens the directory that `path`'s last component stands in, without following any link on the way, making
 * what is missing. `ret_name` points into `path`. -EPERM: something on the way is no directory. */
int unpack_path_parent(int root_fd, const char *path, int *ret_fd, const char **ret_name, Error *e);
