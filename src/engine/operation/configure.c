/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/configure.h"

#include <errno.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/catalog/history.h"
#include "engine/fault.h"
#include "engine/hostfiles.h"
#include "engine/operation/rollout.h"
#include "model/appjson.h"

#define SEALED_MAX (CONFIG_VALUE_MAX + 64)

/* The config as it would be; `changed` gets "set NAME" and "unset NAME" for what differs. */
static int apply(Engine *e, AppState *s, const Config *set, char *const *unset, char ***changed,
                 Error *error)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        int r = hostfiles_read_config(e, s, catalog_base(s), &c, error);
        if (r < 0)
                return r;
        for (size_t i = 0; i < set->n_vars; i++) {
                const ConfigVar *v = &set->vars[i];
                r = config_var_check(v->name, v->value, strlen(v->value), error);
                if (r >= 0)
                        r = config_set(&c, v->name, v->value);
                if (r > 0)
                        r = strv_appendf(changed, "set %s", v->name);
                if (r < 0)
                        return r;
        }
        for (char *const *name = unset; name && *name; name++) {
                r = config_name_check(*name, error);
                if (r >= 0)
                        r = config_unset(&c, *name);
                if (r > 0)
                        r = strv_appendf(changed, "unset %s", *name);
                if (r < 0)
                        return r;
        }
        return config_check_total(&c, error);
}

#define PENDING_REFS "refs/paas/pending/"

static char *pending_ref(const char *id)
{
        _cleanup_free_ char *name = strdup(id);
        char *ref = NULL;
        if (!name)
                return NULL;
        *strchr(name, '/') = '.';
        return asprintf(&ref, PENDING_REFS "%s", name) < 0 ? NULL : ref;
}

void configure_drop_orphans(Engine *e)
{
        _cleanup_strv_ char **refs = NULL;
        int r = store_list_refs(e->store, PENDING_REFS, &refs);
        STRV_FOREACH(ref, refs) {
                char commit[STORE_ID_SIZE];
                _cleanup_free_ char *id = strdup(*ref + strlen(PENDING_REFS));
                char *dot = id ? strrchr(id, '.') : NULL;
                if (!dot)
                        continue;
                *dot = '/';
                if (!job_find(e, id) && store_resolve(e->store, *ref, commit) >= 0)
                        r = store_remove_ref(e->store, *ref, commit, NULL);
        }
        if (r < 0)
                log_warning(r, "cannot look for values of config changes that were never queued");
}

typedef struct SealedSet {
        StoreFile *files;
        char **paths; /* owned */
        char **blobs; /* owned; not strings */
        size_t n;
} SealedSet;

static void sealed_set_clear(SealedSet *s)
{
        for (size_t i = 0; i < s->n; i++) {
                free(s->paths[i]);
                free(s->blobs[i]);
        }
        free(s->files);
        free(s->paths);
        free(s->blobs);
}

static int sealed_set_reserve(SealedSet *s, size_t n)
{
        s->files = calloc(n + 1, sizeof(StoreFile));
        s->paths = calloc(n + 1, sizeof(char *));
        s->blobs = calloc(n + 1, sizeof(char *));
        return s->files && s->paths && s->blobs ? 0 : -ENOMEM;
}

static int sealed_set_add(SealedSet *s, const char *name, char *blob, size_t length)
{
        char *path = NULL;
        if (asprintf(&path, "config/%s", name) < 0) {
                free(blob);
                return -ENOMEM;
        }
        s->paths[s->n] = path;
        s->blobs[s->n] = blob;
        s->files[s->n++] = (StoreFile){.path = path, .data = blob, .length = length};
        return 0;
}

static int store_pending(Job *j, const AppState *s, const Config *set, Error *error)
{
        Engine *e = j->engine;
        _cleanup_(sealed_set_clear) SealedSet sealed = {0};
        _cleanup_free_ char *ref = pending_ref(j->id);
        int r = ref ? sealed_set_reserve(&sealed, set->n_vars) : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < set->n_vars; i++) {
                const ConfigVar *v = &set->vars[i];
                char *blob = NULL;
                size_t length;
                r = seal_value(e->seal, s->app.id, v->name, v->value, strlen(v->value), &blob, &length);
                if (r >= 0)
                        r = sealed_set_add(&sealed, v->name, blob, length);
        }
        if (r < 0)
                return error_set(error, r, "cannot seal the values: %s", strerror(-r));
        char id[STORE_ID_SIZE];
        const StoreChange change = {
                .ref = ref,
                .empty_tree = true,
                .files = sealed.files,
                .n_files = sealed.n,
                .author = j->operation.actor,
                .email = "",
                .subject = "Values of a config change that is under way",
        };
        return store_commit(e->store, &change, id, error);
}

static void drop_pending(Job *j)
{
        _cleanup_free_ char *ref = pending_ref(j->id);
        char id[STORE_ID_SIZE];
        if (ref && store_resolve(j->engine->store, ref, id) >= 0)
                (void) store_remove_ref(j->engine->store, ref, id, NULL);
}

int configure_submit(Engine *e, AppState *s, const Config *set, char *const *unset, bool no_restart,
                     const Actor *actor, Job **ret, Error *error)
{
        _cleanup_strv_ char **changed = NULL;
        int r = apply(e, s, set, unset, &changed, error);
        if (r < 0)
                return r;
        /* A change that still waits decides anew what it differs from: then nothing is left out here. */
        *ret = NULL;
        if (!changed && !job_pending(e, s->app.name, OPERATION_CONFIG))
                return 0;

        Job *j;
        r = job_new(e, s, OPERATION_CONFIG, actor, &configure_job_type, &j, error);
        if (r < 0)
                return r;
        j->operation.no_restart = no_restart;
        for (size_t i = 0; r >= 0 && i < set->n_vars; i++)
                r = strv_appendf(&j->operation.arguments, "set %s", set->vars[i].name);
        for (char *const *name = unset; r >= 0 && name && *name; name++)
                r = strv_appendf(&j->operation.arguments, "unset %s", *name);
        if (r >= 0)
                r = store_pending(j, s, set, error);
        fault_point("config:sealed");
        if (r >= 0)
                r = job_save(j);
        if (r < 0) {
                job_fail(j, "%s", error_text(error, r));
                return r;
        }
        fault_point("config:queued");
        if (e->observer.job_new)
                e->observer.job_new(e->observer.userdata, j);
        job_run_queue(e);
        *ret = j;
        return 0;
}

/* "Set A, B config vars; unset C" */
static char *describe(char *const *arguments)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        static const char *const verbs[] = {"set ", "unset "}, *const words[] = {"Set ", "Unset "};
        for (size_t k = 0; k < ELEMENTSOF(verbs); k++) {
                size_t n = 0;
                for (char *const *a = arguments; a && *a; a++) {
                        const char *name = text_after(*a, verbs[k]);
                        if (name)
                                buffer_printf(&b, "%s%s",
                                              n++        ? ", "
                                              : b.length ? "; unset "
                                                         : words[k],
                                              name);
                }
        }
        buffer_puts(&b, " config vars");
        char *text = NULL;
        return buffer_finish(&b, &text, NULL) < 0 ? NULL : text;
}

/* 1: the base has the very same; sealing is deterministic. `blob` NULL: the var is to go. */
static int is_unchanged(Job *j, const char *base, const char *path, const char *blob, size_t length)
{
        _cleanup_free_ char *old = NULL;
        size_t n = 0;
        int r = base ? store_read(j->engine->store, base, path, SEALED_MAX, &old, &n) : -ENOENT;
        if (r == -ENOENT)
                return !blob;
        return r < 0 ? r : blob && n == length && memcmp(old, blob, n) == 0;
}

/* What is left to change: another change may have come before this one. `changed` gets its arguments. */
static int read_pending(Job *j, const char *base, SealedSet *set, char ***changed)
{
        _cleanup_free_ char *ref = pending_ref(j->id);
        char id[STORE_ID_SIZE];
        int r = ref ? store_resolve(j->engine->store, ref, id) : -ENOMEM;
        if (r >= 0)
                r = sealed_set_reserve(set, strv_length(j->operation.arguments));
        STRV_FOREACH(a, j->operation.arguments) {
                const char *name = text_after(*a, "set "), *gone = text_after(*a, "unset ");
                _cleanup_free_ char *path = NULL, *blob = NULL;
                size_t length = 0;
                if (r < 0)
                        break;
                if (asprintf(&path, "config/%s", name ? name : gone) < 0)
                        return -ENOMEM;
                if (name)
                        r = store_read(j->engine->store, id, path, SEALED_MAX, &blob, &length);
                if (r >= 0)
                        r = is_unchanged(j, base, path, blob, length);
                if (r != 0)
                        continue;
                r = strv_append(changed, *a);
                if (r >= 0)
                        r = sealed_set_add(set, name ? name : gone, TAKE_PTR(blob), length);
        }
        return r < 0 ? r : 0;
}

static int find_built(void *userdata, const HistoryRelease *h)
{
        AppState *s = userdata;
        if (!h->release.slug)
                return 0;
        memcpy(s->built, h->commit, STORE_ID_SIZE);
        return 1;
}

/* The slug to run with the new config: the current one, or, when nothing could be started yet, the last one
 * that was built (the first push may have failed for want of this very variable). */
static int find_slug(Engine *e, AppState *s, Release *ret, char commit[STORE_ID_SIZE])
{
        if (s->release.slug) {
                memcpy(commit, s->current, STORE_ID_SIZE);
                return release_copy(&s->release, ret);
        }
        if (!s->built_known) {
                int r = history_walk(e->store, s->release_head, find_built, s);
                if (r < 0)
                        return r;
                s->built_known = true;
        }
        memcpy(commit, s->built, STORE_ID_SIZE);
        return commit[0] ? catalog_read_release(&e->catalog, commit, ret, NULL, NULL) : 0;
}

/* Config from the base; slug, Procfile and app.json from the release that was built. */
static int add_built(Engine *e, const char *commit, SealedSet *set, char **procfile, char **app_json)
{
        size_t length = 0, app_json_length = 0;
        StoreFile *files = reallocarray(set->files, set->n + 2, sizeof(StoreFile));
        if (!files)
                return -ENOMEM;
        set->files = files;
        int n = 0;
        if (store_read(e->store, commit, "Procfile", PROCFILE_MAX_BYTES, procfile, &length) >= 0)
                files[set->n + (size_t) n++] =
                        (StoreFile){.path = "Procfile", .data = *procfile, .length = length};
        if (store_read(e->store, commit, "app.json", APPJSON_MAX_BYTES, app_json, &app_json_length) >= 0)
                files[set->n + (size_t) n++] =
                        (StoreFile){.path = "app.json", .data = *app_json, .length = app_json_length};
        return n;
}

static void release_config(Job *j, AppState *s, SealedSet *set, const char *description)
{
        _cleanup_release_ Release old = RELEASE_NULL;
        _cleanup_free_ char *procfile = NULL, *app_json = NULL;
        char slug_commit[STORE_ID_SIZE];
        int n = 0, r = find_slug(j->engine, s, &old, slug_commit);
        if (r >= 0 && slug_commit[0] && !streq(slug_commit, s->current)) {
                n = add_built(j->engine, slug_commit, set, &procfile, &app_json);
                /* It was pushed to that branch, which is the one from then on. */
                r = n < 0 ? n : text_replace(&j->operation.branch, old.branch);
        }
        if (r < 0) {
                job_fail(j, "cannot read what was built last: %s", strerror(-r));
                return;
        }
        const RolloutContent content = {
                .kind = RELEASE_CONFIG,
                .description = description,
                .base = catalog_base(s),
                .slug = old.slug,
                .manifest = old.manifest,
                .commit = old.commit,
                .versions = old.versions,
                .listen = old.listen,
                .files = set->files,
                .n_files = set->n + (size_t) n,
        };
        (void) job_set_step(j, STEP_RELEASING); /* with the branch */
        if (j->operation.no_restart)
                rollout_record(j, &content);
        else
                rollout_release(j, &content);
}

static void configure_begin(Job *j)
{
        AppState *s = job_app(j);
        _cleanup_(sealed_set_clear) SealedSet set = {0};
        _cleanup_strv_ char **changed = NULL;
        j->waiting = false;
        int r = s ? read_pending(j, catalog_base(s), &set, &changed) : -ENOENT;
        _cleanup_free_ char *description = r >= 0 ? describe(changed) : NULL;
        if (!description) {
                job_fail(j, "cannot read the new values: %s", strerror(r < 0 ? -r : ENOMEM));
                return;
        }
        if (!changed) { /* another change, which came before, did the same */
                job_succeed(j);
                return;
        }
        release_config(j, s, &set, description);
}

static void configure_step(Job *j)
{
        if (j->operation.step == STEP_QUEUED || (j->operation.step == STEP_RELEASING && !rollout_adopt(j))) {
                configure_begin(j);
                return;
        }
        j->waiting = false;
        if (j->operation.no_restart)
                rollout_finish_record(j);
        else
                rollout_start(j);
}

static void configure_abandon(Job *j)
{
        rollout_abandon(j);
        drop_pending(j);
}

static void configure_ended(Job *j)
{
        drop_pending(j);
}

const JobType configure_job_type = {
        .step = configure_step, .abandon = configure_abandon, .ended = configure_ended};
