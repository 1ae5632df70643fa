/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <fcntl.h>
#include <fts.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "build/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_BYTES (64 * 1024)
#define MAX_FILES 32

DEFINE_CLEANUP(FTS *, fts_close)

/* Only plain kinds, inside the bounds, and nothing beside the tree. */
static void check_tree(void)
{
        char *roots[] = {(char *) "tree", NULL};
        _cleanup_(fts_closep) FTS *f = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
        uint64_t bytes = 0;
        for (FTSENT *at; f && (at = fts_read(f));) {
                const struct stat *st = at->fts_statp;
                if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode) && !S_ISLNK(st->st_mode))
                        abort();
                if (st->st_mode & 07022 && !S_ISLNK(st->st_mode))
                        abort();
                bytes += S_ISREG(st->st_mode) && st->st_nlink == 1 ? (uint64_t) st->st_size : 0;
        }
        if (bytes > MAX_BYTES || rmdir("beside") < 0)
                abort();
}

static const char *place; /* where we are: a directory of our own, in memory where there is such a thing */

static void leave_place(void)
{
        (void) tree_remove(place);
}

static void enter_place(void)
{
        static char shm[] = "/dev/shm/fuzz-unpack.XXXXXX", tmp[] = "/tmp/fuzz-unpack.XXXXXX";
        place = mkdtemp(shm) ?: mkdtemp(tmp);
        if (!place || chdir(place) < 0)
                abort();
        umask(022);
        atexit(leave_place);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (!place)
                enter_place();

        _cleanup_close_ int tar_fd = memfd_create("tar", MFD_CLOEXEC);
        if (fd_write_all(tar_fd, data, size) < 0 || lseek(tar_fd, 0, SEEK_SET) < 0)
                abort();
        if (mkdir("tree", 0755) < 0 || mkdir("beside", 0755) < 0)
                abort();
        _cleanup_close_ int dir_fd = open("tree", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_error_ Error e = ERROR_NULL;
        UnpackFigures figures;
        (void) unpack(tar_fd, dir_fd, (UnpackLimits){MAX_BYTES, MAX_FILES}, &figures, &e);
        check_tree();
        if (tree_remove("tree") < 0)
                abort();
        return 0;
}
