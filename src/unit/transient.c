/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A UnitSpec as the arguments of StartTransientUnit: ssa(sv)a(sa(sv)). */

#include "unit/transient.h"

#include <errno.h>
#include <string.h>

#include "unit/call.h"

static const char *const signatures[] = {
        [UNIT_STRING] = "s",      [UNIT_BOOL] = "b",
        [UNIT_U64] = "t",         [UNIT_U32] = "u",
        [UNIT_I32] = "i",         [UNIT_STRV] = "as",
        [UNIT_EXEC] = "a(sasb)",  [UNIT_ENV_FILES] = "a(sb)",
        [UNIT_BINDS] = "a(ssbt)", [UNIT_LOG_FIELDS] = "aay",
        [UNIT_FD] = "h",          [UNIT_STREAMS] = "a(ss)",
        [UNIT_STATUS] = "(aiai)",
};

#define BIND_RECURSIVE UINT64_C(16384) /* MS_REC, as the interface has it */

static int append_exec(sd_bus_message *m, const UnitProperty *p)
{
        int r = sd_bus_message_open_container(m, 'a', "(sasb)");
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'r', "sasb");
        if (r >= 0)
                r = sd_bus_message_append_basic(m, 's', p->list[0]);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, p->list);
        if (r >= 0)
                r = sd_bus_message_append(m, "b", 0);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_items(sd_bus_message *m, const UnitProperty *p)
{
        const char *element = signatures[p->type] + 1;
        int r = sd_bus_message_open_container(m, 'a', element);
        for (size_t i = 0; r >= 0 && p->list[i]; i++) {
                if (p->type == UNIT_ENV_FILES)
                        r = sd_bus_message_append(m, "(sb)", p->list[i], 0);
                else if (p->type == UNIT_STREAMS)
                        r = sd_bus_message_append(m, "(ss)", "Stream", p->list[i]);
                else if (p->type == UNIT_BINDS)
                        r = sd_bus_message_append(m, "(ssbt)", p->list[i], p->list2[i], 0, BIND_RECURSIVE);
                else
                        r = sd_bus_message_append_array(m, 'y', p->list[i], strlen(p->list[i]));
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_value(sd_bus_message *m, const UnitProperty *p)
{
        switch (p->type) {
        case UNIT_STRING:
                return sd_bus_message_append_basic(m, 's', p->string);
        case UNIT_BOOL:
                return sd_bus_message_append(m, "b", (int) p->number);
        case UNIT_U64:
                return sd_bus_message_append_basic(m, 't', &p->number);
        case UNIT_U32:
                return sd_bus_message_append(m, "u", (uint32_t) p->number);
        case UNIT_I32:
                return sd_bus_message_append(m, "i", (int32_t) p->number);
        case UNIT_FD:
                return sd_bus_message_append_basic(m, 'h', &p->fd);
        case UNIT_STATUS:
                return sd_bus_message_append(m, "(aiai)", 1, (int32_t) p->number, 0);
        case UNIT_STRV:
                return sd_bus_message_append_strv(m, p->list);
        case UNIT_EXEC:
                return append_exec(m, p);
        case UNIT_ENV_FILES:
        case UNIT_BINDS:
        case UNIT_LOG_FIELDS:
        case UNIT_STREAMS:
                return append_items(m, p);
        }
        return -EINVAL;
}

static int append_properties(sd_bus_message *m, const UnitSpec *s)
{
        int r = sd_bus_message_open_container(m, 'a', "(sv)");
        for (size_t i = 0; r >= 0 && i < s->n_properties; i++) {
                const UnitProperty *p = s->properties + i;
                r = sd_bus_message_open_container(m, 'r', "sv");
                if (r >= 0)
                        r = sd_bus_message_append_basic(m, 's', p->name);
                if (r >= 0)
                        r = sd_bus_message_open_container(m, 'v', signatures[p->type]);
                if (r >= 0)
                        r = append_value(m, p);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int transient_message(sd_bus *bus, const UnitSpec *unit, UnitSpec *const *aux, size_t n_aux,
                      sd_bus_message **ret)
{
        int r = unit_spec_check(unit);
        for (size_t i = 0; r >= 0 && i < n_aux; i++)
                r = unit_spec_check(aux[i]);
        if (r < 0)
                return r;

        __attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *m = NULL;
        r = sd_bus_message_new_method_call(bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER,
                                           "StartTransientUnit");
        if (r >= 0)
                r = sd_bus_message_append(m, "ss", unit->name, "fail");
        if (r >= 0)
                r = append_properties(m, unit);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "(sa(sv))");
        for (size_t i = 0; r >= 0 && i < n_aux; i++) {
                r = sd_bus_message_open_container(m, 'r', "sa(sv)");
                if (r >= 0)
                        r = sd_bus_message_append_basic(m, 's', aux[i]->name);
                if (r >= 0)
                        r = append_properties(m, aux[i]);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}
