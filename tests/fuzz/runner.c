/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Feeds a fuzz target each file of its corpus, so that what a fuzzer once found stays found in every build,
 * with or without libFuzzer. Arguments are directories and files. Each input gets an allocation of exactly
 * its size, which makes a read past its end visible to the sanitizer.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "basic/cleanup.h"
#include "basic/file.h"

#define INPUT_MAX (16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
        _cleanup_free_ char *text = NULL;
        size_t size;
        int r = file_read(path, INPUT_MAX, &text, &size);
        if (r < 0) {
                fprintf(stderr, "%s cannot be read: %s\n", path, strerror(-r));
                return r;
        }

        _cleanup_free_ uint8_t *data = malloc(size);
        if (!data && size > 0)
                return -ENOMEM;
        if (size > 0)
                memcpy(data, text, size);
        /* A crash says nothing of the input by itself. */
        printf("%s\n", path);
        fflush(stdout);
        LLVMFuzzerTestOneInput(data, size);
        return 0;
}

static int run_directory(const char *path)
{
        struct dirent **list = NULL;
        int n = scandir(path, &list, NULL, alphasort), failed = 0;
        if (n < 0) {
                fprintf(stderr, "%s cannot be read: %s (a fuzz target needs a corpus)\n", path,
                        strerror(errno));
                return -1;
        }
        for (int i = 0; i < n; i++) {
                _cleanup_free_ char *file = NULL;
                if (list[i]->d_name[0] != '.' &&
                    (asprintf(&file, "%s/%s", path, list[i]->d_name) < 0 || run_file(file) < 0))
                        failed = -1;
                free(list[i]);
        }
        free(list);
        return failed;
}

int main(int argc, char **argv)
{
        static const uint8_t nothing[1];
        int failed = 0;

        LLVMFuzzerTestOneInput(nothing, 0);
        for (int i = 1; i < argc; i++) {
                struct stat st;
                int r = stat(argv[i], &st) >= 0 && !S_ISDIR(st.st_mode) ? run_file(argv[i])
                                                                        : run_directory(argv[i]);
                if (r < 0)
                        failed = 1;
        }
        return failed;
}
