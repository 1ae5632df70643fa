/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One look at one unit: GetUnit, then all properties. GetUnit comes first because asking an object path
 * for properties makes systemd load a unit of that name, which it then announces to everybody.
 */

#include "unit/inspect.h"

#include <errno.h>

#include "basic/text.h"

static void inspected_nothing(UnitCall *c)
{
        _cleanup_(inspection_clear) Inspection i = {0};
        int r = unit_status_init(&i.status, c->name);
        if (r < 0)
                call_check(c, r);
        else
                c->type->inspected(c, &i);
}

static void inspect_failed(UnitCall *c, const sd_bus_error *e)
{
        if (systemd_errno(e) == -ENOENT)
                inspected_nothing(c);
        else
                call_failed(c, e);
}

static int on_properties(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitCall *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        if (e) {
                inspect_failed(c, e);
                return 0;
        }

        _cleanup_(inspection_clear) Inspection i = {0};
        int r = properties_read(m, &i);
        if (r < 0) {
                call_check(c, r);
                return 0;
        }
        c->slot = sd_bus_slot_unref(c->slot);
        c->type->inspected(c, &i);
        return 0;
}

static int on_unit(sd_bus_message *m, void *userdata, sd_bus_error *reterr)
{
        UnitCall *c = userdata;
        const sd_bus_error *e = sd_bus_message_get_error(m);
        const char *path;

        if (e) {
                inspect_failed(c, e);
                return 0;
        }
        int r = sd_bus_message_read(m, "o", &path);
        if (r >= 0) {
                c->slot = sd_bus_slot_unref(c->slot);
                r = sd_bus_call_method_async(c->units->bus, &c->slot, SYSTEMD_NAME, path,
                                             "org.freedesktop.DBus.Properties", "GetAll", on_properties, c,
                                             "s", "");
        }
        call_check(c, r);
        return 0;
}

int inspect_begin(UnitCall *c)
{
        c->step = CALL_SENT;
        c->changed = false;
        return call_manager(c, "GetUnit", on_unit, "s", c->name);
}
