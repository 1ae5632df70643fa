/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What paasd answers, as JSON: the form in which `--json` prints it, and from which tables are made. */

#include <systemd/sd-bus.h>

#include "json/json.h"

/* Reads the next complete value. Dictionaries with string keys become objects, other arrays arrays, a
 * variant its contents, a structure an array. -EBADMSG for what JSON cannot say (descriptors). */
int reply_to_json(sd_bus_message *m, Json **ret);

/* A text, a number, a truth of a dictionary; "", 0, false when it is not there. The text is borrowed. */
const char *reply_text(const Json *object, const char *key);
int64_t reply_number(const Json *object, const char *key);
bool reply_bool(const Json *object, const char *key);
