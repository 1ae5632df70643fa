/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the tests of this directory share: a Units whose systemd is the fake, and callbacks that note what
 * they were told. */

#include "unit/fake-systemd.h"

#define PATIENCE_USEC UINT64_C(10000000)

typedef struct Fixture {
        sd_event *event;
        Fake *fake;
        Units *units;
} Fixture;

/* What a call brought. */
typedef struct Outcome {
        int n; /* how many times it was called back */
        int r;
        char text[200];
        char **names;      /* of a list */
        int n_known;       /* likewise: those that were not asked for */
        int n_starting;    /* likewise: those with a job that starts them */
        UnitStatus status; /* the numbers only */
        char first[100];   /* an environment entry */
        UnitCall *free_me; /* to be freed in the callback */
        Units *units_to_free;
} Outcome;

int fixture_setup(void **state);
int fixture_teardown(void **state);

void on_done(void *userdata, int r, const char *text);
void on_status(void *userdata, int r, const UnitStatus *status);
void on_list(void *userdata, int r, const UnitStatus *list, size_t n);
void on_changed(void *userdata, const char *name);

/* Runs the loop until the counter is at `wanted`. */
void run_until(Fixture *f, const int *n, int wanted);
/* Until neither side has anything more to say. */
void run_dry(Fixture *f);

UnitSpec *simple_spec(const char *name);
