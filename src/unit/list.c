/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every unit that matches, each with its properties. The requests are sent ahead of the answers, but only so
 * many: a bus daemon refuses more than 128 answers due to one connection. One GetAll brings a unit as it is
 * at one moment, and costs no more than asking for the few properties that count one by one.
 */

#include "unit/unit.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "unit/call.h"

#define LIST_AHEAD 32

typedef struct ListEntry {
        UnitCall *call;    /* the call that this is part of */
        char *path;        /* object path */
        sd_bus_slot *slot; /* of GetAll, while it is under way */
        UnitStatus status;
} ListEntry;

struct ListState {
        ListEntry *entries;
        size_t n_entries;
        size_t next; /* the first that was not asked for yet */
        size_t n_answered;
};

static void list_drop(UnitCall *c)
{
        ListState *l = TAKE_PTR(c->list);
        for (size_t i = 0; l && i < l->n_entries; i++) {
                sd_bus_slot_unref(l->entries[i].slot);
                unit_status_clear(&l->entries[i].status);
                free(l->entries[i].path);
        }
        if (l)
                free(l->entries);
        free(l);
}

static void list_finish(UnitCall *c, int r, const UnitStatus *list, size_t n)
{
        bool floating = c->floating;
        call_drop(c);
        c->list_done(c->userdata, r, list, n);
        if (floating)
                unit_call_free(c);
}

static void list_end(UnitCall *c, int r, const char *text)
{
        list_finish(c, r, NULL, 0);
}

/* All answers are here. Units that have vanished meanwhile, and names that others only refer to, are left
 * out. */
static void list_complete(UnitCall *c)
{
        ListState *l = c->list;
        size_t n = 0;
        _cleanup_free_ UnitStatus *list = calloc(l->n_entries ? l->n_entries : 1, sizeof(UnitStatus));
        if (!list) {
                list_end(c, -ENOMEM, NULL);
                return;
        }
        for (size_t i = 0; i < l->n_entries; i++)
                if (l->entries[i].status.loaded) {
                        list[n++] = l->entries[i].status;
                        l->entries[i].status = (UnitStatus){0};
                }
        list_finish(c, 0, list, n);
        for (size_t i = 0; i < n; i++)
                unit_status_clear(list + i);
}

static int list_ask_ahead(UnitCall *c);

static int on_entry(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        ListEntry *entry = userdata;
        UnitCall *c = entry->call;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        entry->slot = sd_bus_slot_unref(entry->slot);
        if (e && systemd_errno(e) != -ENOENT) {
                list_drop(c);
                call_failed(c, e);
                return 0;
        }
        int r = 0;
        if (!e) {
                _cleanup_(inspection_clear) Inspection i = {0};
                r = properties_read(m, &i);
                entry->status = i.status;
                i.status = (UnitStatus){0};
        }
        c->list->n_answered++;
        if (r >= 0)
                r = list_ask_ahead(c);
        if (r < 0)
                call_check(c, r);
        else if (c->list->n_answered == c->list->n_entries)
                list_complete(c);
        return 0;
}

static int list_ask_ahead(UnitCall *c)
{
        ListState *l = c->list;
        while (l->next < l->n_entries && l->next - l->n_answered < LIST_AHEAD) {
                ListEntry *entry = l->entries + l->next;
                int r = sd_bus_call_method_async(c->units->bus, &entry->slot, SYSTEMD_NAME, entry->path,
                                                 "org.freedesktop.DBus.Properties", "GetAll", on_entry,
                                                 entry, "s", "");
                if (r < 0)
                        return r;
                l->next++;
        }
        return 0;
}

static int list_add(UnitCall *c, const char *path)
{
        ListState *l = c->list;
        ListEntry *all = realloc(l->entries, (l->n_entries + 1) * sizeof(ListEntry));
        if (!all)
                return -ENOMEM;
        l->entries = all;
        all[l->n_entries] = (ListEntry){.call = c, .path = strdup(path)};
        if (!all[l->n_entries].path)
                return -ENOMEM;
        l->n_entries++;
        return 0;
}

static int list_read(UnitCall *c, sd_bus_message *m)
{
        const char *path;
        c->list = calloc(1, sizeof(ListState));
        if (!c->list)
                return -ENOMEM;

        int r = sd_bus_message_enter_container(m, 'a', "(ssssssouso)");
        while (r >= 0) {
                r = sd_bus_message_read(m, "(ssssssouso)", NULL, NULL, NULL, NULL, NULL, NULL, &path, NULL,
                                        NULL, NULL);
                if (r <= 0)
                        break;
                r = list_add(c, path);
        }
        return r;
}

static int on_list(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitCall *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        if (e) {
                call_failed(c, e);
                return 0;
        }
        c->slot = sd_bus_slot_unref(c->slot);
        int r = list_read(c, m);
        if (r >= 0)
                r = list_ask_ahead(c);
        if (r < 0)
                call_check(c, r);
        else if (c->list->n_entries == 0)
                list_complete(c);
        return 0;
}

static int list_begin(UnitCall *c)
{
        __attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL;

        list_drop(c);
        int r = sd_bus_message_new_method_call(c->units->bus, &m, SYSTEMD_NAME, SYSTEMD_PATH,
                                               SYSTEMD_MANAGER, "ListUnitsByPatterns");
        if (r >= 0)
                r = sd_bus_message_append(m, "as", 0); /* whatever their state */
        if (r >= 0)
                r = sd_bus_message_append_strv(m, c->patterns);
        if (r < 0)
                return r;
        c->slot = sd_bus_slot_unref(c->slot);
        return sd_bus_call_async(c->units->bus, &c->slot, m, on_list, c, SYSTEMD_TIMEOUT_USEC);
}

static const CallType list_type = {
        .begin = list_begin,
        .end = list_end,
        .drop = list_drop,
};

int units_list(Units *u, char *const *patterns, UnitListDone done, void *userdata, UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, &list_type, NULL, userdata, &c);
        if (r < 0)
                return r;
        c->list_done = done;
        STRV_FOREACH(p, (char **) patterns)
                if (r >= 0)
                        r = strv_append(&c->patterns, *p);
        if (r < 0) {
                unit_call_free(c);
                return r;
        }
        return call_launch(c, ret);
}
