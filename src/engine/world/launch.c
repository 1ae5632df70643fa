/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/cleanup/assets.h"
#include "engine/cleanup/slugs.h"
#include "engine/hostfiles.h"
#include "engine/world/appinfo.h"
#include "engine/world/liveness.h"
#include "engine/world/mounted.h"
#include "engine/world/observation.h"
#include "engine/world/proof.h"
#include "model/paths.h"
#include "render/instance.h"
#include "render/oneoff.h"
#include "render/slugunit.h"

/* Restarts during a check after which there is nothing to wait for any more. */
#define HOPELESS_RESTARTS 2
#define SLUG_ATTEMPTS 10
#define RETRY_USEC (200 * USEC_PER_MSEC)

typedef enum LaunchState {
        LAUNCH_SLUG,      /* asks for the slug's mount */
        LAUNCH_SLUG_WAIT, /* somebody else asked for it already */
        LAUNCH_UP,        /* the service with its layer starts, and its check asks until it answers */
} LaunchState;

struct Launch {
        AppWorld *world;    /* borrowed */
        Instance *instance; /* borrowed; it owns us */
        Release release;
        const Size *size;
        char *operation;
        LaunchOneoff oneoff; /* with a copy of the socket that is ours */
        bool is_oneoff;
        char *environment_file;
        LaunchDone done;
        void (*started)(void *userdata);
        void *userdata;
        LaunchState state;
        unsigned slug_attempts;
        sd_event_source *retry;
        uint64_t stale_since; /* monotonic; 0: nothing of a destroyed application was in the way */
        UnitCall *call;       /* the slug, then the service */
        Proof *proof;         /* its checks; NULL: there is none, or it has passed */
};

Launch *launch_free(Launch *l)
{
        if (!l)
                return NULL;
        proof_free(l->proof);
        unit_call_free(l->call);
        sd_event_source_disable_unref(l->retry);
        if (l->instance->launch == l)
                l->instance->launch = NULL;
        if (l->world->observation) { /* it may have been asked before the unit was there */
                l->instance->spared = true;
                l->world->again = true;
        }
        release_clear(&l->release);
        free(l->operation);
        free(l->environment_file);
        closep(&l->oneoff.control);
        free(l);
        return NULL;
}

static void launch_step(void *userdata, int r, const char *text);
static void proof_done(void *userdata, int r, const char *text);

static void finish(Launch *l, int r, const char *text)
{
        LaunchDone done = l->done;
        void *userdata = l->userdata;
        if (r >= 0)
                l->instance->phase = INSTANCE_READY;
        done(userdata, l, r, text);
}

void launch_give_up(Launch *l)
{
        finish(l, -ENOENT, "the application was destroyed meanwhile");
}

static RenderInstance describe(const Launch *l, const AppState *s)
{
        const char *type = l->instance->name.type;
        return (RenderInstance){
                .name = &l->instance->name,
                .app_id = s->app.id,
                .release = &l->release,
                .size = l->size,
                .run_uid = s->app.run_uid,
                .assets = assets_are_mounted(&l->instance->name),
                .port = l->instance->port,
                .listen = l->instance->listen,
                .stop_signal = (int) settings_number(&s->settings, type, "stop-signal"),
                .stop_main = streq(settings_text(&s->settings, type, "stop-scope"), "main"),
                .stop_timeout = settings_number(&s->settings, type, "stop-timeout"),
                .boot_timeout = l->world->engine->settings.boot_timeout,
                .restart_steps = l->world->engine->restart_steps,
        };
}

/* NULL, and the launch has ended: destroyed meanwhile. */
static AppState *find_app(Launch *l)
{
        AppState *s = catalog_find_app(&l->world->engine->catalog, l->world->app);
        if (!s)
                launch_give_up(l);
        return s;
}

static int start_slug(Launch *l, const AppState *s)
{
        const InstanceName *n = &l->instance->name;
        RenderSlug slug = {
                .app = n->app,
                .version = n->version,
                .slug = l->release.slug,
                .build_uid = slugs_owner(n->app, l->release.slug, s->app.build_uid),
                .run_uid = s->app.run_uid,
        };
        assets_describe(s, &slug);
        bool keeps = slug.slug_before && *slug.assets;
        _cleanup_unit_spec_ UnitSpec *spec = render_slug(&slug),
                                     *assets = keeps ? render_assets(&slug) : NULL;
        int r = unit_spec_check(spec);
        if (r >= 0 && keeps)
                r = unit_spec_check(assets);
        if (r < 0)
                return r;
        l->state = LAUNCH_SLUG;
        return units_start(l->world->engine->units, spec, &assets, keeps ? 1 : 0, launch_step, l, &l->call);
}

static int wait_slug(Launch *l)
{
        _cleanup_free_ char *unit = render_slug_unit(l->instance->name.app, l->instance->name.version);
        if (!unit)
                return -ENOMEM;
        l->state = LAUNCH_SLUG_WAIT;
        return units_wait(l->world->engine->units, unit, launch_step, l, &l->call);
}

static int start_proof(Launch *l, const AppState *s)
{
        const RenderInstance i = describe(l, s);
        const ProofRequest request = {
                .world = l->world,
                .instance = l->instance,
                .render = &i,
                .operation = l->operation,
                .done = proof_done,
                .userdata = l,
        };
        return l->is_oneoff || !proof_is_due(l->instance, &l->release) ? 0
                                                                       : proof_begin(&request, &l->proof);
}

static UnitSpec *make_service(const Launch *l, const RenderInstance *i)
{
        if (!l->is_oneoff)
                return render_instance_service(i);
        const RenderOneoff oneoff = {
                .instance = *i,
                .environment_file = l->environment_file,
                .source = l->oneoff.source,
                .operation = l->operation,
                .time_limit = l->oneoff.time_limit,
                .control = l->oneoff.control,
        };
        return l->oneoff.run ? render_run(&oneoff) : render_oneoff(&oneoff);
}

static int start_service(Launch *l, const AppState *s)
{
        const RenderInstance i = describe(l, s);
        bool held = i.listen != LISTEN_PORT;
        _cleanup_unit_spec_ UnitSpec *service = make_service(l, &i), *mount = render_instance_mount(&i),
                                     *socket = held ? render_instance_socket(&i) : NULL;
        UnitSpec *aux[2 + LIVENESS_UNITS] = {mount, socket}, **live = aux + (held ? 2 : 1);
        int r = hostfiles_make_layer(s, l->instance->short_name);
        if (r < 0)
                return r;
        l->state = LAUNCH_UP;
        int n = l->is_oneoff ? 0 : liveness_units(l->world->engine, s, l->instance, &i, live);
        if (n < 0)
                return n;
        r = units_start(l->world->engine->units, service, aux, (held ? 2 : 1) + (size_t) n, launch_step, l,
                        &l->call);
        while (n > 0)
                unit_spec_free(live[--n]);
        return r >= 0 ? start_proof(l, s) : r;
}

static int look_again(sd_event_source *source, uint64_t usec, void *userdata)
{
        Launch *l = userdata;
        l->retry = sd_event_source_disable_unref(l->retry);
        AppState *s = find_app(l);
        int r = s ? start_slug(l, s) : 0;
        if (r < 0)
                finish(l, r, strerror(-r));
        return 0;
}

/* The processes of a destroyed application of this name have their time to stop; its slug is unmounted then.
 */
static int wait_stale(Launch *l)
{
        const Engine *e = l->world->engine;
        uint64_t limit = (e->settings.drain_timeout + e->settings.stop_timeout + 10) * USEC_PER_SEC;
        if (l->stale_since == 0)
                l->stale_since = clock_monotonic();
        if (clock_monotonic() > l->stale_since + limit) {
                finish(l, -EBUSY, "the destroyed application of this name has not stopped yet");
                return 0;
        }
        return sd_event_add_time_relative(e->event, &l->retry, CLOCK_MONOTONIC, RETRY_USEC, 0, look_again,
                                          l);
}

static int after_slug(Launch *l, const AppState *s, int r, const char *text)
{
        if (l->state == LAUNCH_SLUG && r == -EEXIST)
                return mounted_is_stale(&l->world->mounted, l->instance->name.version, l->release.slug)
                               ? wait_stale(l)
                               : wait_slug(l);
        /* It may just have been unmounted, after the last instance that used it: once more. */
        if (l->state == LAUNCH_SLUG_WAIT && (r < 0 || !streq(text, "done")) &&
            l->slug_attempts++ < SLUG_ATTEMPTS)
                return start_slug(l, s);
        if (r < 0) {
                finish(l, r, "its slug cannot be mounted (see journalctl -t paas-mount)");
                return 0;
        }
        return start_service(l, s);
}

static void after_service(Launch *l, int r, const char *text)
{
        if (r < 0) {
                finish(l, r, text);
                return;
        }
        world_observe_at_once(l->world); /* its pid is known now, and asked for as soon as this has ended */
        if (l->started)
                l->started(l->userdata);
        if (!l->proof)
                finish(l, 0, NULL);
        else if ((r = proof_running(l->proof)) < 0)
                finish(l, r, strerror(-r));
}

static void launch_step(void *userdata, int r, const char *text)
{
        Launch *l = userdata;
        l->call = unit_call_free(l->call);

        AppState *s = find_app(l);
        if (!s)
                return;
        if (l->state == LAUNCH_UP) {
                after_service(l, r, text);
                return;
        }
        r = after_slug(l, s, r, text);
        if (r < 0)
                finish(l, r, strerror(-r));
}

static void proof_done(void *userdata, int r, const char *text)
{
        Launch *l = userdata;
        if (!find_app(l))
                return;
        finish(l, r, text);
}

/* One that runs already, when its start is over. Without a check it is proven by running. */
static int prove_loaded(Launch *l, const AppState *s)
{
        bool is_starting =
                l->instance->state == UNIT_ACTIVATING &&
                checks_find(&l->release.checks, l->instance->name.type, CHECK_STARTUP, CHECK_NOTIFY);
        if (!is_starting && !proof_is_due(l->instance, &l->release))
                return -EALREADY;
        int r = start_proof(l, s);
        if (r < 0)
                return r;
        l->state = LAUNCH_UP;
        return is_starting ? units_wait(l->world->engine->units, l->instance->unit, launch_step, l, &l->call)
                           : proof_running(l->proof);
}

static int begin(Launch *l, const AppState *s)
{
        const Instance *i = l->instance;
        if (!i->loaded)
                return start_slug(l, s);
        if (l->is_oneoff) {
                l->state = LAUNCH_UP;
                return units_wait(l->world->engine->units, i->unit, launch_step, l, &l->call);
        }
        return prove_loaded(l, s);
}

static int take_oneoff(Launch *l, const LaunchOneoff *o)
{
        l->is_oneoff = true;
        l->oneoff = *o;
        l->oneoff.control = -1;
        if (o->run && o->control >= 0) {
                l->oneoff.control = fcntl(o->control, F_DUPFD_CLOEXEC, 3);
                if (l->oneoff.control < 0)
                        return -errno;
        }
        return text_replace(&l->environment_file, o->environment_file);
}

int launch_start(const LaunchRequest *request)
{
        Launch *l = calloc(1, sizeof(Launch));
        if (!l)
                return -ENOMEM;
        l->world = request->world;
        l->instance = request->instance;
        l->done = request->done;
        l->started = request->started;
        l->userdata = request->userdata;
        l->oneoff.control = -1;
        l->size = size_find(request->size ? request->size : SIZE_DEFAULT);
        if (!l->size)
                l->size = size_find(SIZE_DEFAULT);
        launch_free(request->instance->launch);
        request->instance->launch = l;

        AppState *s = catalog_find_app(&l->world->engine->catalog, l->world->app);
        int r = s ? release_copy(request->release, &l->release) : -ENOENT;
        if (r >= 0 && request->operation)
                r = text_replace(&l->operation, request->operation);
        if (r >= 0 && request->oneoff)
                r = take_oneoff(l, request->oneoff);
        if (r >= 0)
                r = begin(l, s);
        if (r < 0)
                launch_free(l);
        return r;
}

/* "exited with status 1", "was killed by SIGSEGV" */
static char *describe_exit(const Instance *i)
{
        char *s = NULL;
        int n;
        if (i->exit_code == CLD_EXITED)
                n = asprintf(&s, "it exits with status %d, again and again", i->exit_status);
        else
                n = asprintf(&s, "it is killed by %s, again and again", strsignal(i->exit_status));
        return n < 0 ? NULL : s;
}

void launch_observe(Launch *l)
{
        if (!l->proof)
                return;
        if (!l->operation || l->instance->restarts.counted < HOPELESS_RESTARTS) {
                proof_observe(l->proof);
                return;
        }
        _cleanup_free_ char *text = describe_exit(l->instance);
        finish(l, -EPROTO, text ? text : "it exits again and again");
}

Instance *launch_instance(Launch *l)
{
        return l->instance;
}
