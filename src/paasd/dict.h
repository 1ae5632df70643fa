/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Dictionaries a{sv} of our answers. The first failure is remembered in the message by sd-bus itself. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

int dict_open(sd_bus_message *m);
int dict_close(sd_bus_message *m);
int dict_string(sd_bus_message *m, const char *key, const char *value); /* NULL: left out */
int dict_u64(sd_bus_message *m, const char *key, uint64_t value);
int dict_u32(sd_bus_message *m, const char *key, uint32_t value);
int dict_bool(sd_bus_message *m, const char *key, bool value);
int dict_strv(sd_bus_message *m, const char *key, char *const *value);

/* A list of dictionaries, aa{sv}: each is opened and closed in between. */
int dict_list_open(sd_bus_message *m, const char *key);
int dict_list_close(sd_bus_message *m);

/* Options of a call. Unknown keys are refused with their name. */
typedef enum DictType {
        DICT_STRING, /* const char *, borrowed from the message */
        DICT_BOOL,
        DICT_U64,
} DictType;

typedef struct DictField {
        const char *key;
        DictType type;
        void *value; /* const char **, bool *, uint64_t * */
} DictField;

int dict_read(sd_bus_message *m, const DictField *fields, size_t n_fields, sd_bus_error *e);
