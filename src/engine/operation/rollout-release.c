/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The first half of a rollout: the release is committed, and has its number. */

#include "engine/operation/rollout.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/catalog/history.h"
#include "engine/fault.h"

bool rollout_adopt(Job *j)
{
        AppState *s = job_app(j);
        uint64_t operation = 0, version = 0;
        if (j->operation.release)
                return true;
        if (!s || !s->release_head[0] ||
            history_tip(j->engine->store, s->release_head, &operation, &version) < 0 ||
            operation != j->operation.number)
                return false;
        j->operation.version = version;
        return text_replace(&j->operation.release, s->release_head) >= 0;
}

static int compose(const Job *j, const AppState *s, const RolloutContent *content, Release *release)
{
        int r = uuid_new(release->id);
        if (r >= 0)
                r = text_replace(&release->description, content->description);
        if (r >= 0)
                r = text_replace(&release->slug, content->slug);
        if (r >= 0)
                r = text_replace(&release->manifest, content->manifest);
        if (r >= 0)
                r = text_replace(&release->commit, content->commit);
        if (r >= 0)
                r = text_replace(&release->branch, j->operation.branch);
        if (r >= 0)
                r = text_replace(&release->stack, "host");
        if (r >= 0)
                r = text_replace(&release->actor, j->operation.actor);
        for (char *const *v = content->versions; r >= 0 && v && *v; v++)
                r = strv_append(&release->versions, *v);
        release->version = s->last_version + 1;
        release->kind = content->kind;
        release->listen = content->listen;
        release->no_rollback = content->no_rollback;
        release->created = clock_realtime() / USEC_PER_SEC * USEC_PER_SEC;
        return r;
}

/* False: the job has ended. */
static bool commit_release(Job *j, const RolloutContent *content)
{
        AppState *s = job_app(j);
        _cleanup_release_ Release release = RELEASE_NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        char commit[STORE_ID_SIZE];
        if (!s) {
                job_fail(j, "the application was destroyed meanwhile");
                return false;
        }

        const Actor actor = job_actor(j);
        int r = compose(j, s, content, &release);
        const Record record = {
                .actor = &actor,
                .action = operation_kind_to_string(j->operation.kind),
                .subject = content->description,
                .operation = j->operation.number,
                .version = release.version,
        };
        if (r >= 0)
                r = catalog_commit_release(&j->engine->catalog, s, content->base, content->files,
                                           content->n_files, &release, &record, commit, &error);
        if (r < 0) {
                job_fail(j, "cannot record the release: %s", error_text(&error, r));
                return false;
        }
        fault_point("release-committed");
        j->operation.version = release.version;
        r = text_replace(&j->operation.release, commit);
        if (r >= 0)
                r = text_replace(&j->operation.previous, s->current[0] ? s->current : NULL);
        if (r < 0)
                job_fail(j, "out of memory");
        return r >= 0;
}

void rollout_release(Job *j, const RolloutContent *content)
{
        if (commit_release(j, content))
                rollout_start(j);
}

void rollout_record(Job *j, const RolloutContent *content)
{
        if (commit_release(j, content))
                rollout_finish_record(j);
}

void rollout_finish_record(Job *j)
{
        AppState *s = job_app(j);
        _cleanup_free_ char *subject = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        const Actor actor = job_actor(j);
        int r = 0;
        if (!s) {
                job_fail(j, "the application was destroyed meanwhile");
                return;
        }
        if (asprintf(&subject, "Release v%llu waits for the next one",
                     (unsigned long long) j->operation.version) < 0)
                r = -ENOMEM;
        const Record record = {
                .actor = &actor,
                .action = operation_kind_to_string(j->operation.kind),
                .subject = subject,
                .operation = j->operation.number,
                .version = j->operation.version,
                .status = "recorded",
        };
        const AppChange change = {.recorded = j->operation.release};
        if (r >= 0 && !streq(s->recorded, j->operation.release))
                r = catalog_change_app(&j->engine->catalog, s, &change, &record, &error);
        if (r < 0) {
                job_fail(j, "cannot record the release: %s", error_text(&error, r));
                return;
        }
        fault_point("recorded");
        job_succeed(j);
}
