/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/audit/ledger.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "engine/audit/ledger-undo.h"

#define APP_FILE_MAX 65536

/* The commits of one ref, of which the newest that was not taken yet is in `entry`. */
typedef struct LedgerChain {
        char *ref; /* to be resolved; NULL: it was */
        char *app, *object;
        bool gone;     /* of a destroyed application: its name is in its tree */
        bool releases; /* outcomes are on the application's own ref: only what says how it ended */
        char next[STORE_ID_SIZE]; /* to be read; "" at the end */
        char parent[STORE_ID_SIZE];
        bool has_entry;
        LedgerEntry entry;
} LedgerChain;

static void entry_clear(LedgerEntry *e)
{
        free(e->actor);
        free(e->from);
        free(e->action);
        free(e->what);
        free(e->result);
        free(e->reason);
        free(e->app);
        free(e->object);
        free(e->request);
        free(e->undo);
        *e = (LedgerEntry){0};
}

Ledger *ledger_free(Ledger *l)
{
        if (!l)
                return NULL;
        for (size_t i = 0; i < l->n_chains; i++) {
                entry_clear(&l->chains[i].entry);
                free(l->chains[i].ref);
                free(l->chains[i].app);
                free(l->chains[i].object);
        }
        for (size_t i = 0; i < l->n_entries; i++)
                entry_clear(&l->entries[i]);
        free(l->chains);
        free(l->entries);
        free(l->app);
        free(l->actor);
        free(l->action);
        free(l);
        return NULL;
}

/* "refs/paas/app/blog" is an application's, "refs/paas/user/ana" an object's, "refs/paas/host" the host's.
 */
static int describe_chain(LedgerChain *c, const char *ref)
{
        const char *app = text_after(ref, "refs/paas/app/");
        if (!app)
                app = text_after(ref, "refs/paas/release/");
        c->releases = text_after(ref, "refs/paas/release/");
        c->gone = text_after(ref, "refs/paas/gone/");
        if (app)
                return text_replace(&c->app, app);
        if (text_after(ref, "refs/paas/gone") || streq(ref, "refs/paas/host") ||
            streq(ref, "refs/paas/audit"))
                return 0;
        return text_replace(&c->object, strrchr(ref, '/') + 1);
}

static int add_chain(Ledger *l, const char *ref)
{
        LedgerChain *longer = reallocarray(l->chains, l->n_chains + 1, sizeof(LedgerChain));
        if (!longer)
                return -ENOMEM;
        l->chains = longer;
        LedgerChain *c = &l->chains[l->n_chains++];
        *c = (LedgerChain){0};
        int r = text_replace(&c->ref, ref);
        return r < 0 ? r : describe_chain(c, ref);
}

/* Not what is no record: values of a change that is under way, releases of who is gone. */
static bool is_recorded(const char *ref)
{
        return !text_after(ref, "refs/paas/pending/") && !text_after(ref, "refs/paas/gone-release/");
}

static int add_chains(Ledger *l, const char *app)
{
        _cleanup_strv_ char **refs = NULL;
        int r = 0;
        if (app) {
                r = strv_appendf(&refs, "refs/paas/app/%s", app);
                if (r >= 0)
                        r = strv_appendf(&refs, "refs/paas/release/%s", app);
        } else
                r = store_list_refs(l->store, "refs/paas/", &refs);
        STRV_FOREACH(ref, refs)
                if (r >= 0 && is_recorded(*ref))
                        r = add_chain(l, *ref);
        return r;
}

int ledger_new(Engine *e, const LedgerQuery *q, Ledger **ret)
{
        _cleanup_(ledger_freep) Ledger *l = calloc(1, sizeof(Ledger));
        if (!l)
                return -ENOMEM;
        l->store = e->store;
        l->refused = q->refused;
        l->since = q->since;
        l->max = q->max < LEDGER_MAX ? q->max : LEDGER_MAX;
        int r = text_replace(&l->actor, q->actor);
        if (r >= 0)
                r = text_replace(&l->action, q->action);
        if (r >= 0)
                r = add_chains(l, q->app);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(l);
        return 0;
}

static bool is_wanted(const Ledger *l, const LedgerChain *c, const StoreEntry *s, const char *action,
                      const char *status)
{
        if (!action || s->time < l->since || (c->releases && !status))
                return false;
        if (l->actor && !streq(s->author, l->actor))
                return false;
        if (l->refused && !text_equal(status, "refused"))
                return false;
        const char *rest = l->action ? text_after(action, l->action) : "";
        return rest && (!*rest || *rest == ':');
}

static uint64_t trailer_number(const StoreEntry *s, const char *name, uint64_t otherwise)
{
        _cleanup_free_ char *text = store_entry_trailer(s, name);
        uint64_t n;
        return text && text_parse_uint(text[0] == 'v' ? text + 1 : text, UINT64_MAX, &n) >= 0 ? n
                                                                                              : otherwise;
}

typedef struct Reading {
        const Ledger *ledger;
        LedgerChain *chain;
} Reading;

static int fill(LedgerEntry *e, const LedgerChain *c, const StoreEntry *s)
{
        int r = text_replace(&e->actor, s->author);
        if (r >= 0)
                r = text_replace(&e->what, s->subject);
        if (r >= 0)
                r = text_replace(&e->app, c->app);
        if (r >= 0)
                r = text_replace(&e->object, c->object);
        snprintf(e->commit, sizeof(e->commit), "%s", s->id);
        e->time = s->time;
        e->from = store_entry_trailer(s, "From");
        e->reason = store_entry_trailer(s, "Reason");
        e->request = store_entry_trailer(s, "Request-Id");
        e->release = trailer_number(s, "Release", 0);
        e->operation = trailer_number(s, "Operation", 0);
        e->count = trailer_number(s, "Count", 1);
        return r;
}

static int take_commit(void *userdata, const StoreEntry *s)
{
        Reading *reading = userdata;
        LedgerChain *c = reading->chain;
        _cleanup_free_ char *action = store_entry_trailer(s, "Action"),
                            *status = store_entry_trailer(s, "Status");
        snprintf(c->parent, sizeof(c->parent), "%s", s->parent);
        /* What is older than that is not looked at; clocks jump, but not the one that people mean. */
        snprintf(c->next, sizeof(c->next), "%s", s->time < reading->ledger->since ? "" : s->parent);
        if (!is_wanted(reading->ledger, c, s, action, status))
                return 1;
        int r = fill(&c->entry, c, s);
        if (r < 0)
                return r;
        c->entry.action = TAKE_PTR(action);
        c->entry.result = status ? TAKE_PTR(status) : strdup("succeeded");
        if (!c->entry.result)
                return -ENOMEM;
        c->has_entry = true;
        return 1;
}

/* What a destroyed application was called. */
static int name_gone(Ledger *l, LedgerChain *c)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_app_ App app = APP_NULL;
        size_t n;
        c->gone = false;
        if (store_read(l->store, c->next, "app", APP_FILE_MAX, &text, &n) < 0 ||
            app_parse(text, n, &app, NULL) < 0)
                return 0;
        return text_replace(&c->app, app.name);
}

static int read_chain(Ledger *l, LedgerChain *c)
{
        Reading reading = {l, c};
        int r = 0;
        if (c->ref) {
                r = store_resolve(l->store, c->ref, c->next);
                free(c->ref);
                c->ref = NULL;
        }
        if (r < 0 || !c->next[0])
                return r == -ENOENT ? 0 : r;
        r = c->gone ? name_gone(l, c) : 0;
        if (r >= 0)
                r = store_log(l->store, c->next, take_commit, &reading);
        return r < 0 ? r : 0;
}

static int deliver(Ledger *l, LedgerChain *c)
{
        LedgerEntry *longer = reallocarray(l->entries, l->n_entries + 1, sizeof(LedgerEntry));
        if (!longer)
                return -ENOMEM;
        l->entries = longer;
        LedgerEntry *e = &l->entries[l->n_entries++];
        *e = c->entry;
        c->entry = (LedgerEntry){0};
        c->has_entry = false;
        return ledger_explain(l->store, e, c->parent);
}

int ledger_step(Ledger *l, unsigned commits)
{
        while (l->n_entries < l->max) {
                LedgerChain *newest = NULL;
                for (size_t i = 0; i < l->n_chains; i++) {
                        LedgerChain *c = &l->chains[i];
                        while (!c->has_entry && (c->ref || c->next[0])) {
                                if (commits-- == 0)
                                        return 0;
                                int r = read_chain(l, c);
                                if (r < 0)
                                        return r;
                        }
                        if (c->has_entry && (!newest || c->entry.time > newest->entry.time))
                                newest = c;
                }
                if (!newest)
                        return 1;
                int r = deliver(l, newest);
                if (r < 0)
                        return r;
        }
        return 1;
}
