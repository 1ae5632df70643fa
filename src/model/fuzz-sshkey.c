/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdio.h>

#include "basic/fuzz.h"
#include "model/user.h"

static void check_round_trip(const SshKey *k, const void *raw, size_t n_raw)
{
        _cleanup_free_ char *line = NULL;
        _cleanup_free_ void *raw_again = NULL;
        SshKey again = {0};
        size_t n_again;

        /* What authorized_keys gets. */
        fuzz_require(asprintf(&line, "%s %s %s", k->type, k->blob, k->comment) > 0);
        fuzz_require(!strpbrk(line, "\n\r"));
        fuzz_require(ssh_key_parse(line, &again, &raw_again, &n_again, NULL) >= 0);
        fuzz_require(streq(again.type, k->type) && streq(again.blob, k->blob) &&
                     streq(again.comment, k->comment));
        fuzz_require(n_again == n_raw && memcmp(raw_again, raw, n_raw) == 0);
        ssh_key_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *line = fuzz_string(data, size);
        _cleanup_free_ void *raw = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        SshKey k = {0};
        size_t n;

        int r = ssh_key_parse(line, &k, &raw, &n, &e);
        fuzz_require((r < 0) == (e.message != NULL));
        fuzz_check_text(e.message);
        if (r >= 0)
                check_round_trip(&k, raw, n);
        ssh_key_clear(&k);
        return 0;
}
