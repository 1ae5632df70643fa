/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Every unit that matches, each with its properties: what ListUnitsByPatterns tells, and then one question
 * for each property that counts. That is many messages, but GetAll makes systemd 257 read and write out some
 * three hundred properties of each unit and takes four times as long. The questions are sent ahead of the
 * answers, and not at all where the caller knows them.
 */

#include "unit/unit.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "unit/call.h"

#define SERVICE "org.freedesktop.systemd1.Service"

typedef struct Question {
        const char *interface, *property;
} Question;

/* LoadState is the last: a unit that had gone before one of the questions is "not-found" by then. (So is one
 * that runs and has lost its file, but that one was so in the list already.) */
static const Question questions[] = {
        {SERVICE, "Result"},         {SERVICE, "ExecMainCode"},
        {SERVICE, "ExecMainStatus"}, {SERVICE, "NRestarts"},
        {SERVICE, "MainPID"},        {SERVICE, "ExecMainStartTimestamp"},
        {SERVICE, "Environment"},    {SYSTEMD_UNIT, "ActiveEnterTimestamp"},
        {SYSTEMD_UNIT, "LoadState"},
};

typedef struct ListEntry {
        char *path; /* object path */
        bool is_service;
        bool listed_as_found;
        Inspection inspection;
} ListEntry;

/* A place for one question under way; used again for the next. */
typedef struct ListRequest {
        UnitCall *call;
        size_t entry, question;
        sd_bus_slot *slot; /* NULL: free */
} ListRequest;

struct ListState {
        ListEntry *entries;
        size_t n_entries;
        size_t next_entry, next_question; /* to be asked next */
        size_t n_due;
        ListRequest requests[LIST_AHEAD];
};

static void list_drop(UnitCall *c)
{
        ListState *l = TAKE_PTR(c->list);
        if (!l)
                return;
        for (size_t i = 0; i < LIST_AHEAD; i++)
                sd_bus_slot_unref(l->requests[i].slot);
        for (size_t i = 0; i < l->n_entries; i++) {
                inspection_clear(&l->entries[i].inspection);
                free(l->entries[i].path);
        }
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
        for (size_t i = 0; i < l->n_entries; i++) {
                Inspection *inspection = &l->entries[i].inspection;
                inspection_conclude(inspection);
                if (!inspection->status.loaded || (l->entries[i].listed_as_found && inspection->not_found))
                        continue;
                list[n++] = inspection->status;
                inspection->status = (UnitStatus){0};
        }
        list_finish(c, 0, list, n);
        for (size_t i = 0; i < n; i++)
                unit_status_clear(list + i);
}

static int list_go_on(UnitCall *c);

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        ListRequest *request = userdata;
        UnitCall *c = request->call;
        ListState *l = c->list;
        Inspection *inspection = &l->entries[request->entry].inspection;
        const char *property = questions[request->question].property;
        const sd_bus_error *e = sd_bus_message_get_error(m);

        request->slot = sd_bus_slot_unref(request->slot);
        l->n_due--;
        if (e && systemd_went_away(c->units, e)) {
                list_drop(c);
                call_failed(c, e);
                return 0;
        }
        int r = 0;
        if (!e)
                r = property_read(m, property, inspection);
        else if (streq(property, "LoadState"))
                inspection->not_found = true;
        if (r >= 0)
                r = list_go_on(c);
        call_check(c, r);
        return 0;
}

/* The next question that makes sense: what is no service has none of a service's properties. */
static bool list_next(ListState *l)
{
        for (; l->next_entry < l->n_entries; l->next_entry++, l->next_question = 0)
                for (; l->next_question < ELEMENTSOF(questions); l->next_question++)
                        if (!l->entries[l->next_entry].inspection.status.known &&
                            (l->entries[l->next_entry].is_service ||
                             !streq(questions[l->next_question].interface, SERVICE)))
                                return true;
        return false;
}

/* Sends what may be sent; when there is nothing left to ask or to wait for, the list is complete, and `c`
 * may be gone. */
static int list_go_on(UnitCall *c)
{
        ListState *l = c->list;
        for (size_t i = 0; i < LIST_AHEAD && list_next(l); i++) {
                ListRequest *request = l->requests + i;
                const Question *q = questions + l->next_question;
                if (request->slot)
                        continue;
                *request = (ListRequest){.call = c, .entry = l->next_entry, .question = l->next_question++};
                int r = sd_bus_call_method_async(c->units->bus, &request->slot, SYSTEMD_NAME,
                                                 l->entries[request->entry].path,
                                                 "org.freedesktop.DBus.Properties", "Get", on_answer,
                                                 request, "ss", q->interface, q->property);
                if (r < 0)
                        return r;
                l->n_due++;
        }
        if (l->n_due == 0)
                list_complete(c);
        return 0;
}

static int list_add(UnitCall *c, const char *name, const char *description, const char *load,
                    const char *active, const char *sub, const char *path, const char *job_type)
{
        ListState *l = c->list;
        ListEntry *all = realloc(l->entries, (l->n_entries + 1) * sizeof(ListEntry));
        if (!all)
                return -ENOMEM;
        l->entries = all;

        ListEntry *entry = all + l->n_entries++;
        *entry = (ListEntry){.path = strdup(path), .is_service = text_ends_with(name, ".service")};
        if (!entry->path)
                return -ENOMEM;
        UnitStatus *s = &entry->inspection.status;
        int r = unit_status_init(s, name);
        if (r < 0)
                return r;
        s->state = unit_state_from_string(active);
        entry->inspection.not_found = streq(load, "not-found");
        entry->listed_as_found = !entry->inspection.not_found;
        s->starting = streq(job_type, "start") || streq(job_type, "restart");
        s->known = c->known && entry->listed_as_found && c->known(c->userdata, name, s->state, sub);
        r = text_replace(&s->description, description);
        return r < 0 ? r : text_replace(&s->sub_state, sub);
}

static int list_read(UnitCall *c, sd_bus_message *m)
{
        const char *name, *description, *load, *active, *sub, *path, *job_type;
        c->list = calloc(1, sizeof(ListState));
        if (!c->list)
                return -ENOMEM;

        int r = sd_bus_message_enter_container(m, 'a', "(ssssssouso)");
        while (r >= 0) {
                r = sd_bus_message_read(m, "(ssssssouso)", &name, &description, &load, &active, &sub, NULL,
                                        &path, NULL, &job_type, NULL);
                if (r <= 0)
                        break;
                r = list_add(c, name, description, load, active, sub, path, job_type);
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
                r = list_go_on(c);
        call_check(c, r);
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
        .one_at_once = true,
};

int units_list(Units *u, char *const *patterns, UnitKnown known, UnitListDone done, void *userdata,
               UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, &list_type, NULL, userdata, &c);
        if (r < 0)
                return r;
        c->list_done = done;
        c->known = known;
        STRV_FOREACH(p, (char **) patterns)
                if (r >= 0)
                        r = strv_append(&c->patterns, *p);
        if (r < 0) {
                unit_call_free(c);
                return r;
        }
        return call_launch(c, ret);
}
