/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/proof.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/world/appinfo.h"
#include "render/checkunits.h"

struct Proof {
        AppWorld *world;
        Instance *instance;
        RenderInstance render;
        const char *operation;
        ProofDone done;
        void *userdata;
        unsigned pending;   /* that have not passed yet; the process's start is one of them */
        UnitCall *probe;    /* begun with the service: its sandbox is ready when there is somebody to ask */
        UnitCall *commands; /* in the sandbox of the instance, which has to be there */
        sd_event_source *uptime;
        uint64_t seconds; /* that it must stay up; 0: no matter */
        unsigned restarts;
};

static const Checks *checks_of(const Proof *p)
{
        return &p->render.release->checks;
}

static bool asks_network(const Instance *i, const Checks *c)
{
        return checks_gate(c, i->name.type, CHECK_PATH) || checks_gate(c, i->name.type, CHECK_LISTENING) ||
               (instance_is_routed(i) && checks_usual(c));
}

bool proof_is_due(const Instance *i, const Release *release)
{
        const Checks *c = &release->checks;
        return asks_network(i, c) || checks_gate(c, i->name.type, CHECK_COMMAND) ||
               checks_find(c, i->name.type, CHECK_STARTUP, CHECK_UPTIME);
}

static void stop_unit(Proof *p, UnitCall **call, char *unit)
{
        if (*call && unit)
                (void) units_kill(p->world->engine->units, unit, SIGKILL, false);
        *call = unit_call_free(*call);
        free(unit);
}

Proof *proof_free(Proof *p)
{
        if (!p)
                return NULL;
        stop_unit(p, &p->probe, render_probe_unit(&p->instance->name, p->instance->attempts));
        stop_unit(p, &p->commands, render_command_unit(&p->instance->name, p->instance->attempts));
        sd_event_source_disable_unref(p->uptime);
        free(p);
        return NULL;
}

static void passed(Proof *p)
{
        if (--p->pending == 0)
                p->done(p->userdata, 0, NULL);
}

/* The longest of those that a unit makes. */
static uint64_t span_of(const Proof *p, bool commands)
{
        uint64_t span = 0;
        for (size_t i = 0; i < checks_of(p)->n; i++) {
                const Check *c = &checks_of(p)->list[i];
                if (streq(c->process, p->instance->name.type) && c->type != CHECK_LIVENESS &&
                    (c->way == CHECK_COMMAND) == commands && check_span(c) > span)
                        span = check_span(c);
        }
        return span;
}

static void probe_done(void *userdata, int r, const char *text);
static void commands_done(void *userdata, int r, const char *text);

static int ask(Proof *p, bool commands)
{
        Engine *e = p->world->engine;
        AppState *s = catalog_find_app(&e->catalog, p->world->app);
        _cleanup_strv_ char **domains = NULL;
        char address[INSTANCE_ADDRESS_SIZE];
        int r = s ? app_domains(e, s, &domains) : -ENOENT;
        if (r < 0)
                return r;
        if (instance_is_routed(p->instance))
                instance_address(p->instance, address);
        const RenderCheck c = {
                .instance = &p->render,
                .type = CHECK_STARTUP,
                .host = domains ? domains[0] : "localhost",
                .operation = p->operation,
                .attempt = p->instance->attempts,
                .address = instance_is_routed(p->instance) ? address : NULL,
                .checks = checks_has(checks_of(p), p->instance->name.type),
                .timeout = e->settings.boot_timeout,
                .span = span_of(p, commands),
        };
        _cleanup_unit_spec_ UnitSpec *spec = commands ? render_command(&c) : render_probe(&c);
        r = unit_spec_check(spec);
        if (r < 0)
                return r;
        return commands ? units_start(e->units, spec, NULL, 0, commands_done, p, &p->commands)
                        : units_start(e->units, spec, NULL, 0, probe_done, p, &p->probe);
}

static void answered(Proof *p, int r, bool commands)
{
        if (r == -EEXIST) { /* the check that was begun before our own restart */
                p->instance->attempts++;
                r = ask(p, commands);
                if (r < 0)
                        p->done(p->userdata, r, strerror(-r));
        } else if (r < 0)
                p->done(p->userdata, -EPROTO, "it did not pass its check");
        else
                passed(p);
}

static void probe_done(void *userdata, int r, const char *text)
{
        Proof *p = userdata;
        p->probe = unit_call_free(p->probe);
        answered(p, r, false);
}

static void commands_done(void *userdata, int r, const char *text)
{
        Proof *p = userdata;
        p->commands = unit_call_free(p->commands);
        answered(p, r, true);
}

int proof_begin(const ProofRequest *request, Proof **ret)
{
        Proof *p = calloc(1, sizeof(Proof));
        if (!p)
                return -ENOMEM;
        *p = (Proof){
                .world = request->world,
                .instance = request->instance,
                .render = *request->render,
                .operation = request->operation,
                .done = request->done,
                .userdata = request->userdata,
                .pending = 1,
                .restarts = request->instance->restarts.counted,
        };
        const Check *uptime = checks_find(checks_of(p), p->instance->name.type, CHECK_STARTUP, CHECK_UPTIME);
        p->seconds = uptime ? uptime->seconds : 0;
        p->instance->attempts++;
        if (asks_network(p->instance, checks_of(p))) {
                p->pending++;
                int r = ask(p, false);
                if (r < 0) {
                        free(p);
                        return r;
                }
        }
        *ret = p;
        return 0;
}

static int stayed_up(sd_event_source *source, uint64_t usec, void *userdata)
{
        Proof *p = userdata;
        p->uptime = sd_event_source_disable_unref(p->uptime);
        passed(p);
        return 0;
}

int proof_running(Proof *p)
{
        uint64_t now = clock_realtime(), since = p->instance->active_since;
        int r = 0;
        if (p->seconds > 0) {
                uint64_t up = since > 0 && now > since ? now - since : 0, wanted = p->seconds * USEC_PER_SEC;
                p->pending++;
                r = sd_event_add_time_relative(p->world->engine->event, &p->uptime, CLOCK_MONOTONIC,
                                               up < wanted ? wanted - up : 0, 0, stayed_up, p);
        }
        if (r >= 0 && checks_gate(checks_of(p), p->instance->name.type, CHECK_COMMAND)) {
                p->pending++;
                r = ask(p, true);
        }
        if (r >= 0)
                passed(p);
        return r;
}

void proof_observe(Proof *p)
{
        if (!p->uptime || p->instance->restarts.counted == p->restarts)
                return;
        char text[128];
        snprintf(text, sizeof(text), "it ended before it had been up for %llu s (its check \"uptime\")",
                 (unsigned long long) p->seconds);
        p->done(p->userdata, -EPROTO, text);
}
