/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* "ext4", as /proc/self/mountinfo calls the file system that `fd` is on; "an unknown file system" where
 * that cannot be told. */
void filesystem_name(int fd, char ret[64]);
