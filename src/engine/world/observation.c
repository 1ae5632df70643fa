/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/observation.h"

#include <errno.h>
#include <signal.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/audit/events.h"
#include "engine/world/mounted.h"
#include "model/name.h"
#include "render/instance.h"

/* A unit that starts or stops tells of a dozen changes: systemd is asked at once after the first, and then
 * this seldom. */
#define OBSERVE_EVERY_USEC (100 * USEC_PER_MSEC)

/* After our own restart the times of earlier exits are not known: they count as of now. */
static void note_ends(Instance *i, unsigned counted)
{
        for (unsigned n = restarts_note_ends(&i->restarts, counted); n > 0; n--)
                instance_note_exit(i);
}

static unsigned port_of(const UnitStatus *u)
{
        uint64_t port = 0;
        const char *value = unit_status_environment(u, "PORT=");
        return value && text_parse_uint(value, 65535, &port) >= 0 ? (unsigned) port : 0;
}

/* Once for each time that it begins. What we find crashing after our own start was told before. */
static void tell_crash(AppWorld *w, Instance *i, bool is_new)
{
        bool crashed = instance_crashed(i);
        if (crashed && !i->crash_told && !is_new && !i->launch) {
                _cleanup_free_ char *message = NULL;
                if (asprintf(&message, "%s.%u exits again and again (%s %d)", i->name.type, i->name.index,
                             i->exit_code == CLD_EXITED ? "status" : "signal", i->exit_status) < 0)
                        return;
                event_emit(w->engine, &(Event){.type = "crashed",
                                               .app = w->app,
                                               .release = i->name.version,
                                               .message = message});
        }
        i->crash_told = crashed;
}

/* Somebody stops it, or its main process has ended and others have not yet: it may be started again. Where
 * somebody restarts it, connections wait in a held socket meanwhile: it stays what it is. */
static void follow_stop(Instance *i, const UnitStatus *u)
{
        bool waits = u->starting && i->listen != LISTEN_PORT;
        if (u->state == UNIT_DEACTIVATING && !waits && i->phase != INSTANCE_DRAINING &&
            i->phase != INSTANCE_STOPPING) {
                i->was_ready = i->phase == INSTANCE_READY;
                i->phase = INSTANCE_STOPPING;
        } else if (i->phase == INSTANCE_STOPPING && !i->asked_to_stop &&
                   (u->state == UNIT_ACTIVE || u->state == UNIT_ACTIVATING)) {
                i->phase = i->was_ready ? INSTANCE_READY : INSTANCE_UNPROVEN;
        }
}

static int update_instance(AppWorld *w, const InstanceName *name, const UnitStatus *u)
{
        Instance *i = world_find_instance(w, name);
        bool is_new = !i;
        if (!i)
                i = world_add(w, name, port_of(u));
        if (!i)
                return -ENOMEM;
        i->loaded = true;
        i->has_socket = false;
        if (u->known) {
                tell_crash(w, i, false);
                return 0;
        }
        sighting_note(&i->sighting);
        if (i->port == 0)
                i->port = port_of(u);
        (void) listen_from_string(unit_status_environment(u, "PAAS_LISTEN="), &i->listen); /* none: port */
        note_ends(i, u->restarts);
        i->state = u->state;
        i->main_pid = u->main_pid;
        if (u->exit_code != 0) { /* a process that runs again has none: the last one's is what counts */
                i->exit_code = u->exit_code;
                i->exit_status = u->exit_status;
        }
        i->started = u->started;
        i->active_since = u->active_since;
        tell_crash(w, i, is_new);
        if (i->quiet_since == 0)
                i->quiet_since = render_quiet_since(u->description);
        if (i->quiet_since > 0 && i->phase < INSTANCE_DRAINING) { /* told before this process was started */
                uint64_t now = clock_realtime(), age = now > i->quiet_since ? now - i->quiet_since : 0;
                i->phase = INSTANCE_DRAINING;
                i->drain_since = clock_monotonic() - age;
        }
        follow_stop(i, u);
        int r = i->app_id ? 0 : text_replace(&i->app_id, unit_status_environment(u, "PAAS_APP_ID="));
        return r < 0 ? r : text_replace(&i->sub_state, u->sub_state);
}

/* Between its stop and its start, which may have to wait for others, it has not gone. */
static bool is_restarting(AppWorld *w, const InstanceName *name, const UnitStatus *u)
{
        const Instance *i = world_find_instance(w, name);
        return u->starting && !(i && i->launch);
}

static int update_unit(Engine *e, const UnitStatus *u)
{
        _cleanup_instance_name_ InstanceName name = INSTANCE_NAME_NULL;
        _cleanup_free_ char *app = NULL;
        uint64_t version;

        if (!u->loaded)
                return 0;
        if (instance_name_parse(u->name, &name) >= 0) {
                AppWorld *w = world_get(e, name.app);
                if (!w)
                        return -ENOMEM;
                if (u->state == UNIT_INACTIVE && !is_restarting(w, &name, u))
                        return 0;
                return update_instance(w, &name, u);
        }
        if (mounted_unit_parse(u->name, &app, &version) >= 0 && u->state != UNIT_INACTIVE) {
                AppWorld *w = world_get(e, app);
                return w ? mounted_see(&w->mounted, version, u) : -ENOMEM;
        }
        return 0;
}

/* After the services: one whose instance is not there is left over. */
static int update_socket(Engine *e, const UnitStatus *u)
{
        _cleanup_instance_name_ InstanceName name = INSTANCE_NAME_NULL;
        if (!u->loaded || u->state == UNIT_INACTIVE || instance_socket_parse(u->name, &name) < 0)
                return 0;
        AppWorld *w = world_get(e, name.app);
        if (!w)
                return -ENOMEM;
        Instance *i = world_find_instance(w, &name);
        if (!i || (!i->loaded && !i->launch && !i->spared))
                return strv_append(&w->stray_sockets, u->name);
        i->has_socket = u->state != UNIT_FAILED;
        return 0;
}

/* After the services, too: what asks systemd to start one again. */
static void update_relive(Engine *e, const UnitStatus *u)
{
        _cleanup_instance_name_ InstanceName name = INSTANCE_NAME_NULL;
        if (!u->loaded || u->known || instance_relive_parse(u->name, &name) < 0)
                return;
        AppWorld *w = world_find(e, name.app);
        Instance *i = w ? world_find_instance(w, &name) : NULL;
        if (!i)
                return;
        sighting_note(&i->relive);
        restarts_note_lifeless(&i->restarts, u->started);
}

/* What the observation did not show any more is gone, unless it is only about to be started. */
static void forget_vanished(AppWorld *w)
{
        for (size_t i = w->n_instances; i-- > 0;) {
                Instance *instance = w->instances[i];
                bool spared = instance->spared;
                instance->spared = false;
                if (instance->loaded || instance->launch || spared)
                        continue;
                w->engine->instance_gone(w, instance);
                world_drop(w, instance);
        }
}

int world_update(Engine *e, AppWorld *only, const UnitStatus *list, size_t n)
{
        for (size_t i = 0; i < e->n_worlds; i++) {
                AppWorld *w = e->worlds[i];
                if (only && w != only)
                        continue;
                mounted_unsee(&w->mounted);
                w->stray_sockets = strv_free(w->stray_sockets);
                for (size_t k = 0; k < w->n_instances; k++)
                        w->instances[k]->loaded = false;
        }
        for (size_t i = 0; i < n; i++) {
                int r = update_unit(e, &list[i]);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < n; i++) {
                update_relive(e, &list[i]);
                int r = update_socket(e, &list[i]);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < e->n_worlds; i++) {
                if (!only || e->worlds[i] == only) {
                        forget_vanished(e->worlds[i]);
                        e->worlds[i]->slug_gone |= mounted_drop_unseen(&e->worlds[i]->mounted);
                }
        }
        return 0;
}

static void observed(void *userdata, int r, const UnitStatus *list, size_t n)
{
        AppWorld *w = userdata;
        w->observation = unit_call_free(w->observation);
        if (r >= 0)
                r = world_update(w->engine, w, list, n);
        if (r < 0)
                log_error(r, "%s: cannot observe its units", w->app);
        if (w->again) {
                w->again = false;
                world_observe(w);
                return;
        }
        if (r >= 0)
                w->engine->world_observed(w);
}

static int due(sd_event_source *source, uint64_t usec, void *userdata)
{
        AppWorld *w = userdata;
        w->later = sd_event_source_disable_unref(w->later);
        world_observe(w);
        return 0;
}

/* What systemd has told no change of, and is in the same state, has the properties that it had. */
static bool is_known(void *userdata, const char *name, UnitState state, const char *sub_state)
{
        AppWorld *w = userdata;
        _cleanup_instance_name_ InstanceName n = INSTANCE_NAME_NULL;
        _cleanup_free_ char *app = NULL;
        uint64_t version;
        if (instance_name_parse(name, &n) >= 0) {
                Instance *i = world_find_instance(w, &n);
                return i && sighting_is_current(&i->sighting) && i->state == state &&
                       text_equal(i->sub_state, sub_state);
        }
        if (instance_socket_parse(name, &n) >= 0)
                return true; /* its state is all that counts */
        if (instance_relive_parse(name, &n) >= 0) {
                Instance *i = world_find_instance(w, &n);
                return i && sighting_is_current(&i->relive);
        }
        MountedSlug *slug =
                mounted_unit_parse(name, &app, &version) >= 0 ? mounted_find(&w->mounted, version) : NULL;
        return slug && sighting_is_current(&slug->sighting);
}

void world_unit_changed(Engine *e, const char *unit)
{
        _cleanup_instance_name_ InstanceName n = INSTANCE_NAME_NULL;
        _cleanup_free_ char *app = NULL;
        uint64_t version;
        if (instance_name_parse(unit, &n) >= 0) {
                AppWorld *w = world_get(e, n.app);
                Instance *i = w ? world_find_instance(w, &n) : NULL;
                if (i)
                        i->sighting.changes++;
                if (w)
                        world_observe(w);
        } else if (instance_relive_parse(unit, &n) >= 0) {
                AppWorld *w = world_find(e, n.app);
                Instance *i = w ? world_find_instance(w, &n) : NULL;
                if (i) {
                        i->relive.changes++;
                        world_observe(w);
                }
        } else if (instance_socket_parse(unit, &n) >= 0) {
                AppWorld *w = world_get(e, n.app);
                if (w)
                        world_observe(w);
        } else if (mounted_unit_parse(unit, &app, &version) >= 0) {
                AppWorld *w = world_find(e, app);
                MountedSlug *slug = w ? mounted_find(&w->mounted, version) : NULL;
                if (slug)
                        slug->sighting.changes++;
        }
}

void world_may_have_changed(AppWorld *w)
{
        for (size_t i = 0; i < w->n_instances; i++) {
                w->instances[i]->sighting.changes++;
                w->instances[i]->relive.changes++;
        }
        for (size_t i = 0; i < w->mounted.n; i++)
                w->mounted.slugs[i].sighting.changes++;
        world_observe(w);
}

static int observe_now(AppWorld *w)
{
        _cleanup_free_ char *escaped = name_escape(w->app);
        _cleanup_strv_ char **patterns = NULL;
        int r = escaped ? strv_appendf(&patterns, "paas-app-%s-*.service", escaped) : -ENOMEM;
        if (r >= 0)
                r = strv_appendf(&patterns, "paas-app-%s-*.socket", escaped);
        if (r >= 0)
                r = strv_appendf(&patterns, "paas-run-%s-*.service", escaped);
        if (r >= 0)
                r = strv_appendf(&patterns, RELIVE_UNIT_PREFIX "%s-*.service", escaped);
        if (r >= 0)
                r = strv_appendf(&patterns, "paas-slug-%s-*.service", escaped);
        w->observed_at = clock_monotonic();
        return r < 0 ? r : units_list(w->engine->units, patterns, is_known, observed, w, &w->observation);
}

void world_observe(AppWorld *w)
{
        if (w->later)
                return;
        if (w->observation) {
                w->again = true;
                return;
        }
        uint64_t since = clock_monotonic() - w->observed_at;
        int r = since >= OBSERVE_EVERY_USEC
                        ? observe_now(w)
                        : sd_event_add_time_relative(w->engine->event, &w->later, CLOCK_MONOTONIC,
                                                     OBSERVE_EVERY_USEC - since, USEC_PER_MSEC, due, w);
        if (r < 0)
                log_error(r, "%s: cannot observe its units", w->app);
}

void world_observe_at_once(AppWorld *w)
{
        w->later = sd_event_source_disable_unref(w->later);
        w->observed_at = 0;
        world_observe(w);
}
