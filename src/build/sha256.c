/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/sha256.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/text.h"
#include "build/command.h"

#define HEX_LENGTH 64
#define OUTPUT_MAX (1024UL * 1024 * 1024)

/* Runs a program with `input` as its standard input, until it succeeded. */
static int filter(const char *const *argv, const char *directory, const char *input, size_t length,
                  char **ret, size_t *ret_length, Error *e)
{
        _cleanup_close_ int in = command_scratch("input"), out = command_scratch("output");
        if (in < 0 || out < 0)
                return in < 0 ? in : out;
        int r = fd_write_all(in, input, length);
        if (r < 0)
                return r;
        if (lseek(in, 0, SEEK_SET) < 0)
                return -errno;

        Command c = COMMAND_NULL;
        c.argv = argv;
        c.directory = directory;
        c.stdin_fd = in;
        c.stdout_fd = out;
        int status = command_run(&c);
        if (status < 0)
                return status;
        if (status != 0) {
                _cleanup_free_ char *how = command_describe(status);
                return error_set(e, -EIO, "%s could not read the built files: %s", argv[0], how ?: "");
        }
        return command_scratch_read(out, OUTPUT_MAX, ret, ret_length);
}

void sha256_batch_add(Sha256Batch *b, const char *path)
{
        /* A name that starts with a dash is no option. */
        buffer_puts(&b->names, "./");
        buffer_append(&b->names, path, strlen(path) + 1);
}

int sha256_batch_run(Sha256Batch *b, const char *directory, Error *e)
{
        static const char *const argv[] = {"xargs", "-0", "-r", "sha256sum", "-z", "--", NULL};
        _cleanup_free_ char *names = NULL;
        size_t length;
        int r = buffer_finish(&b->names, &names, &length);
        if (r < 0 || length == 0)
                return r;
        return filter(argv, directory, names, length, &b->output, &b->length, e);
}

int sha256_batch_next(Sha256Batch *b, const char *path, char ret[SHA256_HEX_SIZE], Error *e)
{
        const char *record = b->output ? b->output + b->at : "";
        size_t n = b->output ? strnlen(record, b->length - b->at) : 0;
        if (n != HEX_LENGTH + strlen("  ./") + strlen(path) ||
            strspn(record, "0123456789abcdef") != HEX_LENGTH ||
            memcmp(record + HEX_LENGTH, "  ./", 4) != 0 || !streq(record + HEX_LENGTH + 4, path))
                return error_set(e, -EIO, "sha256sum did not answer for '%s' of the built tree", path);
        memcpy(ret, record, HEX_LENGTH);
        ret[HEX_LENGTH] = '\0';
        b->at += n + 1;
        return 0;
}

void sha256_batch_clear(Sha256Batch *b)
{
        buffer_clear(&b->names);
        free(b->output);
        *b = SHA256_BATCH_NULL;
}

int sha256_text(const char *text, size_t length, char ret[SHA256_HEX_SIZE], Error *e)
{
        static const char *const argv[] = {"sha256sum", NULL};
        _cleanup_free_ char *output = NULL;
        size_t n;
        int r = filter(argv, NULL, text, length, &output, &n, e);
        if (r < 0)
                return r;
        if (n < HEX_LENGTH || strspn(output, "0123456789abcdef") != HEX_LENGTH)
                return error_set(e, -EIO, "sha256sum wrote something else than a hash");
        memcpy(ret, output, HEX_LENGTH);
        ret[HEX_LENGTH] = '\0';
        return 0;
}
