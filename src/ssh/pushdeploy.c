/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/pushdeploy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <time.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/text.h"
#include "basic/uuid.h"
#include "client/aftermath.h"
#include "client/foreign.h"
#include "client/jobview.h"
#include "client/reply.h"
#include "ssh/git.h"
#include "ssh/repository.h"
#include "ssh/shallow.h"

#define HERE "." /* git starts the hook in the repository */

/* One write a line: the pusher's other lines come from git by the same way. */
static void put_line(void *userdata, const char *line, size_t length)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        (void) userdata;

        foreign_append(&b, line, length);
        buffer_puts(&b, "\n");
        if (!b.failed)
                (void) fd_write_all(STDERR_FILENO, b.data, b.length); /* the pusher may be gone */
}

void deploy_say(const char *format, ...)
{
        _cleanup_free_ char *text = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                text = NULL;
        va_end(ap);
        if (text)
                put_line(NULL, text, strlen(text));
}

/* A message of several lines in Heroku's style. */
static void say_failure(const char *text)
{
        const char *mark = " !     ";
        for (const char *p = text; *p;) {
                size_t n = strcspn(p, "\n");
                deploy_say("%s%.*s", mark, (int) n, p);
                p += n + (p[n] == '\n');
        }
}

static void say_away(void *userdata)
{
        (void) userdata;
        deploy_say("-----> The control plane is being restarted; waiting for it");
}

static char *first_line(const char *text)
{
        return strndup(text, strcspn(text, "\n"));
}

/* What was asked for carries an id, so that it is found again when paasd dies before it can answer. */
static int ask(const Deploy *d, const char *request, bool forced, char **ret_path, Error *e)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        const RefUpdate *u = d->update;
        bool has_old = !oid_is_null(u->old_oid);
        const char *path;

        int r = client_app_message(d->client, d->app, "Deploy", &m, e);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "s", u->new_oid);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}{sv}", "branch", "s", d->plan->branch, "request", "s",
                                          request);
        if (r >= 0 && has_old)
                r = sd_bus_message_append(m, "{sv}", "old", "s", u->old_oid);
        if (r >= 0 && d->plan->options.canary)
                r = sd_bus_message_append(m, "{sv}", "canary", "s", d->plan->options.canary);
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}{sv}{sv}{sv}", "forced", "b", (int) forced, "detach", "b",
                                          (int) d->plan->options.detach, "no-rollback", "b",
                                          (int) d->plan->options.no_rollback, "supersede", "b",
                                          (int) d->plan->options.supersede);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r < 0)
                return error_set(e, r, "The deploy cannot be put into words: %s", strerror(-r));
        r = client_app_send(d->client, d->app, m, &reply, e);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return error_set(e, r, "paasd's answer to the deploy cannot be read");
        *ret_path = strdup(path);
        return *ret_path ? 0 : -ENOMEM;
}

static void nap(void)
{
        nanosleep(&(struct timespec){.tv_nsec = 100 * 1000 * 1000}, NULL);
}

/* Until paasd is there again and knows who we are. */
static int wait_for_paasd(Client *c, Error *e)
{
        uint64_t deadline = clock_monotonic() + JOB_AWAY_SECONDS * USEC_PER_SEC;
        say_away(NULL);
        for (;;) {
                int r = client_authenticate(c, e);
                if (r != -CLIENT_EAWAY || clock_monotonic() > deadline)
                        return r;
                nap();
        }
}

/* The job of an earlier try, by the request's id. 1: found. */
static int find(const Deploy *d, const char *request, char **ret_path, Error *e)
{
        _cleanup_message_ sd_bus_message *reply = NULL, *found = NULL;
        _cleanup_json_ Json *jobs = NULL;
        const char *path;

        int r = client_call(d->client, "ListJobs", &reply, e, NULL);
        if (r >= 0)
                r = reply_to_json(reply, &jobs);
        if (r < 0)
                return r;
        for (size_t i = 0; i < js_size(jobs); i++) {
                const Json *job = js_at(jobs, i);
                if (!streq(reply_text(job, "request"), request))
                        continue;
                r = client_call(d->client, "GetJob", &found, e, "s", reply_text(job, "id"));
                if (r >= 0)
                        r = sd_bus_message_read(found, "o", &path);
                if (r < 0)
                        return r;
                *ret_path = strdup(path);
                return *ret_path ? 1 : -ENOMEM;
        }
        return 0;
}

static int start(const Deploy *d, char **ret_path, Error *e)
{
        const RefUpdate *u = d->update;
        char request[UUID_TEXT_SIZE];
        bool forced = false;

        int r = uuid_new(request);
        if (r >= 0)
                r = shallow_tidy(HERE, e);
        if (r >= 0 && !oid_is_null(u->old_oid)) {
                r = git_is_ancestor(HERE, u->old_oid, u->new_oid, e);
                forced = r == 0;
        }
        if (r < 0)
                return r;

        r = ask(d, request, forced, ret_path, e);
        while (r == -CLIENT_EAWAY) {
                r = wait_for_paasd(d->client, e);
                if (r < 0)
                        return r;
                r = find(d, request, ret_path, e);
                if (r == 0)
                        r = ask(d, request, forced, ret_path, e);
        }
        return r;
}

/* Sets the branch to what paasd says; 1 when that is the commit that was pushed. paasd may be restarted at
 * this very moment; paas-shell does the same again before it serves the repository. */
static int settle(const Deploy *d, Error *e)
{
        _cleanup_repository_ Repository now = REPOSITORY_NULL;
        int r = repository_heal(d->client, d->app, HERE, &now, e);
        if (r == -CLIENT_EAWAY && wait_for_paasd(d->client, e) >= 0)
                r = repository_heal(d->client, d->app, HERE, &now, e);
        if (r < 0)
                return r;
        return streq(now.commit, d->update->new_oid);
}

/* What was released, and where it is to be seen, the log has said. */
static int succeed(const Deploy *d)
{
        _cleanup_error_ Error e = ERROR_NULL;

        if (settle(d, &e) < 0)
                deploy_say("       The branch is not set yet (%s); it will be before the next push or fetch",
                           error_text(&e, e.code));
        git_tidy(HERE);
        return 0;
}

/* paasd knows nothing of the job: what is current tells how it ended. */
static int find_out(const Deploy *d, char **ret_reason)
{
        _cleanup_error_ Error e = ERROR_NULL;
        int r = settle(d, &e);
        if (r > 0) {
                deploy_say("-----> Released");
                return 0;
        }
        say_failure("The control plane was restarted and this deploy was undone. Push again");
        *ret_reason = strdup("undone by a restart of the control plane: push again");
        return r < 0 ? r : -ECANCELED;
}

static JobFollow make_follow(void)
{
        return (JobFollow){
                .watch_fd = fcntl(PUSHER_FD, F_GETFD) >= 0 ? PUSHER_FD : -1,
                .line = put_line,
                .away = say_away,
        };
}

/* The branch follows what is current: it is set when that is known. */
static int watch(const Deploy *d, uint64_t version, char **ret_reason)
{
        _cleanup_error_ Error e = ERROR_NULL;
        const JobFollow want = make_follow();
        int r = watch_release(d->client, d->app, version, &want, &e);
        bool is_current = settle(d, NULL) > 0;
        git_tidy(HERE);
        if (r == 0)
                return 0;
        const char *text = r == -ECANCELED ? "nobody waited for the end of the watch" : error_text(&e, r);
        say_failure(text);
        if (is_current) { /* git hears what `git ls-remote` would say */
                deploy_say("       v%" PRIu64
                           " is current all the same: `paas rollback --app %s` goes back, a push "
                           "forward",
                           version, d->app);
                return 0;
        }
        *ret_reason = first_line(text);
        return r;
}

static int conclude(const Deploy *d, const Job *job, char **ret_reason)
{
        if (job->state == JOB_SUCCEEDED)
                return d->plan->options.watch ? watch(d, job->version, ret_reason) : succeed(d);

        bool canceled = job->state == JOB_CANCELED;
        const char *text = *job->error ? job->error
                           : canceled  ? "The deploy was cancelled"
                                       : "The deploy failed";
        say_failure(text);
        *ret_reason = first_line(text);
        return canceled ? -ECANCELED : -EREMOTEIO;
}

static int follow(const Deploy *d, const char *path, char **ret_reason)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_job_ Job job = JOB_NULL;
        const JobFollow want = make_follow();

        int r = job_follow(d->client, path, &want, &job, &e);
        if (r == -ENOENT)
                return find_out(d, ret_reason);
        if (r < 0) {
                say_failure(error_text(&e, r));
                deploy_say("       `paas releases --app %s` will say whether it was released", d->app);
                *ret_reason = strdup("the control plane went away: see `paas releases`");
                return r;
        }
        return conclude(d, &job, ret_reason);
}

int deploy_run(const Deploy *d, char **ret_reason)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *path = NULL;
        _cleanup_job_ Job job = JOB_NULL;

        int r = start(d, &path, &e);
        if (r < 0) {
                say_failure(error_text(&e, r));
                *ret_reason = first_line(error_text(&e, r));
                return r;
        }
        if (d->plan->options.detach) {
                deploy_say("-----> Queued; it goes on without you");
                if (job_read(d->client, path, &job, NULL) >= 0 && *job.waits_for)
                        deploy_say("       Waiting: %s", job.waits_for);
                deploy_say(
                        "       `paas releases --app %s` will show it, `paas logs --app %s --source build` "
                        "what it does",
                        d->app, d->app);
                return 0;
        }
        return follow(d, path, ret_reason);
}
