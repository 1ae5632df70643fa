/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/releasephase.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "basic/text.h"
#include "engine/fault.h"
#include "engine/traffic/drain.h"
#include "engine/world/launch.h"

bool releasephase_is_due(const Job *j, const Procfile *procfile)
{
        return j->operation.step <= STEP_RELEASING && !j->operation.skip_release &&
               procfile_find(procfile, "release");
}

static void explain(void *userdata, int r, const UnitStatus *status)
{
        Job *j = userdata;
        j->phase_status = unit_call_free(j->phase_status);
        if (r < 0 || !status->loaded)
                job_fail(j, "the release command failed");
        else if (streq(status->result, "timeout"))
                job_fail(j,
                         "the release command took longer than %llu s (release-timeout in [app] of "
                         "paas.conf)",
                         (unsigned long long) j->engine->settings.release_timeout);
        else if (streq(status->result, "oom-kill"))
                job_fail(j, "the release command ran out of memory (see paas ps:scale for its size)");
        else if (status->exit_code == CLD_EXITED)
                job_fail(j, "the release command exited with status %d", status->exit_status);
        else
                job_fail(j, "the release command was killed: %s", strsignal(status->exit_status));
}

static void phase_ended(void *userdata, Launch *l, int r, const char *text)
{
        Job *j = userdata;
        Instance *i = launch_instance(l);
        AppWorld *w = job_world(j);
        launch_free(l);
        if (r >= 0 && w) {
                fault_point("release-command-ended"); /* its unit stays, and tells the same again */
                j->phase_done(j);
                drain_stop(w, i); /* and whatever it left running */
                return;
        }
        if (r == -ENOENT) /* the host was started anew in the middle of it */
                job_fail(j,
                         "it is not known how far the release command came before paas was stopped: see to "
                         "it, "
                         "then paas releases:retry v%llu",
                         (unsigned long long) j->operation.version);
        else if (r != -EIO || units_status(j->engine->units, i->unit, explain, j, &j->phase_status) < 0)
                job_fail(j, "the release command cannot be run: %s", text ? text : strerror(-r));
}

static Instance *find_or_add(Job *j, AppWorld *w, const Release *release)
{
        char type[] = "release";
        const InstanceName name = {
                .app = w->app,
                .type = type,
                .index = 1,
                .version = release->version,
                .operation = j->operation.number,
                .oneoff = true,
        };
        Instance *i = world_find_instance(w, &name);
        return i ? i : world_add(w, &name, 0);
}

void releasephase_begin(Job *j, AppWorld *w, const Release *release, const Procfile *procfile,
                        void (*done)(Job *j))
{
        const FormationEntry *f = formation_find(&j->formation, "release");
        const LaunchOneoff oneoff = {
                .source = "release",
                .time_limit = j->engine->settings.release_timeout,
        };
        Instance *i = find_or_add(j, w, release);
        if (!i) {
                job_fail(j, "out of memory");
                return;
        }
        if (!i->loaded && j->operation.release_begun) {
                job_fail(j,
                         "it is not known how far the release command came before paas was stopped: see to "
                         "it, "
                         "then paas releases:retry v%llu",
                         (unsigned long long) release->version);
                return;
        }
        if (!i->loaded)
                job_say(j, "-----> Running the release command: %.200s",
                        procfile_find(procfile, "release")->command);
        j->operation.release_begun = true;
        j->phase_done = done;
        int r = job_save(j);
        fault_point("release-command");
        const LaunchRequest request = {
                .world = w,
                .instance = i,
                .release = release,
                .size = f ? f->size : NULL,
                .operation = j->id,
                .oneoff = &oneoff,
                .done = phase_ended,
                .userdata = j,
        };
        if (r >= 0)
                r = launch_start(&request);
        if (r < 0)
                job_fail(j, "the release command cannot be run: %s", strerror(-r));
}
