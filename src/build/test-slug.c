/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What happens to a tree between packs and slug: .slugignore, permission bits and manifest, the cache. */

#include "build/slug.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/file.h"
#include "build/cache.h"
#include "build/slugignore.h"

static char directory[] = "/tmp/test-slug.XXXXXX";

static int setup(void **state)
{
        (void) state;
        umask(022);
        return mkdtemp(directory) && chdir(directory) >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
        (void) state;
        return tree_remove(directory);
}

static void put(const char *path, const char *text, mode_t mode)
{
        assert_int_equal(file_write(path, text, strlen(text), mode, FILE_OWNER_SELF, FILE_NO_SYNC), 0);
}

static mode_t mode_of(const char *path)
{
        struct stat st;
        assert_int_equal(lstat(path, &st), 0);
        return st.st_mode & 07777;
}

static void test_slugignore_patterns(void **state)
{
        (void) state;
        static const struct {
                const char *pattern, *path;
                bool is_directory, matches;
        } table[] = {
                {"*.psd", "a.psd", false, true},
                {"*.psd", "deep/er/a.psd", false, true},
                {"*.psd", "a.psd.txt", false, false},
                {"test", "test", true, true},
                {"test", "src/test", false, true},
                {"test/", "src/test", false, false},
                {"test/", "src/test", true, true},
                {"/test", "test", true, true},
                {"/test", "src/test", true, false},
                {"docs/*.md", "docs/a.md", false, true},
                {"docs/*.md", "docs/x/a.md", false, false},
                {"docs/*.md", "x/docs/a.md", false, false},
                {"docs/**", "docs/x/a.md", false, true},
                {"docs/**", "docs", true, false},
                {"**/tmp", "tmp", true, true},
                {"**/tmp", "a/b/tmp", true, true},
                {"a/**/z", "a/z", false, true},
                {"a/**/z", "a/b/c/z", false, true},
                {"a/**/z", "b/a/z", false, false},
                {"[", "x", false, false},
                {"", "x", false, false},
        };
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (slugignore_match(table[i].pattern, table[i].path, table[i].is_directory) !=
                    table[i].matches)
                        fail_msg("%s against %s", table[i].pattern, table[i].path);
}

static void test_slugignore_apply(void **state)
{
        (void) state;
        _cleanup_strv_ char **warnings = NULL;
        uint64_t removed;
        assert_int_equal(dir_make_parents("tree/docs/deep", 0755), 0);
        assert_int_equal(slugignore_apply("tree", &removed, &warnings, NULL), 0);
        assert_int_equal(removed, 0);

        put("tree/.slugignore", "# no\n\ndocs/\n*.psd  \r\n!keep.psd\n/link\n", 0644);
        put("tree/docs/deep/x", "x", 0644);
        put("tree/keep.psd", "x", 0644);
        put("tree/stay", "x", 0644);
        put("outside", "x", 0644);
        assert_int_equal(symlink("../outside", "tree/link"), 0);
        assert_int_equal(slugignore_apply("tree", &removed, &warnings, NULL), 0);
        assert_int_equal(removed, 3);
        assert_int_equal(strv_length(warnings), 1);
        assert_int_equal(access("tree/docs", F_OK), -1);
        assert_int_equal(access("tree/keep.psd", F_OK), -1);
        assert_int_equal(access("tree/link", F_OK), -1);
        assert_int_equal(access("tree/stay", F_OK), 0);
        assert_int_equal(access("outside", F_OK), 0);
        assert_int_equal(tree_remove("tree"), 0);
}

static char *seal(SlugFigures *f)
{
        assert_int_equal(slug_seal("app", f, NULL), 0);
        return f->manifest;
}

static void test_seal(void **state)
{
        (void) state;
        assert_int_equal(dir_make_parents("app/dir/sub", 0755), 0);
        put("app/-n", "dash", 0666);
        put("app/new\nline", "x", 06777);
        put("app/dir/a", "", 0200);
        assert_int_equal(symlink("/nowhere", "app/link"), 0);
        assert_int_equal(mkfifo("app/pipe", 0666), 0);
        assert_int_equal(chmod("app/dir/sub", 0007), 0);

        _cleanup_slug_figures_ SlugFigures f = SLUG_FIGURES_NULL, again = SLUG_FIGURES_NULL;
        seal(&f);
        assert_int_equal(f.files, 4);
        assert_int_equal(f.bytes, 4 + 1 + 0 + 8);
        assert_int_equal(f.removed, 1);
        assert_int_equal(mode_of("app/-n"), 0644);
        assert_int_equal(mode_of("app/new\nline"), 0755);
        assert_int_equal(mode_of("app/dir/a"), 0600);
        assert_int_equal(mode_of("app/dir/sub"), 0705);

        assert_int_equal(strlen(f.manifest), strlen("sha256:") + 64);

        assert_string_equal(seal(&again), f.manifest);
        put("app/dir/a", "b", 0600);
        slug_figures_clear(&again);
        assert_string_not_equal(seal(&again), f.manifest);
}

/* The documented form, so that anybody can compute it. */
static void test_manifest_form(void **state)
{
        (void) state;
        assert_int_equal(dir_make_parents("form/d", 0755), 0);
        put("form/d/f", "abc", 0644);
        assert_int_equal(symlink("d/f", "form/l"), 0);
        _cleanup_slug_figures_ SlugFigures f = SLUG_FIGURES_NULL;
        assert_int_equal(slug_seal("form", &f, NULL), 0);
        /* printf '40755 0 - d\0100644 3 ba78…15ad d/f\0120000 3 - l\0d/f\0' | sha256sum */
        assert_string_equal(f.manifest,
                            "sha256:14cdd101a1fba39093fe14ed0a77155da1822c78b79bd940058e2c9774597d31");
}

static void test_cache(void **state)
{
        (void) state;
        _cleanup_cache_ Cache c = CACHE_NULL;
        bool lost = false;
        assert_int_equal(mkdir("cache", 0700), 0);
        assert_int_equal(cache_begin("cache", "host", "python", &c, &lost, NULL), 0);
        assert_int_equal(mkdir("cache/host.python.new/d", 0755), 0);
        put("cache/host.python.new/d/written", "one", 0644);
        put("cache/host.python.new/shared", "one", 0444);
        assert_int_equal(symlink("d", "cache/host.python.new/link"), 0);
        assert_int_equal(cache_commit(&c, -1, NULL), 0);
        cache_clear(&c);

        /* A failed build writes into files that it has found, and is forgotten. */
        assert_int_equal(cache_begin("cache", "host", "python", &c, &lost, NULL), 0);
        assert_false(lost);
        struct stat old, new;
        assert_int_equal(stat("cache/host.python/shared", &old), 0);
        assert_int_equal(stat("cache/host.python.new/shared", &new), 0);
        assert_int_equal(old.st_ino, new.st_ino);
        assert_int_equal(stat("cache/host.python/d/written", &old), 0);
        assert_int_equal(stat("cache/host.python.new/d/written", &new), 0);
        assert_int_not_equal(old.st_ino, new.st_ino);
        assert_int_equal(old.st_mtime, new.st_mtime);
        _cleanup_close_ int fd = open("cache/host.python.new/d/written", O_WRONLY | O_TRUNC | O_CLOEXEC);
        assert_true(fd >= 0);
        cache_clear(&c); /* killed: nobody discards */

        assert_int_equal(cache_begin("cache", "host", "python", &c, &lost, NULL), 0);
        _cleanup_free_ char *text = NULL;
        assert_int_equal(file_read("cache/host.python.new/d/written", 100, &text, NULL), 0);
        assert_string_equal(text, "one");
        cache_discard(&c);
        assert_int_equal(access("cache/host.python.new", F_OK), -1);
        cache_clear(&c);

        /* Another pack's success takes the place of all others. */
        assert_int_equal(cache_begin("cache", "host", "node", &c, &lost, NULL), 0);
        assert_int_equal(cache_commit(&c, -1, NULL), 0);
        assert_int_equal(access("cache/host.python", F_OK), -1);
        assert_int_equal(access("cache/host.node", F_OK), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_slugignore_patterns),
                cmocka_unit_test(test_slugignore_apply),
                cmocka_unit_test(test_seal),
                cmocka_unit_test(test_manifest_form),
                cmocka_unit_test(test_cache),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
