/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "bus/logcontrol.h"

#include <errno.h>

#include "basic/log.h"
#include "basic/text.h"

static const char *const level_names[] = {"emerg",   "alert",  "crit", "err",
                                          "warning", "notice", "info", "debug"};

static int get_level(sd_bus *bus, const char *path, const char *interface, const char *property,
                     sd_bus_message *reply, void *userdata, sd_bus_error *e)
{
        int level = log_level();
        if (level < 0 || (size_t) level >= ELEMENTSOF(level_names))
                level = LOG_INFO;
        return sd_bus_message_append(reply, "s", level_names[level]);
}

static int set_level(sd_bus *bus, const char *path, const char *interface, const char *property,
                     sd_bus_message *value, void *userdata, sd_bus_error *e)
{
        const char *name;
        int r = sd_bus_message_read(value, "s", &name);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(level_names); i++)
                if (streq(level_names[i], name)) {
                        log_set_level((int) i);
                        return 0;
                }
        return sd_bus_error_setf(e, SD_BUS_ERROR_INVALID_ARGS,
                                 "There is no log level \"%s\": one of emerg, alert, crit, err, warning, "
                                 "notice, info, debug.",
                                 name);
}

static int get_target(sd_bus *bus, const char *path, const char *interface, const char *property,
                      sd_bus_message *reply, void *userdata, sd_bus_error *e)
{
        return sd_bus_message_append(reply, "s",
                                     "console"); /* standard error; systemd takes it to the journal */
}

static int get_identifier(sd_bus *bus, const char *path, const char *interface, const char *property,
                          sd_bus_message *reply, void *userdata, sd_bus_error *e)
{
        return sd_bus_message_append(reply, "s", (const char *) userdata);
}

static const sd_bus_vtable log_control_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_WRITABLE_PROPERTY("LogLevel", "s", get_level, set_level, 0, 0),
        SD_BUS_PROPERTY("LogTarget", "s", get_target, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("SyslogIdentifier", "s", get_identifier, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_VTABLE_END,
};

int bus_log_control_add(sd_bus *bus, const char *identifier)
{
        return sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/LogControl1",
                                        "org.freedesktop.LogControl1", log_control_vtable,
                                        (void *) identifier);
}
