/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of the store share: each test begins with a repository of its own, in a directory of /tmp.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/file.h"
#include "store/store.h"

#define REF "refs/paas/app/blog"

static char directory[] = "/tmp/test-store.XXXXXX";

static inline int make_directory(void **state)
{
        return mkdtemp(directory) ? chdir(directory) : -1;
}

static inline int remove_directory(void **state)
{
        return tree_remove(directory);
}

/* Each test begins with a repository of its own. */
static inline int open_store(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Store *s = NULL;
        if (tree_remove("state.git") < 0)
                return -1;
        int r = store_open("state.git", &s, &e);
        if (r < 0)
                print_error("%s\n", error_text(&e, r));
        *state = s;
        return r;
}

static inline int close_store(void **state)
{
        store_free(*state);
        return 0;
}

static inline StoreFile file(const char *path, const char *text)
{
        return (StoreFile){.path = path, .data = text, .length = text ? strlen(text) : 0};
}

static inline StoreChange change(const char *expected, const StoreFile *files, size_t n_files)
{
        return (StoreChange){
                .ref = REF,
                .expected = expected,
                .files = files,
                .n_files = n_files,
                .author = "Ada Lovelace",
                .email = "ada@example.com",
                .subject = "Deploy 5f1c2d3",
        };
}

static inline void commit(Store *s, const StoreChange *c, char ret_id[STORE_ID_SIZE])
{
        _cleanup_error_ Error e = ERROR_NULL;
        int r = store_commit(s, c, ret_id, &e);
        if (r < 0)
                fail_msg("%s", error_text(&e, r));
}
