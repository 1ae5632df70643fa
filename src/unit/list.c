/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every unit that matches, each with its properties. The requests are sent ahead of the answers, but only so
 * many: a bus daemon refuses more than 128 answers due to one connection.
 */

#include "unit/unit-internal.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"

#define LIST_AHEAD 32

void list_entries_clear(UnitCall *c)
{
        for (size_t i = 0; i < c->n_entries; i++) {
                sd_bus_slot_unref(c->entries[i].slot);
                unit_status_clear(&c->entries[i].status);
                free(c->entries[i].path);
        }
        free(c->entries);
        c->entries = NULL;
        c->n_entries = c->next_entry = c->n_answered = 0;
}

/* All answers are here. Units that have vanished meanwhile, and names that others only refer to, are left
 * out. */
static void list_finish(UnitCall *c)
{
        _cleanup_free_ UnitStatus *list = calloc(c->n_entries ? c->n_entries : 1, sizeof(UnitStatus));
        if (!list) {
                call_broken(c, -ENOMEM);
                return;
        }
        size_t n = 0;
        for (size_t i = 0; i < c->n_entries; i++)
                if (c->entries[i].status.loaded) {
                        list[n++] = c->entries[i].status;
                        c->entries[i].status = (UnitStatus){0};
                }
        call_finish_list(c, 0, list, n);
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
                list_entries_clear(c);
                call_failed(c, e);
                return 0;
        }
        int r = 0;
        if (!e) {
                Inspection i = {0};
                r = properties_read(m, &i);
                if (r >= 0) {
                        entry->status = i.status;
                        i.status = (UnitStatus){0};
                        inspection_clear(&i);
                }
        }
        c->n_answered++;
        if (r >= 0)
                r = list_ask_ahead(c);
        if (r < 0)
                call_broken(c, r);
        else if (c->n_answered == c->n_entries)
                list_finish(c);
        return 0;
}

static int list_ask_ahead(UnitCall *c)
{
        while (c->next_entry < c->n_entries && c->next_entry - c->n_answered < LIST_AHEAD) {
                ListEntry *entry = c->entries + c->next_entry;
                int r = sd_bus_call_method_async(c->units->bus, &entry->slot, SYSTEMD_NAME, entry->path,
                                                 "org.freedesktop.DBus.Properties", "GetAll", on_entry,
                                                 entry, "s", "");
                if (r < 0)
                        return r;
                c->next_entry++;
        }
        return 0;
}

static int list_add(UnitCall *c, const char *path)
{
        ListEntry *all = realloc(c->entries, (c->n_entries + 1) * sizeof(ListEntry));
        if (!all)
                return -ENOMEM;
        c->entries = all;
        c->entries[c->n_entries] = (ListEntry){.call = c, .path = strdup(path)};
        if (!c->entries[c->n_entries].path)
                return -ENOMEM;
        c->n_entries++;
        return 0;
}

static int on_list(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitCall *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        const char *path;

        if (e) {
                call_failed(c, e);
                return 0;
        }
        c->slot = sd_bus_slot_unref(c->slot);

        int r = sd_bus_message_enter_container(m, 'a', "(ssssssouso)");
        while (r >= 0) {
                r = sd_bus_message_read(m, "(ssssssouso)", NULL, NULL, NULL, NULL, NULL, NULL, &path, NULL,
                                        NULL, NULL);
                if (r <= 0)
                        break;
                r = list_add(c, path);
        }
        if (r >= 0)
                r = list_ask_ahead(c);
        if (r < 0)
                call_broken(c, r);
        else if (c->n_entries == 0)
                list_finish(c);
        return 0;
}

int list_begin(UnitCall *c)
{
        __attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL;

        list_entries_clear(c);
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

int units_list(Units *u, char *const *patterns, UnitListDone done, void *userdata, UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, CALL_LIST, NULL, userdata, &c);
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
