/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The few of a unit's properties that we look at, out of some three hundred. */

#include "unit/properties.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

static const char *const state_names[_UNIT_STATE_MAX] = {
        [UNIT_INACTIVE] = "inactive", [UNIT_ACTIVATING] = "activating",
        [UNIT_ACTIVE] = "active",     [UNIT_RELOADING] = "reloading",
        [UNIT_FAILED] = "failed",     [UNIT_DEACTIVATING] = "deactivating",
};

void unit_status_clear(UnitStatus *s)
{
        free(s->name);
        free(s->description);
        free(s->sub_state);
        free(s->result);
        strv_free(s->environment);
        *s = (UnitStatus){0};
}

int unit_status_init(UnitStatus *s, const char *name)
{
        *s = (UnitStatus){
                .name = strdup(name),
                .description = strdup(""),
                .sub_state = strdup(""),
                .result = strdup(""),
        };
        if (s->name && s->description && s->sub_state && s->result)
                return 0;
        unit_status_clear(s);
        return -ENOMEM;
}

const char *unit_status_environment(const UnitStatus *s, const char *name)
{
        STRV_FOREACH(assignment, s->environment) {
                const char *value = text_after(*assignment, name);
                if (value)
                        return value;
        }
        return NULL;
}

void inspection_clear(Inspection *i)
{
        unit_status_clear(&i->status);
        free(i->job);
        i->job = NULL;
}

/* "maintenance" and whatever a later systemd invents is a state that something else will follow. */
UnitState unit_state_from_string(const char *s)
{
        for (size_t i = 0; i < _UNIT_STATE_MAX; i++)
                if (streq(state_names[i], s))
                        return (UnitState) i;
        return UNIT_ACTIVATING;
}

/* What a property goes to; `offset` is into UnitStatus. */
typedef struct PropertyField {
        const char *name;
        const char *type;
        size_t offset;
} PropertyField;

static const PropertyField fields[] = {
        {"Id", "s", offsetof(UnitStatus, name)},
        {"SubState", "s", offsetof(UnitStatus, sub_state)},
        {"Result", "s", offsetof(UnitStatus, result)},
        {"ExecMainCode", "i", offsetof(UnitStatus, exit_code)},
        {"ExecMainStatus", "i", offsetof(UnitStatus, exit_status)},
        {"NRestarts", "u", offsetof(UnitStatus, restarts)},
        {"MainPID", "u", offsetof(UnitStatus, main_pid)},
        {"ExecMainStartTimestamp", "t", offsetof(UnitStatus, started)},
        {"ActiveEnterTimestamp", "t", offsetof(UnitStatus, active_since)},
        {"Environment", "as", offsetof(UnitStatus, environment)},
};

static int field_read(sd_bus_message *m, const PropertyField *f, UnitStatus *s)
{
        void *target = (char *) s + f->offset;
        int r = sd_bus_message_enter_container(m, 'v', f->type);
        if (r < 0)
                return r;
        if (streq(f->type, "s")) {
                const char *text;
                r = sd_bus_message_read_basic(m, 's', &text);
                if (r >= 0)
                        r = text_replace(target, text);
        } else if (streq(f->type, "as")) {
                char ***list = target;
                *list = strv_free(*list);
                r = sd_bus_message_read_strv(m, list);
        } else {
                r = sd_bus_message_read_basic(m, f->type[0], target);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

static int special_read(sd_bus_message *m, const char *name, Inspection *i)
{
        const char *text, *path;
        uint32_t id;
        int r;

        if (streq(name, "Job")) {
                r = sd_bus_message_read(m, "v", "(uo)", &id, &path);
                return r < 0 || id == 0 ? r : text_replace(&i->job, path);
        }
        r = sd_bus_message_read(m, "v", "s", &text);
        if (r < 0)
                return r;
        if (streq(name, "LoadState"))
                i->not_found = streq(text, "not-found");
        else
                i->status.state = unit_state_from_string(text);
        return 0;
}

int property_read(sd_bus_message *m, const char *name, Inspection *i)
{
        if (streq(name, "Job") || streq(name, "LoadState") || streq(name, "ActiveState"))
                return special_read(m, name, i);
        for (size_t f = 0; f < ELEMENTSOF(fields); f++)
                if (streq(fields[f].name, name))
                        return field_read(m, fields + f, &i->status);
        return sd_bus_message_skip(m, "v");
}

void inspection_conclude(Inspection *i)
{
        i->status.loaded = !i->not_found || i->status.state != UNIT_INACTIVE;
}

int properties_read(sd_bus_message *m, Inspection *ret)
{
        _cleanup_(inspection_clear) Inspection i = {0};
        int r = unit_status_init(&i.status, "");
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "{sv}");
        if (r < 0)
                return r;

        for (;;) {
                const char *name;
                r = sd_bus_message_enter_container(m, 'e', "sv");
                if (r <= 0)
                        break;
                r = sd_bus_message_read_basic(m, 's', &name);
                if (r >= 0)
                        r = property_read(m, name, &i);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
                if (r < 0)
                        break;
        }
        if (r < 0)
                return r;
        inspection_conclude(&i);
        *ret = i;
        i = (Inspection){0};
        return 0;
}
