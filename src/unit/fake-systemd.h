/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * PID 1's bus interface for the tests, on the other end of a socketpair: as much of it as src/unit uses, and
 * as contrary as the real one can be. What it is asked is written down as text.
 */

#include <systemd/sd-event.h>

#include "basic/buffer.h"
#include "unit/unit.h"

typedef struct FakeUnit {
        char *name;
        const char *load, *active, *sub, *result;
        int exit_code, exit_status;
        uint32_t job;         /* its number; 0: none */
        const char *job_type; /* NULL: it has none */
} FakeUnit;

typedef struct Fake {
        sd_bus *bus;    /* systemd's end */
        sd_bus *client; /* ours */
        FakeUnit units[300];
        size_t n_units;
        uint32_t last_job;
        Buffer log; /* a line a request */

        const char *job_result;    /* what jobs end with; NULL: they do not end by themselves */
        bool job_before_answer;    /* JobRemoved is sent before the method returns */
        bool silent;               /* requests are taken and not answered */
        bool answers_with_nothing; /* GetAll fails: as if the unit had gone */
        size_t calls;              /* of GetAll */
} Fake;

int fake_new(sd_event *event, Fake **ret);
void fake_free(Fake *f);

FakeUnit *fake_unit(Fake *f, const char *name); /* NULL: no such unit */
FakeUnit *fake_add(Fake *f, const char *name, const char *active);
void fake_remove(Fake *f, const char *name);

/* The signals. */
void fake_job_removed(Fake *f, uint32_t job, const char *unit, const char *result);
void fake_unit_changed(Fake *f, const char *name);
void fake_unit_removed(Fake *f, const char *name);
void fake_reloaded(Fake *f);
