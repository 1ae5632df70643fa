/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/rerelease.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "engine/catalog/history.h"
#include "engine/fault.h"
#include "engine/operation/rollout.h"
#include "model/appjson.h"
#include "model/paths.h"
#include "model/wall.h"

bool rerelease_is_possible(const AppState *s, const Release *release)
{
        char path[512];
        if (!release->slug)
                return false;
        snprintf(path, sizeof(path), PAAS_SLUG "/app", s->app.name, release->slug);
        return access(path, F_OK) == 0;
}

/* How many of the newest releases are read at first: what is looked for is nearly always among them. */
#define RECENT 50

typedef bool (*Suits)(const AppState *s, const HistoryRelease *h);

/* The newest before the current one that had become current and stayed up, and is another. */
static bool is_good(const AppState *s, const HistoryRelease *h)
{
        return h->release.version < s->release.version && h->status == RELEASE_SUCCEEDED && !h->crashed &&
               h->release.slug;
}

static bool has_failed(const AppState *s, const HistoryRelease *h)
{
        return h->status == RELEASE_FAILED;
}

/* The newest release that suits, and its fate. 0: there is none; 1. */
static int find_newest(Engine *e, const AppState *s, Suits suits, uint64_t *ret, Error *error)
{
        for (size_t max = RECENT;; max = 0) {
                HistoryRelease *list = NULL;
                size_t n = 0;
                int r = history_releases(e->store, s->head, s->release_head, max, &list, &n, error);
                if (r < 0)
                        return r;
                bool found = false;
                for (size_t i = 0; i < n && !found; i++)
                        if ((found = suits(s, &list[i])))
                                *ret = list[i].release.version;
                history_free(list, n);
                if (found || max == 0 || n < max)
                        return found;
        }
}

static int check_slug(const AppState *s, const Release *release, Error *error)
{
        if (!release->slug)
                return error_set(error, -EINVAL, "v%llu has no code: nothing was deployed yet",
                                 (unsigned long long) release->version);
        if (rerelease_is_possible(s, release))
                return 0;
        return error_set(
                error, -ENOENT,
                "The slug of v%llu was cleaned up (keep-releases in paas.conf). Build its commit again: "
                "paas deploy %.12s -a %s",
                (unsigned long long) release->version, release->commit ? release->commit : "", s->app.name);
}

const char *rerelease_wall(const AppState *s, const Release *release)
{
        const char *reason = wall_find(s->app.walls, release->version);
        if (reason)
                return reason;
        return release->no_rollback ? "it was deployed with --no-rollback" : NULL;
}

/* Going back over a release that cannot be undone is refused, with its reason. */
static int check_walls(Engine *e, const AppState *s, uint64_t target, Error *error)
{
        HistoryRelease *list = NULL;
        size_t n = 0;
        if (target >= s->release.version)
                return 0;
        int r = history_releases(e->store, s->head, s->release_head, s->last_version - target, &list, &n,
                                 error);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                const Release *release = &list[i].release;
                const char *reason = rerelease_wall(s, release);
                if (!reason || list[i].status != RELEASE_SUCCEEDED || release->version <= target ||
                    release->version > s->release.version)
                        continue;
                r = error_set(
                        error, -EPERM,
                        "v%llu may not be rolled back: %s. An owner can do it nevertheless: paas rollback "
                        "v%llu --force -a %s",
                        (unsigned long long) release->version, reason, (unsigned long long) target,
                        s->app.name);
        }
        history_free(list, n);
        return r;
}

typedef struct Submission {
        OperationKind kind;
        uint64_t version;
        const char *what; /* "code" or "config"; NULL: all of it */
        bool skip_release;
        const char *reason; /* nobody asked: why it is done; NULL: somebody did */
} Submission;

static int submit(Engine *e, AppState *s, const Submission *x, const Actor *actor, Job **ret, Error *error)
{
        Job *j;
        int r = job_new(e, s, x->kind, actor, &rerelease_job_type, &j, error);
        if (r < 0)
                return r;
        j->operation.skip_release = x->skip_release;
        j->operation.automatic = x->reason != NULL;
        r = text_replace(&j->operation.reason, x->reason);
        if (r >= 0 && x->reason)
                r = text_replace(&j->operation.previous, s->current);
        if (r >= 0)
                r = strv_appendf(&j->operation.arguments, "v%llu", (unsigned long long) x->version);
        if (r >= 0 && x->what)
                r = strv_append(&j->operation.arguments, x->what);
        if (r >= 0)
                r = job_save(j);
        if (r < 0) { /* it is in the list already, and must not be carried out after this answer */
                job_fail(j, "cannot record the operation: %s", strerror(-r));
                return error_set(error, r, "%s", j->error ? j->error : "out of memory");
        }
        fault_point(x->kind == OPERATION_ROLLBACK ? "rollback:queued" : "retry:queued");
        if (e->observer.job_new)
                e->observer.job_new(e->observer.userdata, j);
        job_run_queue(e);
        *ret = j;
        return 0;
}

static int no_release(const AppState *s, uint64_t version, Error *error)
{
        return error_set(error, -ENOENT, "%s has no release v%llu (see paas releases -a %s)", s->app.name,
                         (unsigned long long) version, s->app.name);
}

static int choose_rollback(Engine *e, const AppState *s, const RollbackRequest *q, uint64_t *ret,
                           Error *error)
{
        _cleanup_history_release_ HistoryRelease h = {0};
        bool only_config = q->config && !q->code;
        uint64_t version = q->version;
        int r = version > 0 ? 1 : find_newest(e, s, is_good, &version, error);
        if (r == 0)
                return error_set(error, -ENOENT,
                                 "%s has no earlier release that worked (see paas releases -a %s)",
                                 s->app.name, s->app.name);
        if (r > 0)
                r = history_read_release(e->store, s->head, s->release_head, version, &h);
        if (r < 0)
                return r == -ENOENT ? no_release(s, version, error) : r;
        if (version == s->release.version)
                return error_set(error, -EINVAL, "v%llu is the current release",
                                 (unsigned long long) version);
        if (h.status != RELEASE_SUCCEEDED)
                return error_set(error, -EINVAL,
                                 "v%llu never was current: %s. `paas releases:retry v%llu` tries it again",
                                 (unsigned long long) version, h.reason ? h.reason : "it was not started",
                                 (unsigned long long) version);
        r = only_config ? 0 : check_slug(s, &h.release, error);
        if (r >= 0 && !q->force && !only_config)
                r = check_walls(e, s, version, error);
        *ret = version;
        return r;
}

int rollback_submit(Engine *e, AppState *s, const RollbackRequest *q, const Actor *actor, Job **ret,
                    Error *error)
{
        uint64_t version = 0;
        if (!s->release.slug)
                return error_set(error, -EINVAL, "%s runs nothing yet: there is nothing to go back from",
                                 s->app.name);
        int r = choose_rollback(e, s, q, &version, error);
        if (r < 0)
                return r;
        const Submission x = {.kind = OPERATION_ROLLBACK,
                              .version = version,
                              .what = q->code == q->config ? NULL
                                      : q->code            ? "code"
                                                           : "config",
                              .skip_release = !q->run_release};
        return submit(e, s, &x, actor, ret, error);
}

int takeback_submit(Engine *e, AppState *s, uint64_t version, const char *reason, Job **ret, Error *error)
{
        _cleanup_history_release_ HistoryRelease h = {0};
        const Actor paas = {.name = "paas", .email = ""};
        for (size_t i = 0; i < e->n_jobs; i++)
                if (!e->jobs[i]->ended && e->jobs[i]->operation.automatic &&
                    streq(e->jobs[i]->operation.app, s->app.name))
                        return -EALREADY;
        int r = history_read_release(e->store, s->head, s->release_head, version, &h);
        if (r < 0)
                return r == -ENOENT ? no_release(s, version, error) : r;
        if (h.crashed)
                return error_set(error, -EINVAL, "v%llu was bad, too", (unsigned long long) version);
        r = check_slug(s, &h.release, error);
        if (r >= 0)
                r = submit(e, s,
                           &(Submission){.kind = OPERATION_ROLLBACK,
                                         .version = version,
                                         .skip_release = true,
                                         .reason = reason},
                           &paas, ret, error);
        return r;
}

int retry_submit(Engine *e, AppState *s, uint64_t version, const Actor *actor, Job **ret, Error *error)
{
        _cleanup_history_release_ HistoryRelease h = {0};
        int r = version > 0 ? 1 : find_newest(e, s, has_failed, &version, error);
        if (r == 0)
                return error_set(
                        error, -ENOENT,
                        "No release of %s has failed. A build that failed made none: push again, or paas "
                        "deploy COMMIT",
                        s->app.name);
        if (r > 0)
                r = history_read_release(e->store, s->head, s->release_head, version, &h);
        if (r < 0)
                return r == -ENOENT ? no_release(s, version, error) : r;
        if (h.status == RELEASE_RECORDED)
                return error_set(error, -EINVAL, "v%llu was only recorded: the next release has its values",
                                 (unsigned long long) version);
        if (h.status == RELEASE_SUCCEEDED)
                return error_set(error, -EINVAL,
                                 "v%llu has not failed: `paas rollback v%llu` goes back to it",
                                 (unsigned long long) version, (unsigned long long) version);
        r = check_slug(s, &h.release, error);
        return r < 0 ? r
                     : submit(e, s, &(Submission){.kind = OPERATION_RETRY, .version = version}, actor, ret,
                              error);
}

int rerelease_set_wall(Engine *e, AppState *s, uint64_t version, const char *reason, const Actor *actor,
                       Error *error)
{
        _cleanup_strv_ char **walls = NULL;
        _cleanup_free_ char *subject = NULL;
        char commit[STORE_ID_SIZE];
        int r = reason ? wall_reason_check(reason, error) : 0;
        if (r >= 0 && history_find_release(e->store, s->release_head, version, commit) < 0)
                r = error_set(error, -ENOENT, "%s has no release v%llu (see paas releases -a %s)",
                              s->app.name, (unsigned long long) version, s->app.name);
        STRV_FOREACH(w, s->app.walls)
                if (r >= 0)
                        r = strv_append(&walls, *w);
        if (r >= 0)
                r = reason ? wall_set(&walls, version, reason) : wall_remove(&walls, version);
        if (r == -ENOENT && !reason)
                return error_set(error, r, "v%llu is not locked", (unsigned long long) version);
        if (r == -E2BIG)
                return error_set(error, r, "%d releases are locked already", WALLS_MAX);
        if (r < 0)
                return r;
        if (asprintf(&subject, reason ? "Lock v%llu: %s" : "Unlock v%llu", (unsigned long long) version,
                     reason) < 0)
                return -ENOMEM;
        const Record record = {
                .actor = actor,
                .action = reason ? "releases:lock" : "releases:unlock",
                .subject = subject,
                .status = "succeeded",
        };
        App app = s->app; /* shallow: only the walls differ */
        app.walls = walls;
        const AppChange change = {.app = &app};
        return catalog_change_app(&e->catalog, s, &change, &record, error);
}

/* What an old release gives to the new one. */
typedef struct Source {
        Release release;
        char commit[STORE_ID_SIZE];
        char *procfile, *app_json;
        size_t procfile_length, app_json_length;
} Source;

static void source_clear(Source *x)
{
        release_clear(&x->release);
        free(x->procfile);
        free(x->app_json);
}

static int read_source(Engine *e, const char *commit, Source *x)
{
        snprintf(x->commit, sizeof(x->commit), "%s", commit);
        int r = catalog_read_release(&e->catalog, commit, &x->release, NULL, NULL);
        if (r >= 0)
                r = store_read(e->store, commit, "Procfile", PROCFILE_MAX_BYTES, &x->procfile,
                               &x->procfile_length);
        if (r == -ENOENT)
                r = 0;
        if (r >= 0)
                r = store_read(e->store, commit, "app.json", APPJSON_MAX_BYTES, &x->app_json,
                               &x->app_json_length);
        return r == -ENOENT ? 0 : r;
}

static char *describe(const Job *j, uint64_t version, const char *what, const Release *old)
{
        char *s = NULL;
        if (j->operation.kind == OPERATION_RETRY)
                return asprintf(&s, "Retry v%llu: %s", (unsigned long long) version, old->description) < 0
                               ? NULL
                               : s;
        if (j->operation.automatic)
                return asprintf(&s, "Back to v%llu: %s", (unsigned long long) version, j->operation.reason) <
                                       0
                               ? NULL
                               : s;
        return asprintf(&s, "Rollback%s%s to v%llu", *what ? " of " : "", what,
                        (unsigned long long) version) < 0
                       ? NULL
                       : s;
}

/* Its tree is the one whose config it has; Procfile and app.json are those of the code. */
static void release_again(Job *j, AppState *s, uint64_t version, const char *what)
{
        Engine *e = j->engine;
        _cleanup_(source_clear) Source old = {0}, now = {0};
        char commit[STORE_ID_SIZE];
        int r = history_find_release(e->store, s->release_head, version, commit);
        if (r >= 0)
                r = read_source(e, commit, &old);
        if (r >= 0 && *what)
                r = read_source(e, s->current, &now);
        _cleanup_free_ char *description = r >= 0 ? describe(j, version, what, &old.release) : NULL;
        if (r < 0 || !description) {
                job_fail(j, "cannot read v%llu: %s", (unsigned long long) version,
                         strerror(r < 0 ? -r : ENOMEM));
                return;
        }
        /* A retry is that release once more: also what it would have done to the application. */
        bool retry = j->operation.kind == OPERATION_RETRY;
        if (retry && text_replace(&j->operation.branch, old.release.branch) < 0) {
                job_fail(j, "out of memory");
                return;
        }
        const Source *code = streq(what, "config") ? &now : &old;
        const StoreFile files[] = {
                {.path = "Procfile", .data = code->procfile, .length = code->procfile_length},
                {.path = "app.json", .data = code->app_json, .length = code->app_json_length},
        };
        const RolloutContent content = {
                .kind = retry ? old.release.kind : RELEASE_ROLLBACK,
                .description = description,
                .base = streq(what, "code") ? catalog_base(s) : old.commit,
                .slug = code->release.slug,
                .manifest = code->release.manifest,
                .commit = code->release.commit,
                .versions = code->release.versions,
                .listen = code->release.listen,
                .no_rollback = retry && old.release.no_rollback,
                .files = files,
                .n_files = ELEMENTSOF(files),
        };
        (void) job_set_step(j, STEP_RELEASING);
        rollout_release(j, &content);
}

static void rerelease_step(Job *j)
{
        AppState *s = job_app(j);
        char *const *a = j->operation.arguments;
        uint64_t version = 0;
        j->waiting = false;
        if (j->operation.step > STEP_RELEASING || rollout_adopt(j)) {
                rollout_start(j);
                return;
        }
        if (!s || !a || !a[0] || text_parse_uint(a[0] + 1, INT64_MAX, &version) < 0) {
                job_fail(j, "%s", s ? "its record is damaged" : "the application was destroyed meanwhile");
                return;
        }
        if (j->operation.automatic && !text_equal(s->current, j->operation.previous))
                job_cancel(j, "another release has replaced the bad one meanwhile");
        else
                release_again(j, s, version, a[1] ? a[1] : "");
}

const JobType rerelease_job_type = {.step = rerelease_step, .abandon = rollout_abandon};
