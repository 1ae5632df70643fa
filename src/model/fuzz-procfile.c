/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fuzz.h"
#include "model/procfile.h"

static void check_round_trip(const Procfile *p)
{
        _cleanup_procfile_ Procfile again = PROCFILE_NULL;
        _cleanup_free_ char *text = NULL;
        _cleanup_strv_ char **warnings = NULL;

        fuzz_require(p->n_processes > 0 && p->n_processes <= PROCFILE_MAX_PROCESSES);
        fuzz_require(procfile_format(p, &text) >= 0);
        /* The canonical text may be longer than the original: there it had no blank behind the colon. */
        if (strlen(text) > PROCFILE_MAX_BYTES)
                return;
        fuzz_require(procfile_parse(text, strlen(text), "Procfile", &again, &warnings, NULL) >= 0);
        fuzz_require(again.n_processes == p->n_processes);
        for (size_t i = 0; i < p->n_processes; i++) {
                fuzz_require(streq(again.processes[i].type, p->processes[i].type));
                fuzz_require(streq(again.processes[i].command, p->processes[i].command));
        }
        STRV_FOREACH(w, warnings)
                fuzz_require(strstr(*w, "the # and what follows"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_procfile_ Procfile p = PROCFILE_NULL;
        _cleanup_strv_ char **warnings = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = procfile_parse((const char *) data, size, "Procfile", &p, &warnings, &e);
        fuzz_require((r < 0) == (e.message != NULL));
        fuzz_check_text(e.message);
        STRV_FOREACH(w, warnings)
                fuzz_check_text(*w);
        if (r >= 0)
                check_round_trip(&p);
        return 0;
}
