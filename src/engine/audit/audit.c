/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/audit/audit.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/text.h"
#include "engine/audit/auditpush.h"
#include "engine/audit/events.h"
#include "engine/audit/journalmessage.h"

#define WINDOW_MIN (60 * USEC_PER_SEC)
#define WINDOW_MAX (3600 * USEC_PER_SEC)
#define ROWS_OF_ACTOR 16
#define ROWS_MAX 1024

/* What an actor did of one kind, from its last commit on. */
typedef struct Row {
        char *actor, *email, *from, *request;
        char *app;  /* its uuid: another may get its name. NULL: the host */
        char *text; /* of the latest one: the reason of a refusal, the names that were read */
        Action action;
        bool refused;
        bool others;      /* all that did not get a row of its own */
        uint64_t written; /* monotonic */
        uint64_t window;  /* until the next commit */
        unsigned n;       /* since then */
} Row;

struct Audit {
        Row **rows; /* owned */
        size_t n_rows;
};

static Row *row_free(Row *row)
{
        if (!row)
                return NULL;
        free(row->actor);
        free(row->email);
        free(row->from);
        free(row->request);
        free(row->app);
        free(row->text);
        free(row);
        return NULL;
}
DEFINE_CLEANUP(Row *, row_free)

Audit *audit_free(Audit *a)
{
        if (!a)
                return NULL;
        for (size_t i = 0; i < a->n_rows; i++)
                row_free(a->rows[i]);
        free(a->rows);
        free(a);
        return NULL;
}

/* Reading is told from changing by its name: "config:read". */
static char *describe_action(Action action, bool refused)
{
        char *s = NULL;
        return asprintf(&s, "%s%s", action_to_string(action), refused ? "" : ":read") < 0 ? NULL : s;
}

static char *describe(Action action, bool refused, const char *text)
{
        char *s = NULL;
        int n = refused ? asprintf(&s, "Refused to %s", action_describe(action))
                        : asprintf(&s, "Read %s", text);
        return n < 0 ? NULL : s;
}

static Record make_record(const Actor *actor, const char *action, const char *subject, bool refused,
                          const char *text)
{
        return (Record){
                .actor = actor,
                .action = action,
                .subject = subject,
                .status = refused ? "refused" : "succeeded",
                .reason = refused ? text : NULL,
        };
}

static AppState *find_app(Engine *e, const char *id)
{
        for (size_t i = 0; id && i < e->catalog.n_apps; i++)
                if (streq(e->catalog.apps[i]->app.id, id))
                        return e->catalog.apps[i];
        return NULL;
}

static int row_write(Engine *e, Row *row)
{
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_free_ char *subject = NULL, *action = describe_action(row->action, row->refused);
        if (!row->others)
                subject = describe(row->action, row->refused, row->text);
        else if (asprintf(&subject, "%u more requests of other kinds", row->n) < 0)
                subject = NULL;
        if (!subject || !action)
                return -ENOMEM;
        const Actor actor = {
                .name = row->actor, .email = row->email, .request = row->request, .from = row->from};
        Record record = make_record(&actor, action, subject, row->refused, row->text);
        record.count = row->n;
        AppState *s = find_app(e, row->app);
        const AppChange nothing = {0};
        int r = s ? catalog_change_app(&e->catalog, s, &nothing, &record, &error)
                  : catalog_note(&e->catalog, &record, &error);
        if (r < 0) {
                log_error(0, "cannot record \"%s\" of %s: %s", subject, row->actor, error_text(&error, r));
                return r;
        }
        row->n = 0;
        row->written = clock_monotonic();
        return 0;
}

/* The journal has each of them. */
static void tell(const Actor *actor, Action action, const AppState *s, bool refused, const char *text)
{
        _cleanup_free_ char *name = describe_action(action, refused),
                            *subject = describe(action, refused, text);
        if (!name || !subject)
                return;
        const Record record = make_record(actor, name, subject, refused, text);
        journalmessage_record(&record, s ? s->app.name : NULL, s ? s->app.id : NULL);
}

static Row *find_row(Audit *a, const Actor *actor, Action action, const char *app, bool refused,
                     Row **ret_others, unsigned *ret_n)
{
        for (size_t i = 0; i < a->n_rows; i++) {
                Row *row = a->rows[i];
                if (!streq(row->actor, actor->name))
                        continue;
                ++*ret_n;
                if (row->others)
                        *ret_others = row;
                else if (row->action == action && row->refused == refused && text_equal(row->app, app))
                        return row;
        }
        return NULL;
}

static int row_new(Audit *a, const Actor *actor, Action action, const char *app, bool refused, bool others,
                   Row **ret)
{
        if (a->n_rows >= ROWS_MAX)
                return -ENOSPC;
        _cleanup_(row_freep) Row *row = calloc(1, sizeof(Row));
        if (!row)
                return -ENOMEM;
        row->action = action;
        row->refused = refused;
        row->others = others;
        row->window = WINDOW_MIN;
        int r = text_replace(&row->actor, actor->name);
        if (r >= 0 && app && !others)
                r = text_replace(&row->app, app);
        Row **longer = r >= 0 ? reallocarray(a->rows, a->n_rows + 1, sizeof(Row *)) : NULL;
        if (!longer)
                return -ENOMEM;
        a->rows = longer;
        *ret = a->rows[a->n_rows++] = TAKE_PTR(row);
        return 0;
}

static int note(Engine *e, const Actor *actor, Action action, const AppState *s, bool refused,
                const char *text)
{
        if (!e->audit)
                e->audit = calloc(1, sizeof(Audit));
        if (!e->audit)
                return -ENOMEM;
        const char *app = s ? s->app.id : NULL;
        Row *others = NULL;
        unsigned n = 0;
        Row *row = find_row(e->audit, actor, action, app, refused, &others, &n);
        int r = 0;
        if (!row && n < ROWS_OF_ACTOR)
                r = row_new(e->audit, actor, action, app, refused, false, &row);
        else if (!row && others)
                row = others;
        else if (!row)
                r = row_new(e->audit, actor, action, NULL, refused, true, &row);
        if (r >= 0)
                r = text_replace(&row->email, actor->email);
        if (r >= 0)
                r = text_replace(&row->from, actor->from);
        if (r >= 0)
                r = text_replace(&row->request, actor->request);
        if (r >= 0)
                r = text_replace(&row->text, text);
        if (r < 0)
                return r;
        row->n++;
        tell(actor, action, s, refused, text);
        return row->written == 0 && !row->others ? row_write(e, row) : 0;
}

static bool makes_release(const char *action)
{
        static const char *const kinds[] = {"deploy", "config", "rollback", "retry", "promote"};
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                if (streq(kinds[i], action))
                        return true;
        return false;
}

/* What somebody has to be told of, beside the record. */
static void tell_of(Engine *e, const char *app, const Record *record)
{
        Event event = {.app = app,
                       .actor = record->actor->name,
                       .release = record->version,
                       .message = record->reason ? record->reason : record->subject};
        if (text_equal(record->status, "refused"))
                event.type = "refused";
        else if (text_equal(record->status, "failed") && makes_release(record->action))
                event.type = "deploy-failed";
        else if (streq(record->action, "apps:lock"))
                event.type = "locked";
        else if (streq(record->action, "apps:unlock"))
                event.type = "unlocked";
        if (event.type)
                event_emit(e, &event);
}

void audit_recorded(void *userdata, const char *app, const Record *record)
{
        Engine *e = userdata;
        Record told = *record;
        AppState *s = app ? catalog_find_app(&e->catalog, app) : NULL;
        auditpush_soon(e);
        if (!told.status && told.version > 0)
                return; /* a release that is made: its outcome is yet to come */
        if (!told.status)
                told.status = "succeeded";
        if (told.count == 0)
                journalmessage_record(&told, app, s ? s->app.id : NULL);
        tell_of(e, app, &told);
}

void audit_refused(Engine *e, const Actor *actor, Action action, const AppState *s, const char *reason)
{
        int r = note(e, actor, action, s, true, reason);
        if (r < 0)
                log_error(r, "cannot record that %s was refused %s", actor->name, action_to_string(action));
}

void audit_read(Engine *e, const Actor *actor, Action action, const AppState *s, const char *what)
{
        int r = note(e, actor, action, s, false, what);
        if (r < 0)
                log_error(r, "cannot record what %s read", actor->name);
}

void audit_tick(Engine *e, bool all)
{
        Audit *a = e->audit;
        if (!a)
                return;
        uint64_t now = clock_monotonic();
        size_t kept = 0;
        for (size_t i = 0; i < a->n_rows; i++) {
                Row *row = a->rows[i];
                bool due = now - row->written >= row->window;
                if (due && row->n == 0) { /* it has stopped */
                        row_free(row);
                        continue;
                }
                if (row->n > 0 && (due || all) && row_write(e, row) >= 0 && row->window < WINDOW_MAX)
                        row->window *= 2;
                a->rows[kept++] = row;
        }
        a->n_rows = kept;
}
