/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lists made from commits alone: releases with their fate, and the counters that go on from history. */

#include <stdbool.h>
#include <stdint.h>

#include "basic/error.h"
#include "model/release.h"
#include "store/store.h"

typedef enum ReleaseStatus {
        RELEASE_PENDING,
        RELEASE_SUCCEEDED,
        RELEASE_FAILED,
        RELEASE_RECORDED, /* not started: the next one has its values */
} ReleaseStatus;

typedef struct HistoryRelease {
        char commit[STORE_ID_SIZE]; /* of the release chain */
        Release release;
        char *email;
        ReleaseStatus status;
        char *reason;       /* of a failure, or why it did not stay up; NULL otherwise */
        uint64_t operation; /* that made it; 0: none is said */
        bool crashed;       /* it had become current, and did not stay up */
} HistoryRelease;

void history_free(HistoryRelease *list, size_t n);

/* Newest first, at most `max` (0: all). `app_head` and `release_head` may be "". */
int history_releases(Store *store, const char *app_head, const char *release_head, size_t max,
                     HistoryRelease **ret, size_t *ret_n, Error *e);

/* One of them. -ENOENT. Of the others only the commits are looked at. */
int history_read_release(Store *store, const char *app_head, const char *release_head, uint64_t version,
                         HistoryRelease *ret);
void history_release_clear(HistoryRelease *h);
#define _cleanup_history_release_ _cleanup_(history_release_clear)

/* Newest first, until `each` returns something else than 0, which is returned. Their fate is not known. */
typedef int (*HistoryEach)(void *userdata, const HistoryRelease *h);
int history_walk(Store *store, const char *release_head, HistoryEach each, void *userdata);

/* The number in the tip's trailer `Release:`. */
int history_last_version(Store *store, const char *release_head, uint64_t *ret);

/* Operation and version of the newest release. */
int history_tip(Store *store, const char *release_head, uint64_t *ret_operation, uint64_t *ret_version);

/* The largest `Operation:` of either chain, 0 when there is none. */
int history_last_operation(Store *store, const char *app_head, const char *release_head, uint64_t *ret);

/* The commit that made release `version`. -ENOENT. */
int history_find_release(Store *store, const char *release_head, uint64_t version, char ret[STORE_ID_SIZE]);

const char *release_status_to_string(ReleaseStatus s);
