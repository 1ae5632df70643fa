/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "mount/idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "mount/filesystem.h"

/* A directory reached without following any link. Not openat2(2): a unit with RestrictSUIDSGID= has none. */
static int open_directory(const char *path, Error *e)
{
        const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        if (path[0] != '/')
                return error_set(e, -EINVAL, "%s: the path must start with a slash", path);

        _cleanup_free_ char *copy = strdup(path);
        _cleanup_close_ int fd = open("/", flags);
        if (!copy || fd < 0)
                return copy ? -errno : -ENOMEM;
        char *rest = copy;
        for (char *name; (name = strsep(&rest, "/"));) {
                if (!*name)
                        continue;
                int next = openat(fd, name, flags);
                if (next < 0) {
                        int r = -errno;
                        return error_set(e, r, "%s: at '%s': %s%s", path, name, strerror(-r),
                                         r == -ENOTDIR ? ", and a link is never followed" : "");
                }
                close(fd);
                fd = next;
        }
        return TAKE_FD(fd);
}

static int open_target(const char *path, Error *e)
{
        _cleanup_free_ char *parent = strdup(path);
        if (!parent)
                return -ENOMEM;
        char *slash = strrchr(parent, '/');
        if (slash && slash != parent) {
                *slash = '\0';
                if (mkdir(parent, 0755) < 0 && errno != EEXIST)
                        return error_set(e, -errno, "making %s: %s", parent, strerror(errno));
        }
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
                return error_set(e, -errno, "making %s: %s", path, strerror(errno));
        return open_directory(path, e);
}

static int write_map(pid_t pid, const char *map, uid_t disk_uid, uid_t run_uid, Error *e)
{
        char path[64], line[64];
        snprintf(path, sizeof(path), "/proc/%d/%s", (int) pid, map);
        int n = snprintf(line, sizeof(line), "%u %u 1\n", disk_uid, run_uid);

        _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
        int r = fd < 0 ? -errno : fd_write_all(fd, line, (size_t) n);
        if (r < 0)
                return error_set(e, r, "writing %s (uid %u to %u): %s", path, disk_uid, run_uid,
                                 strerror(-r));
        return 0;
}

static void end_child(pid_t *pid)
{
        if (*pid > 0) {
                kill(*pid, SIGKILL);
                while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
                        ;
        }
}

/* The mapping is handed to the kernel as a user namespace; a child that only waits holds it meanwhile. */
static int open_user_namespace(uid_t disk_uid, uid_t run_uid, Error *e)
{
        _cleanup_(end_child) pid_t pid = (pid_t) syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
        if (pid < 0)
                return error_set(
                        e, -errno,
                        "making a user namespace for the id mapping: %s. Is user.max_user_namespaces 0?",
                        strerror(errno));
        if (pid == 0)
                for (;;)
                        pause();

        int r = write_map(pid, "uid_map", disk_uid, run_uid, e);
        if (r >= 0)
                r = write_map(pid, "gid_map", disk_uid, run_uid, e);
        if (r < 0)
                return r;

        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/ns/user", (int) pid);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        return fd < 0 ? error_set(e, -errno, "opening %s: %s", path, strerror(errno)) : fd;
}

/* 1: exactly this is there already; 0: nothing is. */
static int already_mounted(int source_fd, int target_fd, const char *target, uid_t disk_uid, uid_t run_uid,
                           Error *e)
{
        struct statx there, source;
        if (statx(target_fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &there) < 0 ||
            statx(source_fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &source) < 0)
                return error_set(e, -errno, "looking at %s: %s", target, strerror(errno));
        if (!(there.stx_attributes & STATX_ATTR_MOUNT_ROOT))
                return 0;

        bool same = there.stx_ino == source.stx_ino && there.stx_dev_major == source.stx_dev_major &&
                    there.stx_dev_minor == source.stx_dev_minor;
        uid_t shown = source.stx_uid == disk_uid ? run_uid : there.stx_uid;
        if (same && there.stx_uid == shown)
                return 1;
        return error_set(e, -EBUSY, "something else is mounted at %s. Unmount it: paas-mount --unmount %s",
                         target, target);
}

static int set_attributes(int tree_fd, int namespace_fd, const char *source, Error *e)
{
        struct mount_attr attr = {
                .attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                .propagation = MS_PRIVATE,
                .userns_fd = (uint64_t) namespace_fd,
        };
        if (mount_setattr(tree_fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) >= 0)
                return 0;

        int r = -errno;
        char type[64];
        filesystem_name(tree_fd, type);
        if (r == -EINVAL)
                return error_set(e, -EOPNOTSUPP,
                                 "%s is on %s, which this kernel cannot show under another uid (id-mapped "
                                 "mounts). Put /var/lib/paas on ext4, xfs or btrfs",
                                 source, type);
        if (r == -ENOSYS)
                return error_set(e, r, "this kernel has no id-mapped mounts; Linux 5.19 or later is needed");
        return error_set(e, r, "id-mapping %s (on %s): %s", source, type, strerror(-r));
}

int idmap_mount(const char *source, const char *target, uid_t disk_uid, uid_t run_uid, Error *e)
{
        _cleanup_close_ int source_fd = open_directory(source, e);
        if (source_fd < 0)
                return source_fd;
        _cleanup_close_ int target_fd = open_target(target, e);
        if (target_fd < 0)
                return target_fd;
        int r = already_mounted(source_fd, target_fd, target, disk_uid, run_uid, e);
        if (r != 0)
                return r < 0 ? r : 0;

        _cleanup_close_ int namespace_fd = open_user_namespace(disk_uid, run_uid, e);
        if (namespace_fd < 0)
                return namespace_fd;
        _cleanup_close_ int tree_fd =
                open_tree(source_fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
        if (tree_fd < 0)
                return error_set(e, -errno, "cloning the mount of %s: %s", source, strerror(errno));
        r = set_attributes(tree_fd, namespace_fd, source, e);
        if (r < 0)
                return r;
        if (move_mount(tree_fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
                return error_set(e, -errno, "mounting %s at %s: %s", source, target, strerror(errno));
        return 0;
}

int idmap_unmount(const char *target, Error *e)
{
        /* What runs in it has a mount of its own (the lower layer of an overlay), and who only looks at it,
         * as systemd does at every mount when it prepares a sandbox, must not keep it in place. */
        if (umount2(target, UMOUNT_NOFOLLOW | MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
                return error_set(e, -errno, "unmounting %s: %s", target, strerror(errno));
        /* Only tidiness: a directory that is not empty, or not there, is no failure. */
        (void) rmdir(target);
        return 0;
}
