/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "router/parse.h"
#include "router/parsetraffic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_traffic(const char *text)
{
        RouterSessions sessions = {0};
        RouterCount *counts = NULL;
        size_t n = 0;
        if (router_parse_sessions(text, 1, &sessions) >= 0)
                for (size_t i = 0; i < sessions.n; i++)
                        if (!sessions.list[i].backend || !sessions.list[i].server ||
                            (router_parse_is_session(text, &sessions.list[i]) &&
                             !strstr(text, "\n  server=")))
                                abort();
        (void) router_parse_session_count(text);
        router_sessions_free(sessions.list, sessions.n);
        (void) router_parse_counts(text, &counts, &n, NULL);
        router_counts_free(counts, n);
}

/* The second table begins after the first empty line, as if both had been asked in one exchange. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *text = malloc(size + 1), *value = NULL;
        if (!text)
                return 0;
        if (size > 0)
                memcpy(text, data, size);
        text[size] = '\0';

        _cleanup_error_ Error e = ERROR_NULL;
        unsigned reloads, failed;
        RouterServer *list = NULL;
        size_t n = 0;
        const char *second = strstr(text, "\n\n");
        if (router_parse_servers(text, second ? second + 2 : NULL, &list, &n, &e) >= 0)
                for (size_t i = 0; i < n; i++)
                        if (!list[i].backend || !list[i].name || !list[i].address)
                                abort();
        router_servers_free(list, n);
        (void) router_parse_reply(text, &e);
        (void) router_parse_map_entry(text, &value);
        RouterChanges changes = {0};
        if (router_compare_map(text, second ? second + 2 : "", &changes) >= 0)
                for (size_t i = 0; i < changes.n; i++)
                        if (!changes.changes[i].key)
                                abort();
        router_changes_clear(&changes);
        (void) router_parse_proc(text, &reloads, &failed);
        RouterWorker *workers = NULL;
        uint64_t number;
        (void) router_parse_workers(text, &workers, &n);
        free(workers);
        (void) router_parse_info(text, "CurrConns", &number);
        (void) router_parse_reload(text, &e);
        fuzz_traffic(text);
        return 0;
}
