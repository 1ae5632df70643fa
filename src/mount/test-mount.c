/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "mount/idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/file.h"
#include "mount/filesystem.h"

#define DISK_UID 61185
#define RUN_UID 61184

static char directory[] = "/tmp/test-mount.XXXXXX";

static int setup(void **state)
{
        (void) state;
        if (!mkdtemp(directory) || chdir(directory) < 0)
                return -1;
        return mkdir("slug", 0700) < 0 || symlink("slug", "link") < 0 ? -1 : 0;
}

static int teardown(void **state)
{
        (void) state;
        return tree_remove(directory);
}

/* A mount namespace of our own: nothing of this test is seen outside. Not possible everywhere. */
static bool private_mounts(void)
{
        static int done; /* 1 yes, -1 no */
        if (done == 0)
                done = geteuid() == 0 && unshare(CLONE_NEWNS) >= 0 &&
                                       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) >= 0
                               ? 1
                               : -1;
        return done > 0;
}

static char *in_directory(const char *name)
{
        static char path[4][128];
        static unsigned next;
        char *p = path[next++ % 4];
        snprintf(p, 128, "%s/%s", directory, name);
        return p;
}

static void test_links_are_refused(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(idmap_mount(in_directory("link"), in_directory("x/y"), DISK_UID, RUN_UID, &e),
                         -ENOTDIR);
        assert_non_null(strstr(e.message, "link is never followed"));
        assert_int_equal(idmap_mount("slug", in_directory("x/y"), DISK_UID, RUN_UID, NULL), -EINVAL);
        assert_int_equal(idmap_mount(in_directory("none"), in_directory("x/y"), DISK_UID, RUN_UID, NULL),
                         -ENOENT);
}

static void test_unmount_nothing(void **state)
{
        (void) state;
        if (geteuid() != 0)
                skip();
        assert_int_equal(mkdir("plain", 0700), 0);
        assert_int_equal(idmap_unmount(in_directory("plain"), NULL), 0);
        assert_int_equal(idmap_unmount(in_directory("plain"), NULL), 0);
}

static void test_filesystem_name(void **state)
{
        (void) state;
        char name[64];
        _cleanup_close_ int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        filesystem_name(fd, name);
        assert_string_equal(name, "proc");
}

static void check_mounted(const char *target)
{
        struct stat st;
        char path[160];
        snprintf(path, sizeof(path), "%s/file", target);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_uid, RUN_UID);
        assert_int_equal(st.st_gid, RUN_UID);
        assert_int_equal(open(path, O_WRONLY | O_CLOEXEC), -1);
        assert_int_equal(errno, EROFS);

        struct statvfs fs;
        assert_int_equal(statvfs(target, &fs), 0);
        assert_int_equal(fs.f_flag & (ST_RDONLY | ST_NOSUID | ST_NODEV), ST_RDONLY | ST_NOSUID | ST_NODEV);
}

static void test_mount(void **state)
{
        (void) state;
        if (!private_mounts())
                skip();
        FileOwner owner = {DISK_UID, DISK_UID};
        assert_int_equal(dir_make("slug", 0700, owner), 0);
        assert_int_equal(file_write("slug/file", "x", 1, 0600, owner, FILE_NO_SYNC), 0);

        _cleanup_error_ Error e = ERROR_NULL;
        const char *slug = in_directory("slug"), *target = in_directory("blog/v1");
        int r = idmap_mount(slug, target, DISK_UID, RUN_UID, &e);
        if (r == -EOPNOTSUPP || r == -ENOSYS)
                skip();
        assert_int_equal(r, 0);
        check_mounted(target);

        /* Again is success; the same place for somebody else is not. */
        assert_int_equal(idmap_mount(slug, target, DISK_UID, RUN_UID, &e), 0);
        assert_int_equal(idmap_mount(slug, target, DISK_UID, RUN_UID + 2, &e), -EBUSY);

        _cleanup_close_ int held = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(idmap_unmount(target, &e), 0);
        assert_int_equal(access(target, F_OK), -1);
        assert_int_equal(faccessat(held, "file", F_OK, 0), 0); /* who has it open can go on */

        struct stat st;
        assert_int_equal(stat("slug/file", &st), 0);
        assert_int_equal(st.st_uid, DISK_UID);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_links_are_refused),
                cmocka_unit_test(test_unmount_nothing),
                cmocka_unit_test(test_filesystem_name),
                cmocka_unit_test(test_mount),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
