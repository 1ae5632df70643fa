/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/file.h"
#include "build/unpack-path.h"

#define LIMITS ((UnpackLimits){1 << 20, 100})

static char directory[] = "/tmp/test-unpack.XXXXXX";

typedef struct Tar {
        struct archive *archive;
        int fd; /* in memory */
} Tar;

static Tar tar_new(void)
{
        Tar t = {.archive = archive_write_new(), .fd = memfd_create("tar", MFD_CLOEXEC)};
        archive_write_set_format_pax_restricted(t.archive);
        archive_write_add_filter_none(t.archive);
        assert_int_equal(archive_write_open_fd(t.archive, t.fd), ARCHIVE_OK);
        return t;
}

static struct archive_entry *new_entry(const char *path, unsigned type, mode_t mode)
{
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, path);
        archive_entry_set_filetype(entry, type);
        archive_entry_set_perm(entry, mode);
        archive_entry_set_mtime(entry, 1700000000, 0);
        return entry;
}

static void put_entry(Tar *t, struct archive_entry *entry, const char *data)
{
        if (data)
                archive_entry_set_size(entry, (int64_t) strlen(data));
        assert_int_equal(archive_write_header(t->archive, entry), ARCHIVE_OK);
        if (data)
                assert_int_equal(archive_write_data(t->archive, data, strlen(data)),
                                 (la_ssize_t) strlen(data));
        archive_entry_free(entry);
}

static void put_file(Tar *t, const char *path, const char *data)
{
        put_entry(t, new_entry(path, AE_IFREG, 0644), data);
}

static void put_link(Tar *t, const char *path, const char *target)
{
        struct archive_entry *entry = new_entry(path, AE_IFLNK, 0777);
        archive_entry_set_symlink(entry, target);
        put_entry(t, entry, NULL);
}

static void put_hardlink(Tar *t, const char *path, const char *target)
{
        struct archive_entry *entry = new_entry(path, AE_IFREG, 0644);
        archive_entry_set_hardlink(entry, target);
        put_entry(t, entry, NULL);
}

static int tar_end(Tar *t)
{
        assert_int_equal(archive_write_close(t->archive), ARCHIVE_OK);
        archive_write_free(t->archive);
        assert_int_equal(lseek(t->fd, 0, SEEK_SET), 0);
        return t->fd;
}

/* Unpacks into a new directory "tree"; returns what unpack() does. */
static int unpack_fd(int fd, UnpackLimits limits, UnpackFigures *figures, Error *e)
{
        assert_int_equal(tree_remove("tree"), 0);
        assert_int_equal(mkdir("tree", 0755), 0);
        _cleanup_close_ int dir_fd = open("tree", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r = unpack(fd, dir_fd, limits, figures, e);
        close(fd);
        return r;
}

static int unpack_tar(Tar *t, UnpackLimits limits, Error *e)
{
        UnpackFigures figures;
        return unpack_fd(tar_end(t), limits, &figures, e);
}

static void assert_content(const char *path, const char *expected)
{
        _cleanup_free_ char *text = NULL;
        assert_int_equal(file_read(path, 1 << 20, &text, NULL), 0);
        assert_string_equal(text, expected);
}

/* One entry that must be refused; nothing else may be there afterwards. */
static void assert_refused(Tar *t, const char *why)
{
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(unpack_tar(t, LIMITS, &e), -EPERM);
        assert_non_null(e.message);
        if (!strstr(e.message, why))
                fail_msg("'%s' is not in: %s", why, e.message);
}

static void test_plain_tree(void **state)
{
        (void) state;
        Tar t = tar_new();
        put_entry(&t, new_entry("src/", AE_IFDIR, 0700), NULL);
        put_file(&t, "./src/a", "A");
        put_entry(&t, new_entry("run", AE_IFREG, 06755), "#!");
        put_file(&t, "new/dir//b", "B");
        put_link(&t, "link", "src/a");
        put_link(&t, "out", "/etc/passwd");
        put_hardlink(&t, "hard", "src/a");
        put_file(&t, "empty", "");
        put_file(&t, "caf\xc3\xa9", "utf8");
        put_entry(&t, new_entry(".", AE_IFDIR, 0755), NULL);

        UnpackFigures figures;
        assert_int_equal(unpack_fd(tar_end(&t), LIMITS, &figures, NULL), 0);
        assert_int_equal(figures.bytes, 8);
        assert_int_equal(figures.files, 10);
        assert_content("tree/src/a", "A");
        assert_content("tree/new/dir/b", "B");
        assert_content("tree/hard", "A");
        assert_content("tree/caf\xc3\xa9", "utf8");

        struct stat st;
        char target[64] = "";
        assert_int_equal(stat("tree/run", &st), 0);
        assert_int_equal(st.st_mode & 07777, 0755);
        assert_int_equal(st.st_mtime, 1700000000);
        assert_int_equal(stat("tree/src", &st), 0);
        assert_int_equal(st.st_mode & 07777, 0755);
        assert_int_equal(readlink("tree/out", target, sizeof(target) - 1), 11);
        assert_string_equal(target, "/etc/passwd");
}

static void test_refused_names(void **state)
{
        (void) state;
        static const struct {
                const char *path, *why;
        } table[] = {
                {"../out", "'..'"},          {"a/../../out", "'..'"},   {"a/..", "'..'"},
                {"/etc/passwd", "absolute"}, {".git/config", "'.git'"}, {"vendor/x/.GIT/config", "'.git'"},
                {"a/.gIt", "'.git'"},
        };
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Tar t = tar_new();
                put_file(&t, table[i].path, "x");
                assert_refused(&t, table[i].why);
        }
        /* These only look like it. */
        Tar t = tar_new();
        put_file(&t, ".gitignore", "x");
        put_file(&t, "..a/b..", "x");
        put_file(&t, ".github/x", "x");
        assert_int_equal(unpack_tar(&t, LIMITS, NULL), 0);
}

static void test_long_names(void **state)
{
        (void) state;
        char name[300], path[UNPACK_PATH_MAX + 10];
        memset(name, 'a', sizeof(name));
        name[256] = '\0';
        Tar t = tar_new();
        put_file(&t, name, "x");
        assert_refused(&t, "255 bytes");

        name[255] = '\0';
        t = tar_new();
        put_file(&t, name, "x");
        assert_int_equal(unpack_tar(&t, LIMITS, NULL), 0);

        for (size_t i = 0; i < sizeof(path); i++)
                path[i] = i % 2 ? '/' : 'a';
        path[sizeof(path) - 1] = '\0';
        t = tar_new();
        put_file(&t, path, "x");
        assert_refused(&t, "3072 bytes");
}

static void test_never_through_links(void **state)
{
        (void) state;
        assert_int_equal(mkdir("outside", 0755), 0);

        Tar t = tar_new();
        put_link(&t, "d", "../outside");
        put_file(&t, "d/x", "x");
        assert_refused(&t, "through a link");

        t = tar_new();
        put_file(&t, "e/first", "x");
        put_link(&t, "e/sub", "../../outside");
        put_file(&t, "e/sub/deeper/x", "x");
        assert_refused(&t, "through a link");

        t = tar_new();
        put_link(&t, "f", "../outside/x");
        put_file(&t, "f", "x");
        assert_refused(&t, "twice");

        t = tar_new();
        put_link(&t, "d", "../outside");
        put_entry(&t, new_entry("d", AE_IFDIR, 0755), NULL);
        assert_refused(&t, "twice");

        assert_int_equal(rmdir("outside"), 0);
}

static void test_hardlinks(void **state)
{
        (void) state;
        _cleanup_close_ int secret = open("secret", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(secret >= 0);

        Tar t = tar_new();
        put_hardlink(&t, "x", "../secret");
        assert_refused(&t, "'..'");
        t = tar_new();
        put_link(&t, "l", "../secret");
        put_hardlink(&t, "x", "l");
        assert_refused(&t, "no file of the tree");
        t = tar_new();
        put_link(&t, "d", "..");
        put_hardlink(&t, "x", "d/secret");
        assert_refused(&t, "through a link");
        t = tar_new();
        put_hardlink(&t, "x", "not-there");
        assert_refused(&t, "no file of the tree");

        struct stat st;
        assert_int_equal(fstat(secret, &st), 0);
        assert_int_equal(st.st_nlink, 1);
}

static void test_other_kinds(void **state)
{
        (void) state;
        static const unsigned kinds[] = {AE_IFIFO, AE_IFCHR, AE_IFBLK};
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                Tar t = tar_new();
                put_entry(&t, new_entry("x", kinds[i], 0644), NULL);
                assert_refused(&t, "only files, directories and links");
        }
        Tar t = tar_new();
        put_file(&t, "x", "1");
        put_file(&t, "x", "2");
        assert_refused(&t, "twice");
        t = tar_new();
        put_file(&t, "x", "1");
        put_file(&t, "x/y", "2");
        assert_refused(&t, "through a link or a file");
}

static void test_limits(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;
        for (uint64_t max = 5; max <= 6; max++) {
                Tar t = tar_new();
                put_file(&t, "a", "123");
                put_file(&t, "b", "456");
                assert_int_equal(unpack_tar(&t, (UnpackLimits){max, 10}, &e), max < 6 ? -EFBIG : 0);
        }
        assert_non_null(strstr(e.message, "max-source"));
        assert_int_equal(access("tree/b", F_OK), 0);

        for (uint64_t max = 1; max <= 2; max++) {
                Tar t = tar_new();
                put_file(&t, "a", "123");
                put_file(&t, "b", "456");
                assert_int_equal(unpack_tar(&t, (UnpackLimits){100, max}, &e), max < 2 ? -EFBIG : 0);
        }
        assert_non_null(strstr(e.message, "max-files"));
}

static void test_broken_streams(void **state)
{
        (void) state;
        UnpackFigures figures;
        _cleanup_error_ Error e = ERROR_NULL;

        int fd = memfd_create("empty", MFD_CLOEXEC);
        assert_int_equal(unpack_fd(fd, LIMITS, &figures, &e), -EBADMSG);

        fd = memfd_create("text", MFD_CLOEXEC);
        for (int i = 0; i < 1000; i++)
                assert_int_equal(fd_write_all(fd, "this is no tar\n", 15), 0);
        lseek(fd, 0, SEEK_SET);
        assert_int_equal(unpack_fd(fd, LIMITS, &figures, &e), -EBADMSG);

        /* Whole entries, but the writer died before the end of the tar. */
        Tar t = tar_new();
        put_file(&t, "a", "A");
        put_file(&t, "b", "B");
        fd = tar_end(&t);
        assert_int_equal(ftruncate(fd, 2048), 0);
        assert_int_equal(unpack_fd(fd, LIMITS, &figures, &e), -EBADMSG);
        assert_non_null(strstr(e.message, "ends too early"));

        /* An entry cut in its middle. */
        t = tar_new();
        put_file(&t, "a", "A");
        fd = tar_end(&t);
        assert_int_equal(ftruncate(fd, 512), 0);
        assert_int_equal(unpack_fd(fd, LIMITS, &figures, &e), -EBADMSG);
}

static void test_path_clean(void **state)
{
        (void) state;
        static const char *const table[][2] = {
                {"a", "a"}, {"./a", "a"},     {"a//b/", "a/b"}, {".", ""},
                {"./", ""}, {"a/./b", "a/b"}, {"...", "..."},
        };
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                _cleanup_free_ char *clean = NULL;
                assert_int_equal(unpack_path_clean(table[i][0], &clean, NULL), 0);
                assert_string_equal(clean, table[i][1]);
        }
}

static int setup(void **state)
{
        (void) state;
        setlocale(LC_CTYPE, "C.UTF-8");
        umask(022);
        return mkdtemp(directory) && chdir(directory) >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
        (void) state;
        return tree_remove(directory);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plain_tree), cmocka_unit_test(test_refused_names),
                cmocka_unit_test(test_long_names), cmocka_unit_test(test_never_through_links),
                cmocka_unit_test(test_hardlinks),  cmocka_unit_test(test_other_kinds),
                cmocka_unit_test(test_limits),     cmocka_unit_test(test_broken_streams),
                cmocka_unit_test(test_path_clean),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
