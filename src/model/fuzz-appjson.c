/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fuzz.h"
#include "basic/strv.h"
#include "model/appjson.h"
#include "model/name.h"
#include "model/size.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_appjson_ AppJson a = APPJSON_NULL;
        _cleanup_strv_ char **warnings = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = appjson_parse((const char *) data, size, &a, &warnings, &e);
        fuzz_require((r < 0) == (e.message != NULL));
        fuzz_check_text(e.message);
        STRV_FOREACH(w, warnings)
                fuzz_check_text(*w);
        if (r < 0)
                return 0;

        fuzz_require(strlen(a.text) == size && memcmp(a.text, data, size) == 0);
        fuzz_require(a.formation.n_entries <= PROCFILE_MAX_PROCESSES);
        for (size_t i = 0; i < a.formation.n_entries; i++) {
                const FormationEntry *entry = &a.formation.entries[i];
                fuzz_require(process_type_check(entry->type, NULL) >= 0);
                fuzz_require(entry->quantity <= FORMATION_MAX_QUANTITY && size_find(entry->size));
                fuzz_require(i == 0 || strcmp(a.formation.entries[i - 1].type, entry->type) < 0);
        }
        return 0;
}
