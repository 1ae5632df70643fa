/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An operation under way: what the small file under /var/lib/paas/operations holds, so that it goes on from
 * its recorded step after paasd died. A step is recorded before it begins.
 */

#include <stdbool.h>
#include <stdint.h>

#include "basic/error.h"
#include "model/release.h"

typedef enum OperationKind {
        OPERATION_DEPLOY, /* build a commit and release it */
        OPERATION_CONFIG, /* release new config */
        OPERATION_SCALE,  /* make the world fit a changed formation */
        OPERATION_RESTART,
        OPERATION_STOP,
        OPERATION_ROLLBACK, /* release an old one again */
        OPERATION_RETRY,    /* release one that failed again */
        OPERATION_PROMOTE,  /* release another application's slug */
        _OPERATION_KIND_MAX,
} OperationKind;

typedef enum OperationStep {
        STEP_QUEUED,
        STEP_BUILDING,
        STEP_RELEASING,
        STEP_STARTING,
        STEP_CHECKING,
        STEP_CANARY, /* a share of the requests goes to it */
        STEP_SWITCHING,
        STEP_DONE,
        STEP_FAILED,
        STEP_CANCELED,
        _OPERATION_STEP_MAX,
} OperationStep;

typedef struct Operation {
        char *app;
        uint64_t number; /* of the application; with `app` it names the operation: "blog/7" */
        OperationKind kind;
        OperationStep step;
        char *actor;      /* user name, who is responsible */
        char *request;    /* request id */
        char *from;       /* where they came from; NULL: not known */
        uint64_t created; /* realtime, usec */

        /* OPERATION_DEPLOY */
        char *commit;     /* what to build */
        char *old_commit; /* what the pusher named as the old value; NULL for none */
        char *branch;     /* the branch that was pushed; NULL for `paas deploy` */
        bool forced;
        bool detached; /* goes on when the pusher goes away */
        bool no_rollback;
        bool supersede;    /* deploys that came before and are not released yet are cancelled */
        char *canary;      /* "10%": the share that was asked for; NULL: as it is set */
        bool automatic;    /* OPERATION_ROLLBACK: nobody asked, the release before it was bad */
        char *reason;      /* why, then */
        bool skip_release; /* the release command is not run, as was asked */

        bool release_begun; /* the release command was started: not to be done twice */
        char *slug;         /* once built */
        uint64_t version;   /* once released; 0 before */
        char *release;      /* commit of the release, likewise */
        char *previous;     /* commit of the release that was current when this one was made; NULL: none */
        char **arguments;   /* of the other kinds */
        bool no_restart;    /* OPERATION_CONFIG: recorded for the next release, nothing is started */
} Operation;

#define OPERATION_NULL ((Operation){0})

const char *operation_kind_to_string(OperationKind k);
int operation_kind_from_string(const char *s, OperationKind *ret);
const char *operation_step_to_string(OperationStep s);
int operation_step_from_string(const char *s, OperationStep *ret);

int operation_format(const Operation *o, char **ret);
int operation_parse(const char *text, size_t length, Operation *ret, Error *e);
void operation_clear(Operation *o);
#define _cleanup_operation_ _cleanup_(operation_clear)
