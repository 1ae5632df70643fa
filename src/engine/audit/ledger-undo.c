/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/audit/ledger-undo.h"

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "model/undo.h"

#define FILE_MAX (1024 * 1024)

/* NULL: there is no such file, or no such commit any more. */
static int read_text(Store *store, const char *commit, const char *path, char **ret)
{
        size_t n;
        *ret = NULL;
        int r = commit[0] ? store_read(store, commit, path, FILE_MAX, ret, &n) : 0;
        return r == -ENOMEM ? r : 0;
}

typedef struct ReleaseCommit {
        char *subject;
        uint64_t version;
} ReleaseCommit;

static int take_release(void *userdata, const StoreEntry *s)
{
        ReleaseCommit *c = userdata;
        _cleanup_free_ char *version = store_entry_trailer(s, "Release");
        if (version && version[0] == 'v')
                (void) text_parse_uint(version + 1, UINT64_MAX, &c->version);
        int r = text_replace(&c->subject, s->subject);
        return r < 0 ? r : 1;
}

/* The release that is current in the tree of `commit`; nothing when none is. */
static int read_current(Store *store, const char *commit, ReleaseCommit *ret)
{
        _cleanup_free_ char *current = NULL;
        int r = read_text(store, commit, "current", &current);
        if (r < 0 || !current)
                return r;
        r = store_log(store, current, take_release, ret);
        return r == -ENOMEM ? r : 0;
}

static int explain_release(Store *store, LedgerEntry *e, const char *parent, UndoInput *in)
{
        _cleanup_free_ char *before_subject = NULL;
        ReleaseCommit after = {0}, before = {0};
        int r = read_current(store, e->commit, &after);
        if (r >= 0)
                r = read_current(store, parent, &before);
        before_subject = before.subject;
        if (r >= 0 && after.version == e->release && after.version != before.version) {
                free(e->what);
                e->what = TAKE_PTR(after.subject);
                in->release = after.version;
                in->previous = before.version;
        }
        free(after.subject);
        return r;
}

int ledger_explain(Store *store, LedgerEntry *e, const char *parent)
{
        if (!text_equal(e->result, "succeeded"))
                return 0;
        _cleanup_free_ char *before = NULL, *after = NULL;
        UndoInput in = {.action = e->action, .app = e->app, .object = e->object, .release = e->release};
        const char *file = undo_file(e->action);
        int r = 0;
        if (file) {
                r = read_text(store, parent, file, &before);
                if (r >= 0)
                        r = read_text(store, e->commit, file, &after);
        } else if (e->release > 0) {
                r = explain_release(store, e, parent, &in);
        }
        in.before = before;
        in.after = after;
        if (in.previous > 0 && text_equal(e->actor, "paas")) /* it took that one back because it is bad */
                return r;
        return r < 0 ? r : undo_command(&in, &e->undo);
}
