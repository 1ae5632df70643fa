/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "router/parse.h"

/* A map as HAProxy lists it is a line "0x55d0c0ffee key value" an entry; as its file, "key value". */

#define ENTRIES_MAX 262144

typedef struct Entry {
        const char *key, *value; /* into the text; not terminated */
        size_t key_length, value_length;
} Entry;

typedef struct EntryList {
        Entry *entries;
        size_t n;
} EntryList;

static void entry_list_clear(EntryList *l)
{
        free(l->entries);
}

static size_t word_length(const char *text)
{
        return strcspn(text, " \r\n");
}

/* One line; false for an empty one, -EBADMSG for one that is no entry. */
static int read_entry(const char *line, bool has_id, Entry *ret)
{
        if (*line == '\n' || *line == '\0')
                return 0;
        if (has_id) {
                size_t n = word_length(line);
                if (!text_after(line, "0x") || line[n] != ' ')
                        return -EBADMSG;
                line += n + 1;
        }
        ret->key = line;
        ret->key_length = word_length(line);
        if (ret->key_length == 0 || line[ret->key_length] != ' ')
                return -EBADMSG;
        ret->value = line + ret->key_length + 1;
        ret->value_length = word_length(ret->value);
        return ret->value_length > 0 ? 1 : -EBADMSG;
}

static int by_key(const void *a, const void *b)
{
        const Entry *x = a, *y = b;
        size_t n = x->key_length < y->key_length ? x->key_length : y->key_length;
        int r = memcmp(x->key, y->key, n);
        return r != 0 ? r : (x->key_length > y->key_length) - (x->key_length < y->key_length);
}

static int read_entries(const char *text, bool has_id, EntryList *l)
{
        size_t lines = 1;
        for (const char *p = text; *p; p++)
                lines += *p == '\n';
        if (lines > ENTRIES_MAX)
                return -EFBIG;
        l->entries = calloc(lines, sizeof(Entry));
        if (!l->entries)
                return -ENOMEM;
        for (const char *line = text; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                int r = read_entry(line, has_id, &l->entries[l->n]);
                if (r < 0)
                        return r;
                l->n += (size_t) r;
        }
        qsort(l->entries, l->n, sizeof(Entry), by_key);
        return 0;
}

static int add_change(RouterChange *c, const Entry *e, bool goes)
{
        c->key = strndup(e->key, e->key_length);
        c->value = goes ? NULL : strndup(e->value, e->value_length);
        return c->key && (goes || c->value) ? 0 : -ENOMEM;
}

static bool same_value(const Entry *a, const Entry *b)
{
        return a->value_length == b->value_length && memcmp(a->value, b->value, a->value_length) == 0;
}

void router_changes_clear(RouterChanges *c)
{
        for (size_t i = 0; i < c->n; i++) {
                free(c->changes[i].key);
                free(c->changes[i].value);
        }
        free(c->changes);
        *c = (RouterChanges){0};
}

static int compare(const EntryList *is, const EntryList *wanted, RouterChanges *ret)
{
        size_t i = 0, k = 0;
        int r = 0;
        while (r >= 0 && (i < is->n || k < wanted->n)) {
                const Entry *old = i < is->n ? &is->entries[i] : NULL,
                            *new = k < wanted->n ? &wanted->entries[k] : NULL;
                int order = !old ? 1 : !new ? -1 : by_key(old, new);
                i += order <= 0;
                k += order >= 0;
                if (order == 0 && same_value(old, new))
                        continue;
                r = add_change(&ret->changes[ret->n++], order < 0 ? old : new, order < 0);
        }
        return r;
}

int router_compare_map(const char *reply, const char *wanted, RouterChanges *ret)
{
        _cleanup_(entry_list_clear) EntryList have = {0}, want = {0};
        _cleanup_(router_changes_clear) RouterChanges changes = {0};
        int r = read_entries(reply, true, &have);
        if (r >= 0)
                r = read_entries(wanted, false, &want);
        if (r < 0)
                return r;
        changes.changes = calloc(have.n + want.n + 1, sizeof(RouterChange));
        if (!changes.changes)
                return -ENOMEM;
        r = compare(&have, &want, &changes);
        if (r < 0)
                return r;
        *ret = changes;
        changes = (RouterChanges){0};
        return 0;
}
