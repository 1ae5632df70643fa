/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "paasd/answer.h"

#include <errno.h>
#include <string.h>

#include "paasd/dict.h"
#include "paasd/objects.h"

Manager *manager_of(sd_bus_message *message)
{
        return sd_bus_slot_get_userdata(sd_bus_get_current_slot(sd_bus_message_get_bus(message)));
}

int reply_job(sd_bus_message *message, const Job *j)
{
        _cleanup_free_ char *path = j ? job_object_path(j) : strdup("/");
        return path ? sd_bus_reply_method_return(message, "o", path) : -ENOMEM;
}

int reply_list_begin(sd_bus_message *message, sd_bus_message **ret)
{
        int r = sd_bus_message_new_method_return(message, ret);
        return r < 0 ? r : sd_bus_message_open_container(*ret, 'a', "a{sv}");
}

int reply_list_send(sd_bus_message *reply, int r)
{
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_send(reply);
}

int reply_append_user(sd_bus_message *reply, const User *u)
{
        int r = dict_string(reply, "name", u->name);
        if (r >= 0)
                r = dict_string(reply, "email", u->email);
        if (r >= 0)
                r = dict_bool(reply, "admin", u->admin);
        if (r >= 0)
                r = dict_bool(reply, "disabled", u->disabled);
        if (r >= 0)
                r = dict_u64(reply, "created", u->created);
        return r < 0 ? r : dict_u32(reply, "keys", (uint32_t) u->n_keys);
}
