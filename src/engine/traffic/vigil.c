/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/vigil.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/text.h"
#include "engine/audit/events.h"
#include "engine/fault.h"
#include "engine/operation/joblog.h"
#include "engine/operation/rerelease.h"
#include "engine/traffic/window.h"
#include "engine/world/crashrecord.h"
#include "engine/world/tail.h"
#include "engine/world/tally.h"
#include "model/paths.h"

/* Where the router finds most of a release down for so long, it is not by chance, and of a process that has
 * ended systemd has told. */
#define DOWN_USEC (500 * USEC_PER_MSEC)

/* It stands in the log of the application, and in that of the operation that made the release: whoever still
 * follows that reads it. */
static void tell(AppWorld *w, const AppState *s, const char *type, const char *message)
{
        char id[128];
        snprintf(id, sizeof(id), "%s/%llu", w->app, (unsigned long long) w->window->operation);
        joblog_write(id, w->app, s->app.id, message);
        event_emit(w->engine, &(Event){.type = type,
                                       .app = w->app,
                                       .actor = "paas",
                                       .release = s->release.version,
                                       .message = message});
}

static int record_bad(AppWorld *w, AppState *s, const char *complaint, Error *error)
{
        _cleanup_free_ char *subject = NULL;
        if (asprintf(&subject, "v%llu is bad: %s", (unsigned long long) s->release.version, complaint) < 0)
                return -ENOMEM;
        return crash_record(w->engine, s, subject, complaint, error);
}

static void take_back(AppWorld *w, AppState *s, const char *complaint, const Instance *ended)
{
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_free_ char *message = NULL;
        const char *wall = rerelease_wall(s, &s->release);
        unsigned long long bad = s->release.version, good = w->window->previous;
        Job *j = NULL;

        fault_point("window-failed");
        int r = record_bad(w, s, complaint, &error);
        fault_point("window-recorded");
        if (r >= 0 && wall)
                r = error_set(&error, -EPERM, "%s", wall);
        if (r >= 0)
                r = takeback_submit(w->engine, s, w->window->previous, complaint, &j, &error);
        if (r < 0) {
                if (asprintf(&message, "v%llu is bad (%s), but v%llu does not come back: %s", bad, complaint,
                             good, error_text(&error, r)) >= 0)
                        tell(w, s, "not-taken-back", message);
        } else if (asprintf(&message, "v%llu is taken back, v%llu comes back: %s", bad, good, complaint) >=
                   0) {
                tell(w, s, "taken-back", message);
                job_say(j, "-----> v%llu is taken back: %s", bad, complaint);
                if (ended)
                        tail_say(j, ended);
        }
        if (message)
                log_info("%s %s", w->app, message);
        fault_point("window-submitted");
        window_close(w);
}

/* Written down before the commit point, and its job has not come there yet. */
static bool is_coming(AppWorld *w)
{
        char id[128];
        snprintf(id, sizeof(id), "%s/%llu", w->app, (unsigned long long) w->window->operation);
        const Job *j = job_find(w->engine, id);
        return j && !j->ended;
}

static void look(AppWorld *w, AppState *s)
{
        _cleanup_error_ Error error = ERROR_NULL;
        struct Window *x = w->window;
        Standing now;
        if (!streq(s->current, x->release)) {
                if (!is_coming(w))
                        window_close(w);
                return;
        }
        uint64_t length = settings_number(&s->settings, NULL, "rollback-window") * USEC_PER_SEC;
        int r = standing_read(w, s, s->release.version, &now, &error);
        window_keep(w);
        if (r < 0 && r != -EAGAIN) /* not while the router is reloaded */
                log_warning(0, "%s: cannot see how v%llu does: %s", w->app,
                            (unsigned long long) s->release.version, error_text(&error, r));
        if (r < 0)
                now = (Standing){.ends = now.ends, .ended = now.ended};
        _cleanup_free_ char *complaint =
                standing_complaint(&now, &x->old, x->previous, (unsigned) x->ends, VERDICT_SAMPLE);
        if (now.down * 2 <= now.servers)
                x->down_since = 0;
        else if (x->down_since == 0)
                x->down_since = clock_monotonic();
        if (!complaint && x->down_since > 0 && clock_monotonic() >= x->down_since + DOWN_USEC &&
            asprintf(&complaint, "%u of its %u web processes do not pass the router's check any more",
                     now.down, now.servers) < 0)
                complaint = NULL;
        if (complaint)
                take_back(w, s, complaint, now.ended);
        else if (clock_monotonic() >= x->since + length)
                window_close(w);
}

void vigil_poll(Engine *e)
{
        for (size_t i = 0; i < e->n_worlds; i++) {
                AppWorld *w = e->worlds[i];
                AppState *s = w->window ? catalog_find_app(&e->catalog, w->app) : NULL;
                if (s)
                        look(w, s);
                else if (w->window)
                        window_close(w);
        }
}

void vigil_take_up(Engine *e)
{
        DIR *d = opendir(PAAS_WINDOWS);
        for (struct dirent *entry = d ? readdir(d) : NULL; entry; entry = readdir(d)) {
                AppWorld *w =
                        catalog_find_app(&e->catalog, entry->d_name) ? world_get(e, entry->d_name) : NULL;
                if (entry->d_name[0] != '.' && (!w || window_load(w) < 0))
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
        }
        if (d)
                closedir(d);
}
