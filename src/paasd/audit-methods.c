/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The audit on the bus: a list, which is read a slice at a time between other work; a stream from the
 * journal; and the comparison with the remote. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "engine/audit/ledger.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"
#include "render/auditunits.h"

#define REQUESTS_MAX 16
#define SLICE 100 /* commits: about a millisecond */

typedef struct AuditRequest {
        Manager *manager;
        struct AuditRequest *next;
        sd_bus_message *message;
        Ledger *ledger;
        sd_event_source *source;
} AuditRequest;

typedef struct AuditOptions {
        const char *app, *actor, *action;
        bool refused, follow, json;
        uint64_t since, number;
        const AppState *state; /* of `app`; NULL: the whole host */
} AuditOptions;

static AuditRequest *request_free(AuditRequest *q)
{
        if (!q)
                return NULL;
        sd_event_source_disable_unref(q->source);
        sd_bus_message_unref(q->message);
        ledger_free(q->ledger);
        free(q);
        return NULL;
}

void audit_requests_free(Manager *m)
{
        while (m->audits) {
                AuditRequest *q = m->audits;
                m->audits = q->next;
                request_free(q);
        }
}

static void request_remove(AuditRequest *q)
{
        for (AuditRequest **p = &q->manager->audits; *p; p = &(*p)->next)
                if (*p == q) {
                        *p = q->next;
                        break;
                }
        request_free(q);
}

static int check_word(const char *s, const char *what, sd_bus_error *e)
{
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
        if (!s || (*s && *s != '-' && !s[strspn(s, allowed)]))
                return 0;
        return sd_bus_error_setf(e, BUS_ERROR_INVALID_ARGUMENT, "\"%s\" is not the name of %s.", s, what);
}

/* An application's audit is for who sees it, that of the host for its admins. */
static int read_options(sd_bus_message *message, Manager *m, AuditOptions *o, sd_bus_error *e)
{
        Caller caller;
        const DictField fields[] = {
                {"app", DICT_STRING, &o->app},       {"actor", DICT_STRING, &o->actor},
                {"action", DICT_STRING, &o->action}, {"refused", DICT_BOOL, &o->refused},
                {"since", DICT_U64, &o->since},      {"number", DICT_U64, &o->number},
                {"follow", DICT_BOOL, &o->follow},   {"json", DICT_BOOL, &o->json},
        };
        int r = dict_read(message, fields, ELEMENTSOF(fields), e);
        if (r < 0)
                return r;
        o->state = o->app ? catalog_find_app(&m->engine->catalog, o->app) : NULL;
        if (o->app && !o->state)
                return sd_bus_error_setf(e, BUS_ERROR_NO_SUCH_APP,
                                         "There is no application \"%s\". `paas apps` lists what there is.",
                                         o->app);
        r = caller_may(m, message, o->state ? ACTION_AUDIT : ACTION_AUDIT_HOST, o->state, &caller, e);
        if (r >= 0)
                r = check_word(o->actor, "a user", e);
        return r < 0 ? r : check_word(o->action, "an action", e);
}

static int append_entry(sd_bus_message *reply, const LedgerEntry *x)
{
        char id[64] = "";
        if (x->operation > 0 && x->app && strlen(x->app) < 40)
                snprintf(id, sizeof(id), "%s/%llu", x->app, (unsigned long long) x->operation);
        const char *const texts[][2] = {
                {"actor", x->actor}, {"from", x->from},     {"action", x->action},
                {"what", x->what},   {"result", x->result}, {"reason", x->reason},
                {"app", x->app},     {"object", x->object}, {"request", x->request},
                {"undo", x->undo},   {"commit", x->commit}, {"operation", id[0] ? id : NULL},
        };
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_u64(reply, "time", x->time);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(texts); i++)
                r = dict_string(reply, texts[i][0], texts[i][1]);
        if (r >= 0 && x->release > 0)
                r = dict_u64(reply, "release", x->release);
        if (r >= 0 && x->count > 1)
                r = dict_u64(reply, "count", x->count);
        return r < 0 ? r : dict_close(reply);
}

static int reply_list(const AuditRequest *q)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = reply_list_begin(q->message, &reply);
        for (size_t i = 0; r >= 0 && i < q->ledger->n_entries; i++)
                r = append_entry(reply, &q->ledger->entries[i]);
        return reply_list_send(reply, r);
}

static int on_slice(sd_event_source *source, void *userdata)
{
        AuditRequest *q = userdata;
        int r = ledger_step(q->ledger, SLICE);
        if (r == 0)
                return 0;
        if (r > 0)
                r = reply_list(q);
        if (r < 0)
                (void) sd_bus_reply_method_errnof(q->message, r, "The audit cannot be read: %s",
                                                  strerror(-r));
        request_remove(q);
        return 0;
}

int method_audit(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        AuditOptions o = {.number = 100};
        unsigned n = 0;
        int r = read_options(message, m, &o, e);
        if (r < 0)
                return r;
        for (AuditRequest *q = m->audits; q; q = q->next)
                n++;
        if (n >= REQUESTS_MAX)
                return sd_bus_error_set(e, BUS_ERROR_BUSY,
                                        "The audit is being read by many at once: try again in a moment.");
        const LedgerQuery query = {
                .app = o.state ? o.state->app.name : NULL,
                .actor = o.actor,
                .action = o.action,
                .refused = o.refused,
                .since = o.since,
                .max = o.number == 0 ? LEDGER_MAX : o.number,
        };
        AuditRequest *q = calloc(1, sizeof(AuditRequest));
        if (!q)
                return -ENOMEM;
        q->manager = m;
        q->message = sd_bus_message_ref(message);
        r = ledger_new(m->engine, &query, &q->ledger);
        if (r >= 0)
                r = sd_event_add_defer(m->event, &q->source, on_slice, q);
        /* Behind everything that somebody waits for. */
        if (r >= 0)
                r = sd_event_source_set_priority(q->source, SD_EVENT_PRIORITY_IDLE);
        if (r >= 0)
                r = sd_event_source_set_enabled(q->source, SD_EVENT_ON);
        if (r < 0) {
                request_free(q);
                return r;
        }
        q->next = m->audits;
        m->audits = q;
        return 1;
}

static int stream_arguments(const AuditOptions *o, char ***ret)
{
        _cleanup_strv_ char **a = NULL;
        int r = strv_append(&a, "--audit");
        if (r >= 0)
                r = strv_appendf(&a, "--lines=%llu", (unsigned long long) o->number);
        if (r >= 0 && o->state)
                r = strv_appendf(&a, "--app=%s", o->state->app.name);
        if (r >= 0 && o->state)
                r = strv_appendf(&a, "--app-id=%s", o->state->app.id);
        if (r >= 0 && o->actor)
                r = strv_appendf(&a, "--actor=%s", o->actor);
        if (r >= 0 && o->action)
                r = strv_appendf(&a, "--action=%s", o->action);
        if (r >= 0 && o->since > 0)
                r = strv_appendf(&a, "--since=%llu", (unsigned long long) o->since);
        if (r >= 0 && o->refused)
                r = strv_append(&a, "--refused");
        if (r >= 0 && o->follow)
                r = strv_append(&a, "--follow");
        if (r >= 0 && o->json)
                r = strv_append(&a, "--json");
        if (r < 0)
                return r;
        *ret = TAKE_PTR(a);
        return 0;
}

int method_open_audit(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        AuditOptions o = {.number = 10};
        _cleanup_strv_ char **arguments = NULL;
        _cleanup_close_ int fd = -1;
        int r = read_options(message, m, &o, e);
        if (r >= 0)
                r = stream_arguments(&o, &arguments);
        if (r >= 0)
                r = logstream_open(m, arguments, &fd);
        return r < 0 ? r : sd_bus_reply_method_return(message, "h", fd);
}

int method_verify_audit(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        char name[64];
        int fds[2];
        int r = caller_may(m, message, ACTION_AUDIT_VERIFY, NULL, &caller, e);
        if (r < 0)
                return r;
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        _cleanup_close_ int read_end = fds[0], write_end = fds[1];
        const char *remote = m->engine->settings.audit_remote;
        snprintf(name, sizeof(name), "paas-audit-verify-%llu-%u", (unsigned long long) clock_monotonic(),
                 ++m->logs);
        _cleanup_unit_spec_ UnitSpec *s =
                render_audit_verify(name, remote && remote[0] ? remote : NULL, write_end);
        r = unit_spec_check(s);
        if (r >= 0)
                r = units_start(m->engine->units, s, NULL, 0, NULL, NULL, NULL);
        return r < 0 ? r : sd_bus_reply_method_return(message, "h", read_end);
}
