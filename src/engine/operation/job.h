/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An operation at work: its file on disk, its place in the queues, its log, its end. What it does is in one
 * file for each kind; this one knows what they have in common. A step is recorded before it begins.
 */

#include "engine/cleanup/measure.h"
#include "engine/world/world.h"
#include "model/operation.h"

typedef struct JobType {
        void (*step)(Job *j);          /* it may go on, or what it waited for has ended */
        void (*world_changed)(Job *j); /* its application was observed; NULL: no matter */
        void (*abandon)(Job *j);       /* stops what is under way, before it ends as failed or cancelled */
        void (*ended)(Job *j);         /* it has succeeded: what it kept aside goes; NULL: nothing */
        void (*failed)(Job *j); /* it has ended otherwise, and is no reason any more to keep anything */
} JobType;

struct Job {
        Engine *engine;
        const JobType *type;
        Operation operation;
        char *id;    /* "blog/7" */
        char *error; /* why it failed, for people; NULL otherwise */
        bool ended;
        uint64_t ended_at; /* monotonic */
        bool waiting;      /* QUEUED, or built and waiting for the release queue */
        uint64_t ticket;   /* place in the release queue; 0: not in it */
        char *waits_for;   /* for people, "blog/7 before it"; NULL: it does not wait */

        /* a build's */
        UnitCall *build, *source;
        sd_event_source *resolve_io;
        int resolve_fd;
        char resolved[130]; /* what the resolver has printed so far */
        size_t n_resolved;
        bool source_failed;
        Measure *measure;      /* while it is counted whether there is room for it */
        void (*go_on)(Job *j); /* then */

        /* a release's or restart's */
        Formation formation;           /* as it will be from the switch on */
        unsigned pending;              /* launches not proven yet */
        bool way_made;                 /* the old of types with strategy=stop-start have gone */
        void (*world_changed)(Job *j); /* its application was observed; NULL: it waits for no change */
        void (*one_proven)(Job *j, Instance *i); /* NULL: it counts until all are */
        void (*phase_done)(Job *j);              /* what comes after its release command */
        UnitCall *phase_status;
        unsigned canary_percent; /* of the requests, while it has a share */
        unsigned canary_ends;    /* of its processes, before that */
        uint64_t canary_until;   /* monotonic */
        sd_event_source *deadline;
};

/* -EBUSY: its application has too many that have not ended. job_new() asks by itself; this is for who
 * changes something before it. */
int job_check_room(Engine *e, const AppState *s, Error *error);

/* Makes it and puts it at the end of the list; whoever asked for it fills it in and saves it. `type`
 * outlives it. */
int job_new(Engine *e, AppState *s, OperationKind kind, const Actor *actor, const JobType *type, Job **ret,
            Error *error);

/* Takes up one that an operation file described. The operation's contents are taken over. */
int job_restore(Engine *e, Operation *operation, const JobType *type, Job **ret);
Job *job_free(Job *j);
int job_save(Job *j);

/* Lists the operation files: restored one by one by `each`. */
int job_load_all(Engine *e, int (*each)(Engine *e, Operation *operation));

/* Records the step, then lets everybody know. */
int job_set_step(Job *j, OperationStep step);
void job_changed(Job *j);

/* A line in the operation's log, as the pusher sees it. */
void job_say(Job *j, const char *format, ...) _printf_(2, 3);

/* Ends it: abandons what is under way (unless it succeeded), writes the audit commit of a failure, tells. */
void job_succeed(Job *j);
void job_fail(Job *j, const char *format, ...) _printf_(2, 3);
void job_cancel(Job *j, const char *reason);
void job_cancel_by(Job *j, const Actor *actor, const char *reason); /* recorded as that one's doing */

/* "queued", "running", "succeeded", "failed", "canceled" */
const char *job_state(const Job *j);

AppState *job_app(Job *j);   /* NULL: destroyed meanwhile */
AppWorld *job_world(Job *j); /* NULL only when out of memory */
Actor job_actor(const Job *j);
Job *job_find(Engine *e, const char *id);

/* A job of this kind of the application has not ended yet. */
bool job_pending(Engine *e, const char *app, OperationKind kind);

/* The job of the application that has new instances beside the old; NULL when there is none. */
Job *job_standing_up(Engine *e, const char *app);

/* Tells the application's jobs that it was observed. */
void job_world_changed(AppWorld *w);

/* Asks for a look at the queues, from the event loop. */
void job_run_queue(Engine *e);

/* Forgets jobs that ended more than ten minutes ago. */
void job_expire(Engine *e);
