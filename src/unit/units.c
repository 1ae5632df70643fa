/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The connection to the manager: what it tells us, and whether it is there. A signal counts only when it
 * comes from the owner of systemd's name: the match rule makes the bus filter broadcasts, but anybody may
 * send us a signal directly, and "your job is done" must not be said by a stranger.
 *
 * The handlers walk the list of calls, and any callback may free any call or make new ones: each walk
 * starts anew after every step and knows by its number which calls it has seen.
 */

#include "unit/unit.h"

#include <errno.h>
#include <signal.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "unit/call.h"

#define DBUS_NAME "org.freedesktop.DBus"
#define DBUS_PATH "/org/freedesktop/DBus"

static UnitCall *next_unseen(Units *u, unsigned round)
{
        for (UnitCall *c = u->calls; c; c = c->next)
                if (c->round != round) {
                        c->round = round;
                        return c;
                }
        return NULL;
}

static bool from_systemd(Units *u, sd_bus_message *m)
{
        return u->direct || text_equal(sd_bus_message_get_sender(m), u->owner ? u->owner : "");
}

static int on_answer_ignored(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        return 0;
}

/* Also when it is repeated: "already subscribed" is fine. */
static int subscribe(Units *u)
{
        return sd_bus_call_method_async(u->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                        "Subscribe", on_answer_ignored, NULL, NULL);
}

/* Systemd is (again) there: signals may have been missed, so everything that waits looks for itself. */
static void systemd_returned(Units *u)
{
        (void) subscribe(u);
        calls_revive(u);
        watch_add(&u->watch, "");
}

static int owner_changed(Units *u, const char *owner)
{
        bool first = !u->resolved;
        if (text_equal(u->owner, owner))
                return 0;
        int r = text_replace(&u->owner, owner);
        if (r < 0)
                return r;
        if (owner && !first)
                systemd_returned(u);
        return 0;
}

static int on_owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        Units *u = userdata;
        const char *name, *from, *to;

        if (!text_equal(sd_bus_message_get_sender(m), DBUS_NAME))
                return 0;
        if (sd_bus_message_read(m, "sss", &name, &from, &to) < 0 || !streq(name, SYSTEMD_NAME))
                return 0;
        return owner_changed(u, to[0] ? to : NULL);
}

static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        Units *u = userdata;
        const char *owner = NULL;

        if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_read(m, "s", &owner) < 0)
                owner = NULL;
        int r = owner_changed(u, owner);
        u->resolved = true;
        return r;
}

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        Units *u = userdata;
        uint32_t id;
        const char *path, *unit, *result;

        if (!from_systemd(u, m) || sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) < 0)
                return 0;
        unsigned round = ++u->round;
        for (UnitCall *c; (c = next_unseen(u, round));)
                if (c->type->job_removed)
                        c->type->job_removed(c, path, unit, result);
        return 0;
}

static int on_reloading(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        Units *u = userdata;
        int begins;

        if (from_systemd(u, m) && sd_bus_message_read(m, "b", &begins) >= 0 && !begins)
                systemd_returned(u);
        return 0;
}

static void unit_changed(Units *u, const char *name)
{
        unsigned round = ++u->round;
        for (UnitCall *c; (c = next_unseen(u, round));)
                if (c->type->unit_changed)
                        c->type->unit_changed(c, name);
        watch_add(&u->watch, name);
}

static int on_unit_new_or_removed(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        Units *u = userdata;
        const char *name;

        if (from_systemd(u, m) && sd_bus_message_read(m, "so", &name, NULL) >= 0)
                unit_changed(u, name);
        return 0;
}

static int on_unit_properties(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        Units *u = userdata;
        _cleanup_free_ char *name = NULL;

        if (from_systemd(u, m) &&
            sd_bus_path_decode(sd_bus_message_get_path(m), SYSTEMD_UNIT_PATH, &name) > 0)
                unit_changed(u, name);
        return 0;
}

static int on_disconnected(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        Units *u = userdata;
        unsigned round = ++u->round;
        for (UnitCall *c; (c = next_unseen(u, round));)
                call_check(c, -ECONNRESET);
        return 0;
}

static int add_match(Units *u, const char *match, sd_bus_message_handler_t handler)
{
        return sd_bus_add_match_async(u->bus, u->slots + u->n_slots++, match, handler, NULL, u);
}

/* Subscribed before anything is started; all of it is sent in this order and no answer is waited for. */
static int units_subscribe(Units *u)
{
        static const char manager[] = "type='signal',sender='" SYSTEMD_NAME "',path='" SYSTEMD_PATH
                                      "',interface='" SYSTEMD_MANAGER "'";
        const struct {
                const char *member;
                sd_bus_message_handler_t handler;
        } signals[] = {
                {"JobRemoved", on_job_removed},
                {"UnitNew", on_unit_new_or_removed},
                {"UnitRemoved", on_unit_new_or_removed},
                {"Reloading", on_reloading},
        };
        int r = add_match(u,
                          "type='signal',sender='" DBUS_NAME "',path='" DBUS_PATH "',interface='" DBUS_NAME
                          "',member='NameOwnerChanged',arg0='" SYSTEMD_NAME "'",
                          on_owner_changed);
        if (r >= 0 && !u->direct)
                r = sd_bus_call_method_async(u->bus, u->slots + u->n_slots++, DBUS_NAME, DBUS_PATH,
                                             DBUS_NAME, "GetNameOwner", on_owner, u, "s", SYSTEMD_NAME);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(signals); i++) {
                _cleanup_free_ char *match = NULL;
                if (asprintf(&match, "%s,member='%s'", manager, signals[i].member) < 0)
                        return -ENOMEM;
                r = add_match(u, match, signals[i].handler);
        }
        if (r >= 0)
                r = add_match(u,
                              "type='signal',sender='" SYSTEMD_NAME "',path_namespace='" SYSTEMD_UNIT_PATH
                              "',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'"
                              ",arg0='" SYSTEMD_UNIT "'",
                              on_unit_properties);
        if (r >= 0)
                r = add_match(u,
                              "type='signal',sender='" DBUS_NAME ".Local',path='" DBUS_PATH
                              "/Local',interface='" DBUS_NAME ".Local',member='Disconnected'",
                              on_disconnected);
        if (r >= 0)
                r = subscribe(u);
        return r < 0 ? r : 0;
}

int units_new(sd_bus *bus, Units **ret)
{
        _cleanup_(units_freep) Units *u = calloc(1, sizeof(Units));
        if (!u)
                return -ENOMEM;
        if (!sd_bus_get_event(bus))
                return -EINVAL;

        int r = sd_bus_is_bus_client(bus);
        if (r < 0)
                return r;
        u->direct = r == 0;
        u->bus = sd_bus_ref(bus);
        r = calls_init(u);
        if (r >= 0)
                r = units_subscribe(u);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(u);
        return 0;
}

Units *units_free(Units *u)
{
        if (!u)
                return NULL;
        u->turns = sd_event_source_disable_unref(u->turns);
        while (u->calls) {
                UnitCall *c = u->calls;
                bool floating = c->floating;
                call_drop(c);
                if (floating)
                        unit_call_free(c);
        }
        watch_clear(&u->watch);
        for (size_t i = 0; i < u->n_slots; i++)
                sd_bus_slot_unref(u->slots[i]);
        sd_bus_unref(u->bus);
        free(u->owner);
        free(u);
        return NULL;
}

int units_watch(Units *u, const char *prefix, UnitChanged changed, void *userdata)
{
        return watch_start(&u->watch, sd_bus_get_event(u->bus), prefix, changed, userdata);
}

/* Fire and forget: where there is no such unit, all is well. */

int units_kill(Units *u, const char *name, int signal, bool main_only)
{
        int r = sd_bus_call_method_async(u->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                         "KillUnit", on_answer_ignored, NULL, "ssi", name,
                                         main_only ? "main" : "all", (int32_t) signal);
        return r < 0 ? r : 0;
}

int units_describe(Units *u, const char *name, const char *description)
{
        int r = sd_bus_call_method_async(u->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                         "SetUnitProperties", on_answer_ignored, NULL, "sba(sv)", name, 1, 1,
                                         "Description", "s", description);
        return r < 0 ? r : 0;
}

int units_reset_failed(Units *u, const char *name)
{
        int r = sd_bus_call_method_async(u->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                         "ResetFailedUnit", on_answer_ignored, NULL, "s", name);
        return r < 0 ? r : 0;
}
