/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/aftermath.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"

#define LOOK_AGAIN_MSEC 500

typedef struct Outcome {
        uint64_t version, left;
        char *state, *reason, *job;
} Outcome;

static void clear(Outcome *o)
{
        free(o->state);
        free(o->reason);
        free(o->job);
        *o = (Outcome){0};
}

static int ask(Client *c, const char *app, uint64_t version, Outcome *ret, Error *e)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *state, *reason, *job;
        _cleanup_(clear) Outcome o = {0};
        int r = client_app_call(c, app, "GetOutcome", &reply, e, "t", version);
        if (r >= 0)
                r = sd_bus_message_read(reply, "tstso", &o.version, &state, &o.left, &reason, &job);
        if (r >= 0)
                r = text_replace(&o.state, state);
        if (r >= 0)
                r = text_replace(&o.reason, reason);
        if (r >= 0)
                r = text_replace(&o.job, job);
        if (r < 0)
                return r;
        *ret = o;
        o = (Outcome){0};
        return 0;
}

_printf_(2, 3) static void say(const JobFollow *want, const char *format, ...)
{
        _cleanup_free_ char *text = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                text = NULL;
        va_end(ap);
        if (text)
                want->line(want->userdata, text, strlen(text));
}

/* -ECANCELED: nobody waits any more. */
static int pause_watching(const JobFollow *want)
{
        struct pollfd p = {.fd = want->watch_fd, .events = 0};
        if (poll(&p, 1, LOOK_AGAIN_MSEC) < 0 && errno != EINTR)
                return -errno;
        return p.revents & (POLLHUP | POLLERR | POLLNVAL) ? -ECANCELED : 0;
}

/* paasd is away: it may be started anew, and then does not know who we are. */
static int come_back(Client *c, const JobFollow *want, Error *e)
{
        uint64_t deadline = clock_monotonic() + JOB_AWAY_SECONDS * USEC_PER_SEC;
        if (want->away)
                want->away(want->userdata);
        for (;;) {
                int r = client_authenticate(c, e);
                if (r != -CLIENT_EAWAY || clock_monotonic() > deadline)
                        return r;
                r = pause_watching(want);
                if (r < 0)
                        return r;
        }
}

/* Whoever goes away now stops nothing. */
static void show_way_back(Client *c, const Outcome *o, const JobFollow *want)
{
        _cleanup_error_ Error ignored = ERROR_NULL;
        _cleanup_job_ Job job = JOB_NULL;
        JobFollow shown = *want;
        shown.watch_fd = -1;
        (void) job_follow(c, o->job, &shown, &job, &ignored);
}

/* 1: it is not decided yet. */
static int judge(const Outcome *o, bool was_watched, const JobFollow *want, Error *e)
{
        if (streq(o->state, "watched") || streq(o->state, "leaving"))
                return 1;
        if (streq(o->state, "taken-back"))
                return error_set(e, -EREMOTEIO, "v%" PRIu64 " was taken back: %s", o->version, o->reason);
        if (streq(o->state, "bad"))
                return error_set(e, -EREMOTEIO, "v%" PRIu64 " is bad: %s", o->version, o->reason);
        if (streq(o->state, "replaced"))
                say(want, "       v%" PRIu64 " was replaced meanwhile by a release that somebody made",
                    o->version);
        else if (was_watched)
                say(want, "       v%" PRIu64 " stays", o->version);
        else
                say(want, "       v%" PRIu64 " is current, and not watched", o->version);
        return 0;
}

int watch_release(Client *c, const char *app, uint64_t version, const JobFollow *want, Error *e)
{
        bool watched = false, shown = false, known = true;
        for (;;) {
                _cleanup_(clear) Outcome o = {0};
                int r = ask(c, app, version, &o, e);
                if (r == -CLIENT_EAWAY || (r < 0 && known)) {
                        /* A new paasd may be there already, which refuses whom it does not know. */
                        known = false;
                        int k = r == -CLIENT_EAWAY ? come_back(c, want, e) : client_authenticate(c, NULL);
                        if (k < 0)
                                return r == -CLIENT_EAWAY ? k : r;
                        continue;
                }
                if (r < 0)
                        return r;
                known = true;
                version = o.version;
                if (!watched && streq(o.state, "watched")) {
                        say(want, "-----> Watching v%" PRIu64 " for %" PRIu64 " s", o.version, o.left);
                        watched = true;
                }
                if (!shown && !streq(o.state, "watched") && !streq(o.job, "/")) {
                        show_way_back(c, &o, want);
                        shown = true;
                        continue; /* asked again: it has ended */
                }
                r = judge(&o, watched, want, e);
                if (r <= 0)
                        return r;
                r = pause_watching(want);
                if (r < 0)
                        return r;
        }
}
