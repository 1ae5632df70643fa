/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <systemd/sd-event.h>

#include "unit/unit.h"

typedef struct Watch {
        char *prefix; /* of the names that count */
        UnitChanged changed;
        void *userdata;
        char **names;             /* not told yet */
        sd_event_source *telling; /* tells them when the bus has nothing more to read */
} Watch;

int watch_start(Watch *w, sd_event *event, const char *prefix, UnitChanged changed, void *userdata);
/* The name, or "" for everything; nothing when nobody watches. */
void watch_add(Watch *w, const char *name);
void watch_clear(Watch *w);
