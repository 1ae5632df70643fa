/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/run.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/catalog/catalog.h"
#include "engine/hostfiles.h"
#include "engine/operation/runabout.h"
#include "engine/world/launch.h"
#include "engine/world/observation.h"
#include "model/paths.h"
#include "model/runcommand.h"
#include "model/size.h"

#define RUNS_MAX 100
#define TIME_LIMIT_MAX UINT64_C(31536000)

static char run_type[] = "run";

static bool is_run(const Instance *i)
{
        return i->name.oneoff && streq(i->name.type, run_type);
}

static bool is_taken(const AppWorld *w, unsigned index)
{
        for (size_t i = 0; i < w->n_instances; i++)
                if (is_run(w->instances[i]) && w->instances[i]->name.index == index)
                        return true;
        return false;
}

static int check_env(const Config *env, Error *error)
{
        for (size_t i = 0; i < env->n_vars; i++) {
                const ConfigVar *v = &env->vars[i];
                int r = config_var_check(v->name, v->value, strlen(v->value), error);
                if (r < 0)
                        return r == -EPERM ? error_set(error, -EINVAL, "%s is set by paas itself", v->name)
                                           : r;
        }
        return config_check_total(env, error);
}

static int check_request(const AppState *s, const RunRequest *q, Error *error)
{
        if (!s->release.slug)
                return error_set(error, -EINVAL,
                                 "%s has no release to run a command in: push it first (git push paas main)",
                                 s->app.name);
        if (q->size && !size_find(q->size))
                return error_set(error, -EINVAL, "There is no size \"%.64s\": there are %s", q->size,
                                 size_names());
        if (q->time_limit > TIME_LIMIT_MAX)
                return error_set(error, -EINVAL, "A time limit is one year at most");
        return check_env(q->env, error);
}

/* "Run `rake db:migrate` as run.1, detached, with DEBUG, RAILS_ENV" */
static char *describe(const RunRequest *q, const char *shown, const Run *run)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        char *text = NULL;
        buffer_printf(&b, "Run `%s` as %s%s", shown, run->name, q->control < 0 ? ", detached" : "");
        for (size_t i = 0; i < q->env->n_vars; i++)
                buffer_printf(&b, "%s%s", i == 0 ? ", with " : ", ", q->env->vars[i].name);
        return buffer_finish(&b, &text, NULL) < 0 ? NULL : text;
}

static int record(Engine *e, AppState *s, const char *action, const char *subject, uint64_t operation,
                  const Actor *actor, Error *error)
{
        const Record r = {
                .actor = actor,
                .action = action,
                .subject = subject,
                .operation = operation,
                .version = s->release.version,
        };
        return catalog_change_app(&e->catalog, s, &(AppChange){0}, &r, error);
}

static void launched(void *userdata, Launch *l, int r, const char *text)
{
        Run *run = userdata;
        AppWorld *w = run->world;
        Instance *i = launch_instance(l);
        _cleanup_free_ char *why = strdup(text ? text : "");
        launch_free(l);
        if (r >= 0)
                i->phase = INSTANCE_READY;
        run->started(run, r, why ? why : "");
        world_observe(w);
}

static int write_files(Engine *e, AppState *s, const RunRequest *q, const Instance *i, const char *command,
                       const RunAbout *about, Error *error)
{
        int r = hostfiles_make_etc(s);
        if (r >= 0)
                r = hostfiles_write_environment(e, s, s->current, &s->release, &s->procfile, error);
        if (r >= 0)
                r = hostfiles_write_run(s, i->short_name, command, q->env);
        return r < 0 ? r : run_about_write(s->app.name, i->short_name, about);
}

static int launch(Engine *e, AppState *s, const RunRequest *q, Instance *i, Run *run)
{
        char file[512];
        snprintf(file, sizeof(file), PAAS_ENV_RUN, s->app.name, i->short_name);
        const LaunchOneoff oneoff = {
                .source = "app",
                .environment_file = file,
                .time_limit =
                        q->time_limit == 0 && q->control < 0 ? e->settings.detached_limit : q->time_limit,
                .run = true,
                .control = q->control,
        };
        const LaunchRequest request = {
                .world = run->world,
                .instance = i,
                .release = &s->release,
                .size = q->size,
                .oneoff = &oneoff,
                .done = launched,
                .userdata = run,
        };
        return launch_start(&request);
}

/* Its number and its name. */
static int add_instance(AppWorld *w, AppState *s, Run *run, Instance **ret, Error *error)
{
        unsigned index = 1;
        while (is_taken(w, index))
                index++;
        if (index > RUNS_MAX)
                return error_set(error, -EBUSY,
                                 "%s has %d runs already: `paas ps` lists them, `paas ps:stop "
                                 "run.1` stops one",
                                 s->app.name, RUNS_MAX);
        if (world_last_operation(w) > s->last_operation)
                s->last_operation = world_last_operation(w);
        const InstanceName name = {
                .app = w->app,
                .type = run_type,
                .index = index,
                .version = s->release.version,
                .operation = ++s->last_operation,
                .oneoff = true,
        };
        run->world = w;
        snprintf(run->name, sizeof(run->name), "%s.%u", run_type, index);
        *ret = world_add(w, &name, 0);
        return *ret ? 0 : -ENOMEM;
}

int run_start(Engine *e, AppState *s, const RunRequest *q, const Actor *actor, Run *run, Error *error)
{
        _cleanup_free_ char *command = NULL, *shown = NULL, *subject = NULL;
        char standard[] = SIZE_DEFAULT;
        AppWorld *w = world_get(e, s->app.name);
        Instance *i;

        int r = w ? check_request(s, q, error) : -ENOMEM;
        if (r >= 0)
                r = run_command_make(q->words, &s->procfile, &command, error);
        if (r >= 0)
                r = add_instance(w, s, run, &i, error);
        if (r < 0)
                return r;
        shown = run_command_show(command);
        subject = shown ? describe(q, shown, run) : NULL;
        RunAbout about = {
                .command = shown,
                .user = (char *) actor->name,
                .size = q->size ? (char *) size_find(q->size)->name : standard,
                .detached = q->control < 0,
        };
        r = subject ? record(e, s, "run", subject, i->name.operation, actor, error) : -ENOMEM;
        if (r >= 0)
                r = write_files(e, s, q, i, command, &about, error);
        if (r >= 0)
                r = launch(e, s, q, i, run);
        explicit_bzero(command, strlen(command));
        if (r < 0) {
                hostfiles_remove_run(s->app.name, i->short_name);
                world_drop(w, i);
                return error_set(error, r, "%s cannot be started: %s", run->name, error_text(error, r));
        }
        return 0;
}

bool run_is_one(Engine *e, const AppState *s, const char *what)
{
        AppWorld *w = world_find(e, s->app.name);
        for (size_t i = 0; w && i < w->n_instances; i++) {
                char name[32];
                snprintf(name, sizeof(name), "%s.%u", run_type, w->instances[i]->name.index);
                if (is_run(w->instances[i]) && (streq(what, run_type) || streq(what, name)))
                        return true;
        }
        return false;
}

static void clean_up_app(Engine *e, const char *app)
{
        AppWorld *w = world_find(e, app);
        char path[512];
        snprintf(path, sizeof(path), PAAS_ENV_DIR, app);
        DIR *d = opendir(path);
        if (!d)
                return;
        for (struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
                if (!text_after(entry->d_name, "run.") || text_ends_with(entry->d_name, ".about") ||
                    world_find_named(w, entry->d_name))
                        continue;
                hostfiles_remove_run(app, entry->d_name);
        }
        closedir(d);
}

void run_clean_up(Engine *e)
{
        for (size_t i = 0; i < e->catalog.n_apps; i++)
                clean_up_app(e, e->catalog.apps[i]->app.name);
}
