/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fuzz.h"
#include "model/usage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_usage_ Usage u = USAGE_NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = usage_parse((const char *) data, size, &u, &e);
        fuzz_require((r < 0) == (e.message != NULL));
        fuzz_check_text(e.message);
        if (r < 0)
                return 0;
        for (size_t i = 0; i < u.n_entries; i++) {
                const UsageEntry *entry = &u.entries[i];
                fuzz_require(entry->owner && *entry->owner && !strchr(entry->owner, '/'));
                fuzz_require((entry->name != NULL) == (usage_depth(entry->kind) == 2));
                fuzz_require(!entry->name || (*entry->name && !strchr(entry->name, '/')));
                fuzz_require(usage_sum(&u, entry->kind, entry->owner, entry->name) >= entry->bytes ||
                             u.n_entries > 1);
        }
        return 0;
}
