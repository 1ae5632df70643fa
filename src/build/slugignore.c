/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/slugignore.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/text.h"

DEFINE_CLEANUP(FTS *, fts_close)

/* "a/b/c" against one anchored pattern, component by component, since only "**" goes over a slash. */
static bool match_anchored(const char *pattern, const char *path)
{
        const char *any = text_after(pattern, "**/");
        if (any) {
                for (const char *p = path; p; p = strchr(p, '/')) {
                        p += *p == '/';
                        if (match_anchored(any, p))
                                return true;
                }
                return false;
        }

        size_t n = strcspn(pattern, "/"), m = strcspn(path, "/");
        if (streq(pattern, "**"))
                return *path != '\0';
        _cleanup_free_ char *glob = strndup(pattern, n), *name = strndup(path, m);
        if (!glob || !name || fnmatch(glob, name, 0) != 0)
                return false;
        if (!pattern[n] || !path[m])
                return !pattern[n] && !path[m];
        return match_anchored(pattern + n + 1, path + m + 1);
}

bool slugignore_match(const char *pattern, const char *path, bool is_directory)
{
        size_t n = strlen(pattern);
        if (n == 0 || strlen(path) == 0)
                return false;
        bool only_directories = pattern[n - 1] == '/';
        if (only_directories && !is_directory)
                return false;

        _cleanup_free_ char *plain = strndup(pattern, only_directories ? n - 1 : n);
        if (!plain)
                return false;
        if (strchr(plain, '/'))
                return match_anchored(plain[0] == '/' ? plain + 1 : plain, path);
        const char *slash = strrchr(path, '/');
        return fnmatch(plain, slash ? slash + 1 : path, 0) == 0;
}

static int read_patterns(const char *root, char ***ret, char ***warnings, Error *e)
{
        _cleanup_free_ char *path = NULL, *text = NULL;
        if (asprintf(&path, "%s/.slugignore", root) < 0)
                return -ENOMEM;
        int r = file_read(path, SLUGIGNORE_MAX_BYTES, &text, NULL);
        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return error_set(e, r, ".slugignore could not be read: %s", strerror(-r));

        _cleanup_strv_ char **lines = NULL, **patterns = NULL;
        r = strv_split(text, "\r\n", &lines);
        if (r < 0)
                return r;
        STRV_FOREACH(l, lines) {
                for (size_t n = strlen(*l); n > 0 && strchr(" \t", (*l)[n - 1]); n--)
                        (*l)[n - 1] = '\0';
                if (!**l || **l == '#' || streq(*l, "/"))
                        continue;
                if (**l == '!')
                        r = strv_appendf(warnings,
                                         ".slugignore: '%s' is ignored: patterns cannot be negated", *l);
                else
                        r = strv_append(&patterns, *l);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(patterns);
        return 0;
}

static bool match_any(char **patterns, const char *path, bool is_directory)
{
        STRV_FOREACH(p, patterns)
                if (slugignore_match(*p, path, is_directory))
                        return true;
        return false;
}

int slugignore_apply(const char *root, uint64_t *ret_removed, char ***warnings, Error *e)
{
        _cleanup_strv_ char **patterns = NULL;
        *ret_removed = 0;
        int r = read_patterns(root, &patterns, warnings, e);
        if (r < 0 || !patterns)
                return r;

        char *roots[] = {(char *) root, NULL};
        _cleanup_(fts_closep) FTS *f = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
        if (!f)
                return -errno;
        for (FTSENT *at; (at = fts_read(f));) {
                if (at->fts_level == 0 || at->fts_info == FTS_DP)
                        continue;
                const char *path = at->fts_path + strlen(root) + 1;
                bool is_directory = at->fts_info == FTS_D;
                if (!match_any(patterns, path, is_directory))
                        continue;
                fts_set(f, at, FTS_SKIP);
                r = tree_remove(at->fts_path);
                if (r < 0)
                        return error_set(e, r, "removing '%s', which .slugignore names: %s", path,
                                         strerror(-r));
                (*ret_removed)++;
        }
        return 0;
}
