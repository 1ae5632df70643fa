/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "paasd/dict.h"

#include <errno.h>

#include "basic/text.h"

int dict_open(sd_bus_message *m)
{
        return sd_bus_message_open_container(m, 'a', "{sv}");
}

int dict_close(sd_bus_message *m)
{
        return sd_bus_message_close_container(m);
}

int dict_string(sd_bus_message *m, const char *key, const char *value)
{
        return value ? sd_bus_message_append(m, "{sv}", key, "s", value) : 0;
}

int dict_u64(sd_bus_message *m, const char *key, uint64_t value)
{
        return sd_bus_message_append(m, "{sv}", key, "t", value);
}

int dict_u32(sd_bus_message *m, const char *key, uint32_t value)
{
        return sd_bus_message_append(m, "{sv}", key, "u", value);
}

int dict_bool(sd_bus_message *m, const char *key, bool value)
{
        return sd_bus_message_append(m, "{sv}", key, "b", (int) value);
}

int dict_strv(sd_bus_message *m, const char *key, char *const *value)
{
        int r = sd_bus_message_open_container(m, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", key);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_append_strv(m, (char **) value);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

int dict_list_open(sd_bus_message *m, const char *key)
{
        int r = sd_bus_message_open_container(m, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(m, "s", key);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'v', "aa{sv}");
        return r < 0 ? r : sd_bus_message_open_container(m, 'a', "a{sv}");
}

int dict_list_close(sd_bus_message *m)
{
        int r = 0;
        for (int i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(m);
        return r;
}

static int read_value(sd_bus_message *m, const DictField *f)
{
        int flag = 0, r;
        switch (f->type) {
        case DICT_STRING:
                return sd_bus_message_read(m, "v", "s", f->value);
        case DICT_U64:
                return sd_bus_message_read(m, "v", "t", f->value);
        case DICT_BOOL:
                r = sd_bus_message_read(m, "v", "b", &flag);
                *(bool *) f->value = flag;
                return r;
        }
        return -EINVAL;
}

static int read_entry(sd_bus_message *m, const DictField *fields, size_t n_fields, sd_bus_error *e)
{
        const char *key;
        int r = sd_bus_message_read(m, "s", &key);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n_fields; i++)
                if (streq(fields[i].key, key))
                        return read_value(m, &fields[i]);
        return sd_bus_error_setf(e, "org.paas1.Error.InvalidArgument", "There is no option \"%s\".", key);
}

int dict_read(sd_bus_message *m, const DictField *fields, size_t n_fields, sd_bus_error *e)
{
        int r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = read_entry(m, fields, n_fields, e);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}
