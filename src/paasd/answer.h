/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the methods' answers have in common. */

#include "engine/operation/job.h"
#include "model/user.h"
#include "paasd/context.h"

/* Within a method of an application's object, whose userdata is the application. */
Manager *manager_of(sd_bus_message *message);

/* The path of the operation; "/" for none. Nobody follows it by this: what is made here goes on when the
 * caller leaves. */
int reply_job(sd_bus_message *message, const Job *j);

/* An answer aa{sv}: begun, and sent when `r` says that all went well. */
int reply_list_begin(sd_bus_message *message, sd_bus_message **ret);
int reply_list_send(sd_bus_message *reply, int r);

/* What every answer about a user says, into a dictionary. */
int reply_append_user(sd_bus_message *reply, const User *u);
