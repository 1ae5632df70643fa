/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One look at one unit: GetUnit, then all properties. GetUnit comes first because asking an object path
 * for properties makes systemd load a unit of that name, which it then announces to everybody.
 */

#include "unit/unit-internal.h"

#include <errno.h>

#include "basic/text.h"

static bool state_is_settled(UnitState s)
{
        return s == UNIT_INACTIVE || s == UNIT_ACTIVE || s == UNIT_FAILED;
}

static void wait_inspected(UnitCall *c, const Inspection *i)
{
        if (!i->status.loaded) {
                call_finish(c, -ENOENT, "missing");
        } else if (!i->job && state_is_settled(i->status.state)) {
                bool failed = i->status.state == UNIT_FAILED;
                call_finish(c, failed ? -EIO : 0, failed ? "failed" : "done");
        } else if (c->changed) {
                int r = inspect_begin(c);
                if (r < 0)
                        call_broken(c, r);
        } else {
                c->step = CALL_WATCHING;
        }
}

static void inspected(UnitCall *c, const Inspection *i)
{
        c->slot = sd_bus_slot_unref(c->slot);
        if (c->kind == CALL_STATUS)
                call_finish_status(c, 0, &i->status);
        else if (c->kind == CALL_WAIT)
                wait_inspected(c, i);
        else
                job_inspected(c, i);
}

static void inspected_nothing(UnitCall *c)
{
        _cleanup_(inspection_clear) Inspection i = {0};
        int r = unit_status_init(&i.status, c->name);
        if (r < 0)
                call_broken(c, r);
        else
                inspected(c, &i);
}

static int on_properties(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitCall *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        if (e) {
                if (systemd_errno(e) == -ENOENT)
                        inspected_nothing(c);
                else
                        call_failed(c, e);
                return 0;
        }

        _cleanup_(inspection_clear) Inspection i = {0};
        int r = properties_read(m, &i);
        if (r < 0)
                call_broken(c, r);
        else
                inspected(c, &i);
        return 0;
}

static int on_unit(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitCall *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        if (e) {
                if (systemd_errno(e) == -ENOENT)
                        inspected_nothing(c);
                else
                        call_failed(c, e);
                return 0;
        }

        const char *path;
        int r = sd_bus_message_read(m, "o", &path);
        if (r >= 0) {
                c->slot = sd_bus_slot_unref(c->slot);
                r = sd_bus_call_method_async(c->units->bus, &c->slot, SYSTEMD_NAME, path,
                                             "org.freedesktop.DBus.Properties", "GetAll", on_properties, c,
                                             "s", "");
        }
        if (r < 0)
                call_broken(c, r);
        return 0;
}

int inspect_begin(UnitCall *c)
{
        c->step = CALL_SENT;
        c->changed = false;
        return call_manager(c, "GetUnit", on_unit, "s", c->name);
}

/* A signal about `unit`: whoever waits for it looks again. */
void inspect_changed(UnitCall *c, const char *unit)
{
        if (c->kind != CALL_WAIT || !streq(c->name, unit))
                return;
        if (c->step == CALL_SENT)
                c->changed = true;
        if (c->step != CALL_WATCHING)
                return;
        int r = inspect_begin(c);
        if (r < 0)
                call_broken(c, r);
}

int units_status(Units *u, const char *name, UnitStatusDone done, void *userdata, UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, CALL_STATUS, name, userdata, &c);
        if (r < 0)
                return r;
        c->status_done = done;
        return call_launch(c, ret);
}

int units_wait(Units *u, const char *name, UnitDone done, void *userdata, UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, CALL_WAIT, name, userdata, &c);
        if (r < 0)
                return r;
        c->done = done;
        return call_launch(c, ret);
}
