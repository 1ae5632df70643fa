/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One mount that shows a directory of one uid as another's. A slug on disk belongs to the application's
 * build uid, so that what runs can never change it; what runs has a uid of its own. Nothing is copied or
 * chowned: the kernel (5.19 or later for the common file systems) translates, and another application that
 * gets the same slug gets another mapping.
 *
 * No component of either path may be a link: what is below a slug's directory was written by a build.
 */

#include <sys/types.h>

#include "basic/error.h"

/* Makes TARGET (and its parent) where missing. 0 also when exactly this is mounted there already; -EBUSY
 * when something else is. -EOPNOTSUPP, -ENOSYS: the file system or the kernel cannot, and the text says
 * which. */
int idmap_mount(const char *source, const char *target, uid_t disk_uid, uid_t run_uid, Error *e);

/* Takes the mount away, also from under who still has it open, and removes the directory. 0 also when
 * nothing is mounted there. */
int idmap_unmount(const char *target, Error *e);
