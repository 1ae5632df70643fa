/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What has to be done so that one application is as it should be: a pure difference between the wish and
 * what was observed. Boot, crash recovery, scaling and the end of a release all come out of it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/formation.h"
#include "model/procfile.h"
#include "model/unitname.h"

typedef struct PlanInstance {
        const InstanceName *name;
        bool ready;   /* proven */
        bool busy;    /* being brought up at this moment */
        bool leaving; /* draining or stopping */
        bool stale; /* not to be kept: of a destroyed application of the same name, or nobody can reach it */
        bool held;  /* the business of an operation under way, which decides about it */
} PlanInstance;

typedef struct PlanWish {
        uint64_t version;         /* of the current release; 0: nothing should run */
        const Procfile *procfile; /* its process types */
        const Formation *formation;
        char *const *exclusive; /* types of which none may start while one leaves; NULL: none */
        bool operating;         /* an operation is under way that stands instances up */
} PlanWish;

typedef enum PlanAction {
        PLAN_LAUNCH, /* start `type`.`index` of the current release */
        PLAN_PROVE,  /* it runs but nobody has seen it answer */
        PLAN_DRAIN,  /* take it out: it may have traffic */
        PLAN_STOP,   /* take it out: it never had any */
} PlanAction;

typedef struct PlanStep {
        PlanAction action;
        const char *type; /* PLAN_LAUNCH; borrowed from the wish */
        unsigned index;   /* likewise */
        size_t instance;  /* the others: which of the observed */
} PlanStep;

/* -ENOMEM. `ret` is freed by free(). */
int plan_app(const PlanWish *wish, const PlanInstance *observed, size_t n_observed, PlanStep **ret,
             size_t *ret_n);
