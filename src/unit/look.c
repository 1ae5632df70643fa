/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looking at a unit once, and until it has come to rest. */

#include "unit/unit.h"

#include <errno.h>

#include "basic/text.h"
#include "unit/call.h"
#include "unit/inspect.h"

static void status_finish(UnitCall *c, int r, const UnitStatus *status)
{
        bool floating = c->floating;
        call_drop(c);
        c->status_done(c->userdata, r, status);
        if (floating)
                unit_call_free(c);
}

static void status_end(UnitCall *c, int r, const char *text)
{
        status_finish(c, r, NULL);
}

static void status_inspected(UnitCall *c, const Inspection *i)
{
        status_finish(c, 0, &i->status);
}

static const CallType status_type = {
        .begin = inspect_begin,
        .end = status_end,
        .inspected = status_inspected,
};

int units_status(Units *u, const char *name, UnitStatusDone done, void *userdata, UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, &status_type, name, userdata, &c);
        if (r < 0)
                return r;
        c->status_done = done;
        return call_launch(c, ret);
}

static bool is_settled(const Inspection *i)
{
        UnitState s = i->status.state;
        return !i->job && (s == UNIT_INACTIVE || s == UNIT_ACTIVE || s == UNIT_FAILED);
}

static void wait_inspected(UnitCall *c, const Inspection *i)
{
        if (!i->status.loaded)
                call_finish(c, -ENOENT, "missing");
        else if (is_settled(i) && i->status.state == UNIT_FAILED)
                call_finish(c, -EIO, "failed");
        else if (is_settled(i))
                call_finish(c, 0, "done");
        else if (c->changed)
                call_check(c, inspect_begin(c)); /* the answer may be older than the change */
        else
                call_rest(c);
}

static void wait_unit_changed(UnitCall *c, const char *unit)
{
        if (!streq(c->name, unit))
                return;
        if (c->step == CALL_SENT)
                c->changed = true;
        else if (c->step == CALL_WATCHING)
                call_check(c, call_begin(c));
}

static const CallType wait_type = {
        .begin = inspect_begin,
        .end = call_finish,
        .inspected = wait_inspected,
        .unit_changed = wait_unit_changed,
};

int units_wait(Units *u, const char *name, UnitDone done, void *userdata, UnitCall **ret)
{
        UnitCall *c;
        int r = call_new(u, &wait_type, name, userdata, &c);
        if (r < 0)
                return r;
        c->done = done;
        return call_launch(c, ret);
}
