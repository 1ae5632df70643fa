/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A job of paasd's as its caller sees it, and the following of one to its end. Who follows a job adopts it:
 * should the last follower vanish, paasd cancels the job (unless it was started detached). The end that
 * follow tells is the truth also when paasd is killed and started anew meanwhile: the job is then looked up
 * by its id and followed on, and no line is shown twice.
 */

#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"

/* How long follow waits for a paasd that went away. */
#define JOB_AWAY_SECONDS 60

typedef enum JobState {
        JOB_QUEUED,
        JOB_RUNNING,
        JOB_SUCCEEDED,
        JOB_FAILED,
        JOB_CANCELED,
        _JOB_STATE_MAX,
} JobState;

typedef struct Job {
        char *id; /* "blog/7" */
        char *app;
        JobState state;
        uint64_t version; /* of the release; 0: none */
        char *waits_for;  /* "blog/7 before it"; "" when it does not wait */
        char *url;        /* "" when there is none */
        char *error;      /* for people; "" when there is none */
} Job;

#define JOB_NULL ((Job){0})

void job_clear(Job *j);
#define _cleanup_job_ _cleanup_(job_clear)

bool job_over(const Job *j);

/* The properties of a job, by its path. */
int job_read(Client *c, const char *path, Job *ret, Error *e);

typedef struct JobFollow {
        int watch_fd; /* the way back to the person: its hang-up cancels the job. -1: none */
        void (*line)(void *userdata, const char *line, size_t length); /* each line of the job's log */
        void (*away)(void *userdata); /* paasd went away and is waited for; may be NULL */
        void *userdata;
} JobFollow;

/* Follows to the end. 0: `ret` is in a final state. -ENOENT: paasd came back and knows nothing of the job
 * (any more): what is true must be read from the state. -CLIENT_EAWAY: paasd did not come back. */
int job_follow(Client *c, const char *path, const JobFollow *want, Job *ret, Error *e);
