/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.freedesktop.systemd1, and nobody else talks to it. Everything here is asynchronous on the caller's
 * sd-event loop: a call returns at once, its end comes as one callback, never from within the call itself.
 * A UnitCall is the handle of a call under way: freeing it means that nobody waits any more (the unit goes
 * on). Nothing is remembered between calls; what is loaded is asked when it is needed.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "basic/error.h"
#include "render/unitspec.h"

typedef struct Units Units;
typedef struct UnitCall UnitCall;

typedef enum UnitState { /* systemd's ActiveState */
                         UNIT_INACTIVE,
                         UNIT_ACTIVATING,
                         UNIT_ACTIVE,
                         UNIT_RELOADING,
                         UNIT_DEACTIVATING,
                         UNIT_FAILED,
                         _UNIT_STATE_MAX,
} UnitState;

typedef struct UnitStatus {
        char *name;
        bool loaded; /* false: no such unit (all else is empty) */
        bool known;  /* in a list: the caller knows the rest; only name, description and states are here */
        UnitState state;
        bool starting;         /* of a list only: a job that starts it, or starts it again, is queued */
        char *description;     /* of a list only */
        char *sub_state;       /* "running", "auto-restart", "exited", … */
        char *result;          /* "success", "exit-code", "timeout", "oom-kill", … (services only) */
        int exit_code;         /* ExecMainCode: CLD_EXITED, CLD_KILLED, … ; 0 before */
        int exit_status;       /* ExecMainStatus: status or signal */
        unsigned restarts;     /* NRestarts */
        int main_pid;          /* 0: none */
        uint64_t started;      /* ExecMainStartTimestamp, realtime usec; 0: never */
        uint64_t active_since; /* ActiveEnterTimestamp, realtime usec */
        char **environment;    /* Environment=, not the files */
} UnitStatus;

void unit_status_clear(UnitStatus *s);

/* What Environment= says of `name` ("PORT="); NULL: nothing. */
const char *unit_status_environment(const UnitStatus *s, const char *name);

/* `bus` must be attached to an event loop; keeps a reference. Subscribes to the manager's signals. */
int units_new(sd_bus *bus, Units **ret);
Units *units_free(Units *u);
DEFINE_CLEANUP(Units *, units_free)

UnitCall *unit_call_free(UnitCall *c);
DEFINE_CLEANUP(UnitCall *, unit_call_free)

/* May be NULL, as may `ret` of the calls below: nobody wants to know. `r`: 0, or negative errno; `text`: the
 * job's result ("done", "failed", "timeout", "canceled", "dependency") or systemd's error message. Valid
 * during the call only. */
typedef void (*UnitDone)(void *userdata, int r, const char *text);

/* StartTransientUnit(mode "fail") with the auxiliary units in the same call; `done` when the job of `unit`
 * has ended (for a oneshot: when it has exited). -EEXIST: such a unit is loaded; -EIO: the job failed. */
int units_start(Units *u, const UnitSpec *unit, UnitSpec *const *aux, size_t n_aux, UnitDone done,
                void *userdata, UnitCall **ret);

/* Starts a unit that exists as a file or is loaded. */
int units_start_existing(Units *u, const char *name, UnitDone done, void *userdata, UnitCall **ret);

/* Stops; a unit that is not loaded is success. */
int units_stop(Units *u, const char *name, UnitDone done, void *userdata, UnitCall **ret);

/* For a unit that may have been started before this process was: `done` when it is neither activating nor
 * deactivating and no job is queued for it (at once when so already): 0 "done" (active, or inactive after
 * success), -EIO "failed", -ENOENT "missing". */
int units_wait(Units *u, const char *name, UnitDone done, void *userdata, UnitCall **ret);

/* To the whole cgroup, or the main process alone; fire and forget. */
int units_kill(Units *u, const char *name, int signal, bool main_only);
/* Another Description= for a unit that runs, until it ends. Comes before what is asked after it. */
int units_describe(Units *u, const char *name, const char *description);
int units_reset_failed(Units *u, const char *name);

/* Status of one unit. One that is not loaded is no error. The strings of a status are "" where there is
 * nothing; for `r` < 0 there is none. */
typedef void (*UnitStatusDone)(void *userdata, int r, const UnitStatus *status);
int units_status(Units *u, const char *name, UnitStatusDone done, void *userdata, UnitCall **ret);

/* Every loaded unit that matches one of the patterns ("paas-app-*.service"), each with its full status. A
 * property costs a question: with `known` (may be NULL) the caller says of which units it needs none, since
 * they are as it saw them last. */
typedef bool (*UnitKnown)(void *userdata, const char *name, UnitState state, const char *sub_state);
typedef void (*UnitListDone)(void *userdata, int r, const UnitStatus *list, size_t n);
int units_list(Units *u, char *const *patterns, UnitKnown known, UnitListDone done, void *userdata,
               UnitCall **ret);

/* Called when a unit whose name starts with `prefix` changed its state, appeared or vanished: the caller
 * observes again. The name "" says that systemd has reloaded or re-executed itself and signals may have been
 * missed. A name that changes often is told once for what the bus had to read at that moment. One watch a
 * Units, which must not be freed from within. */
typedef void (*UnitChanged)(void *userdata, const char *name);
int units_watch(Units *u, const char *prefix, UnitChanged changed, void *userdata);
