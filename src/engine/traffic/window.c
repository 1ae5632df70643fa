/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/window.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/world/tally.h"
#include "model/codec.h"
#include "model/paths.h"

#define WINDOW_FILE_MAX (1024 * 1024)

static void path_of(const AppWorld *w, char ret[512])
{
        snprintf(ret, 512, PAAS_WINDOW, w->app);
}

static int save(const AppWorld *w)
{
        const struct Window *x = w->window;
        _cleanup_free_ char *text = NULL;
        _cleanup_strv_ char **counts = NULL;
        char path[512];
        int r = counts_format(&w->counts, &counts);
        if (r < 0)
                return r;
        DocWriter doc = doc_new();
        doc_put_text(&doc, "release", x->release);
        doc_put_number(&doc, "previous", x->previous);
        doc_put_number(&doc, "operation", x->operation);
        doc_put_number(&doc, "since", x->since);
        doc_put_number(&doc, "ends", x->ends);
        doc_put_number(&doc, "old_requests", x->old.requests);
        doc_put_number(&doc, "old_errors", x->old.errors);
        doc_put_list(&doc, "counts", counts);
        r = doc_finish(&doc, &text);
        if (r >= 0)
                r = dir_make(PAAS_WINDOWS, 0700, FILE_OWNER_SELF);
        path_of(w, path);
        return r < 0 ? r : file_write(path, text, strlen(text), 0600, FILE_OWNER_SELF, FILE_NO_SYNC);
}

int window_load(AppWorld *w)
{
        _cleanup_doc_ DocReader doc = {0};
        _cleanup_free_ char *text = NULL, *release = NULL;
        _cleanup_free_ struct Window *x = calloc(1, sizeof(struct Window));
        _cleanup_strv_ char **counts = NULL;
        char path[512];
        size_t n;
        path_of(w, path);
        int r = x ? file_read(path, WINDOW_FILE_MAX, &text, &n) : -ENOMEM;
        if (r >= 0)
                r = doc_open(text, n, "the window of a switch", &doc, NULL);
        if (r < 0)
                return r;
        doc_text(&doc, "release", &release);
        doc_number(&doc, "previous", 1, INT64_MAX, &x->previous);
        doc_number(&doc, "operation", 1, INT64_MAX, &x->operation);
        doc_number(&doc, "since", 0, INT64_MAX, &x->since);
        doc_number(&doc, "ends", 0, INT64_MAX, &x->ends);
        doc_number(&doc, "old_requests", 0, INT64_MAX, &x->old.requests);
        doc_number(&doc, "old_errors", 0, INT64_MAX, &x->old.errors);
        doc_list(&doc, "counts", &counts);
        if (doc.failed < 0)
                return doc.failed;
        r = counts_parse(&w->counts, counts);
        if (r < 0)
                return r;
        snprintf(x->release, sizeof(x->release), "%s", release);
        free(w->window);
        w->window = TAKE_PTR(x);
        return 0;
}

void window_close(AppWorld *w)
{
        char path[512];
        path_of(w, path);
        (void) unlink(path);
        free(w->window);
        w->window = NULL;
}

static int take_stock(Job *j, AppState *s, AppWorld *w)
{
        Standing old, own;
        struct Window *x = w->window;
        snprintf(x->release, sizeof(x->release), "%s", j->operation.release);
        x->previous = s->release.version;
        x->operation = j->operation.number;
        x->hopeless = s->crashed_version == s->release.version;
        x->since = clock_monotonic();
        int r = standing_read(w, s, j->operation.version, &own, NULL);
        if (r >= 0)
                r = standing_read(w, s, s->release.version, &old, NULL);
        if (r < 0)
                return r;
        x->ends = own.ends;
        x->old = old.tally;
        return 0;
}

void window_open(Job *j, AppState *s, AppWorld *w)
{
        if (w->window)
                window_close(w);
        if (!s->release.slug || j->operation.automatic ||
            settings_number(&s->settings, NULL, "rollback-window") == 0)
                return;
        w->window = calloc(1, sizeof(struct Window));
        int r = w->window ? take_stock(j, s, w) : -ENOMEM;
        if (r >= 0)
                r = save(w);
        if (r < 0)
                log_warning(r, "%s: it will not be watched after its switch", j->id);
}

void window_keep(AppWorld *w)
{
        if (!w->counted || !w->window)
                return;
        int r = save(w);
        if (r < 0)
                log_warning(r, "%s: what its servers answered is not kept", w->app);
        else
                w->counted = false;
}
