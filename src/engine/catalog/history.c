/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/catalog/history.h"

#include <errno.h>
#include <string.h>

#include "basic/text.h"

const char *release_status_to_string(ReleaseStatus s)
{
        static const char *const names[] = {"pending", "succeeded", "failed", "recorded"};
        return names[s];
}

/* "v12" or "7". 0 when absent or not such a number. */
static uint64_t trailer_number(const StoreEntry *entry, const char *name)
{
        _cleanup_free_ char *text = store_entry_trailer(entry, name);
        uint64_t n = 0;
        if (!text || text_parse_uint(text[0] == 'v' ? text + 1 : text, UINT64_MAX, &n) < 0)
                return 0;
        return n;
}

static int first_version(void *userdata, const StoreEntry *entry)
{
        *(uint64_t *) userdata = trailer_number(entry, "Release");
        return 1;
}

int history_last_version(Store *store, const char *release_head, uint64_t *ret)
{
        *ret = 0;
        return store_log(store, release_head, first_version, ret);
}

static int first_operation(void *userdata, const StoreEntry *entry)
{
        uint64_t *found = userdata;
        uint64_t n = trailer_number(entry, "Operation");
        if (n > *found)
                *found = n;
        return n > 0; /* it only grows: the newest commit that has one has the largest */
}

int history_last_operation(Store *store, const char *app_head, const char *release_head, uint64_t *ret)
{
        *ret = 0;
        int r = app_head[0] ? store_log(store, app_head, first_operation, ret) : 0;
        if (r >= 0 && release_head[0])
                r = store_log(store, release_head, first_operation, ret);
        return r;
}

typedef struct Tip {
        uint64_t operation, version;
} Tip;

static int read_tip(void *userdata, const StoreEntry *entry)
{
        Tip *t = userdata;
        *t = (Tip){trailer_number(entry, "Operation"), trailer_number(entry, "Release")};
        return 1;
}

int history_tip(Store *store, const char *release_head, uint64_t *ret_operation, uint64_t *ret_version)
{
        Tip t = {0};
        int r = store_log(store, release_head, read_tip, &t);
        *ret_operation = t.operation;
        *ret_version = t.version;
        return r < 0 ? r : 0;
}

typedef struct Find {
        uint64_t version;
        char commit[STORE_ID_SIZE];
} Find;

static int find_version(void *userdata, const StoreEntry *entry)
{
        Find *f = userdata;
        uint64_t version = trailer_number(entry, "Release");
        if (version == f->version)
                snprintf(f->commit, sizeof(f->commit), "%s", entry->id);
        return version <= f->version;
}

int history_find_release(Store *store, const char *release_head, uint64_t version, char ret[STORE_ID_SIZE])
{
        Find f = {.version = version};
        int r = release_head[0] && version > 0 ? store_log(store, release_head, find_version, &f) : 0;
        if (r < 0)
                return r;
        if (!f.commit[0])
                return -ENOENT;
        memcpy(ret, f.commit, STORE_ID_SIZE);
        return 0;
}

typedef struct Listing {
        Store *store;
        HistoryRelease *list;
        size_t n, max;
        size_t open; /* how many of them have no fate yet */
} Listing;

static int read_entry(Store *store, const StoreEntry *entry, HistoryRelease *ret)
{
        _cleanup_history_release_ HistoryRelease h = {
                .status = RELEASE_PENDING,
                .operation = trailer_number(entry, "Operation"),
        };
        _cleanup_free_ char *text = NULL;
        size_t length;
        snprintf(h.commit, sizeof(h.commit), "%s", entry->id);
        int r = store_read(store, entry->id, "release", 65536, &text, &length);
        if (r >= 0)
                r = release_parse(text, length, &h.release, NULL);
        if (r >= 0)
                r = text_replace(&h.email, entry->email);
        if (r < 0)
                return r;
        *ret = h;
        h = (HistoryRelease){0};
        return 0;
}

static int add_release(void *userdata, const StoreEntry *entry)
{
        Listing *l = userdata;
        if (trailer_number(entry, "Release") == 0)
                return 0;

        HistoryRelease *longer = reallocarray(l->list, l->n + 1, sizeof(HistoryRelease));
        if (!longer)
                return -ENOMEM;
        l->list = longer;
        int r = read_entry(l->store, entry, &l->list[l->n]);
        if (r < 0)
                return r;
        l->n++;
        l->open++;
        return l->max > 0 && l->n >= l->max;
}

static HistoryRelease *find_listed(Listing *l, uint64_t version)
{
        for (size_t i = 0; i < l->n; i++)
                if (l->list[i].release.version == version)
                        return &l->list[i];
        return NULL;
}

/* True when it is the last word on it. */
static bool take_fate(HistoryRelease *h, const StoreEntry *entry)
{
        _cleanup_free_ char *status =
                h->status == RELEASE_PENDING ? store_entry_trailer(entry, "Status") : NULL;
        if (!status)
                return false;
        if (streq(status, "crashed")) { /* later than its success, which is still to come */
                h->crashed = true;
                if (!h->reason)
                        h->reason = store_entry_trailer(entry, "Reason");
                return false;
        }
        h->status = streq(status, "succeeded")  ? RELEASE_SUCCEEDED
                    : streq(status, "recorded") ? RELEASE_RECORDED
                                                : RELEASE_FAILED;
        if (h->status == RELEASE_FAILED && !h->reason)
                h->reason = store_entry_trailer(entry, "Reason");
        return true;
}

static int add_fate(void *userdata, const StoreEntry *entry)
{
        Listing *l = userdata;
        uint64_t version = trailer_number(entry, "Release");
        HistoryRelease *h = version ? find_listed(l, version) : NULL;
        return h && take_fate(h, entry) && --l->open == 0;
}

int history_releases(Store *store, const char *app_head, const char *release_head, size_t max,
                     HistoryRelease **ret, size_t *ret_n, Error *e)
{
        Listing l = {.store = store, .max = max};
        int r = release_head[0] ? store_log(store, release_head, add_release, &l) : 0;
        if (r >= 0 && l.open > 0)
                r = store_log(store, app_head, add_fate, &l);
        if (r < 0) {
                history_free(l.list, l.n);
                return error_prefix(e, r, "cannot read the history");
        }
        *ret = l.list;
        *ret_n = l.n;
        return 0;
}

typedef struct Single {
        Store *store;
        uint64_t version;
        HistoryRelease found;
} Single;

static int find_single(void *userdata, const StoreEntry *entry)
{
        Single *x = userdata;
        uint64_t version = trailer_number(entry, "Release");
        if (version == 0 || version > x->version)
                return 0;
        int r = version == x->version ? read_entry(x->store, entry, &x->found) : -ENOENT;
        return r < 0 ? r : 1;
}

static int find_fate(void *userdata, const StoreEntry *entry)
{
        Single *x = userdata;
        return trailer_number(entry, "Release") == x->version && take_fate(&x->found, entry);
}

int history_read_release(Store *store, const char *app_head, const char *release_head, uint64_t version,
                         HistoryRelease *ret)
{
        Single x = {.store = store, .version = version};
        int r = release_head[0] && version > 0 ? store_log(store, release_head, find_single, &x) : 0;
        if (r >= 0 && !x.found.commit[0])
                r = -ENOENT;
        if (r >= 0)
                r = store_log(store, app_head, find_fate, &x);
        if (r < 0) {
                history_release_clear(&x.found);
                return r;
        }
        *ret = x.found;
        return 0;
}

typedef struct Walk {
        Store *store;
        HistoryEach each;
        void *userdata;
} Walk;

static int walk_on(void *userdata, const StoreEntry *entry)
{
        Walk *w = userdata;
        _cleanup_history_release_ HistoryRelease h = {0};
        if (trailer_number(entry, "Release") == 0)
                return 0;
        int r = read_entry(w->store, entry, &h);
        return r < 0 ? r : w->each(w->userdata, &h);
}

int history_walk(Store *store, const char *release_head, HistoryEach each, void *userdata)
{
        Walk w = {store, each, userdata};
        return release_head[0] ? store_log(store, release_head, walk_on, &w) : 0;
}

void history_release_clear(HistoryRelease *h)
{
        release_clear(&h->release);
        free(h->email);
        free(h->reason);
        *h = (HistoryRelease){0};
}

void history_free(HistoryRelease *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                history_release_clear(&list[i]);
        free(list);
}
