/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What becomes of each ref of a push, before anything is done: one of them may be the deploy branch, the
 * others are refused, each with what to type instead. Pure, so that every row of docs/push.md is a test.
 */

#include "ssh/hookinput.h"

typedef struct PushOptions {
        bool detach;      /* the deploy goes on when the pusher goes away */
        bool no_rollback; /* the release may not be rolled back across */
        bool supersede;   /* deploys that came before and are not released yet are cancelled */
        bool watch;       /* the push ends when it is known whether the release stays */
        const char
                *canary; /* "10%": which share of the requests it gets first; NULL: as it is set; borrowed */
} PushOptions;

typedef struct PushPlan {
        PushOptions options;
        size_t deploy;    /* which update is deployed; SIZE_MAX: none */
        char *branch;     /* what will be the deploy branch, "main"; NULL when nothing is deployed */
        char **refusals;  /* for each update the reason, or NULL for the one that is deployed */
        size_t n_updates; /* how many there are */
} PushPlan;

#define PUSH_PLAN_NULL ((PushPlan){.deploy = SIZE_MAX})

/* `branch` is the application's deploy branch, "" before its first push. */
int push_plan(const HookInput *h, const char *app, const char *branch, PushPlan *ret);
void push_plan_clear(PushPlan *p);
#define _cleanup_push_plan_ _cleanup_(push_plan_clear)
