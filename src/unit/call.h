/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A UnitCall is on its Units' list from its creation to its end; whoever made the call owns the memory (or
 * the call itself does, when nobody asked for the handle). Its type says what it does: each wait, whether
 * for an answer or a signal, ends in one of the type's functions.
 */

#include "unit/properties.h"
#include "unit/unit.h"
#include "unit/watch.h"

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_UNIT_PATH "/org/freedesktop/systemd1/unit"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"
#define SYSTEMD_UNIT "org.freedesktop.systemd1.Unit"

/* PID 1 answers at once unless it reloads with thousands of units. */
#define SYSTEMD_TIMEOUT_USEC UINT64_C(90000000)

/* A bus daemon refuses more than 128 answers due to one connection, so calls take turns: this many at once,
 * and one list, which asks this many questions ahead. */
#define CALLS_AT_ONCE 40
#define LIST_AHEAD 32

/* All but `begin` and `end` may be NULL. Each but `drop` may end the call, after which it may be gone. */
typedef struct CallType {
        int (*begin)(UnitCall *c);                           /* makes the first request */
        void (*end)(UnitCall *c, int r, const char *text);   /* without a result: it failed */
        void (*drop)(UnitCall *c);                           /* it has ended: frees what the type keeps */
        void (*inspected)(UnitCall *c, const Inspection *i); /* inspect_begin() has an answer */
        void (*job_removed)(UnitCall *c, const char *job, const char *unit, const char *result);
        void (*unit_changed)(UnitCall *c, const char *unit);
        bool one_at_once;
} CallType;

typedef enum CallStep {
        CALL_HELD,     /* systemd is away, or it is not its turn: begins later, perhaps again */
        CALL_SENT,     /* a request is with systemd */
        CALL_WATCHING, /* the end of `job`, or a change of the unit, is waited for */
        CALL_ENDED,
} CallStep;

typedef struct ListState ListState;

struct UnitCall {
        Units *units;          /* NULL when this has ended */
        UnitCall *prev, *next; /* in units->calls */
        const CallType *type;
        CallStep step;
        bool floating;  /* nobody holds a handle: freed at its end */
        unsigned round; /* of units->round: which calls a loop has seen */

        char *name;           /* the unit; NULL for a list */
        sd_bus_slot *slot;    /* of the request under way */
        bool answer_was_lost; /* systemd went away while it had our request */
        unsigned n_lost;      /* how often that happened */

        sd_bus_message
                *message; /* StartTransientUnit, kept for a systemd that went away before it read it */
        char *job;        /* object path, once systemd has answered */
        char **early;     /* path, result, …: jobs of the unit that ended before the answer */
        bool changed;     /* the unit changed while it was being looked at: look again */

        char **patterns; /* of a list */
        UnitKnown known; /* likewise */
        ListState *list; /* likewise, once systemd has answered */

        union {
                UnitDone done;
                UnitStatusDone status_done;
                UnitListDone list_done;
        };
        void *userdata;
};

struct Units {
        sd_bus *bus;
        bool direct;   /* no bus daemon in between (tests): the peer is systemd */
        char *owner;   /* systemd's unique name; NULL: away, or not yet known */
        bool resolved; /* the first answer about the owner has come */
        unsigned round;
        UnitCall *calls, *last_call;
        sd_event_source *turns; /* lets the calls that are held begin */
        sd_bus_slot *slots[8];  /* matches, and the request for the owner */
        size_t n_slots;
        Watch watch;
};

int call_new(Units *u, const CallType *type, const char *name, void *userdata, UnitCall **ret);
/* Makes the first request of the type, or holds it. */
int call_begin(UnitCall *c);
/* For the public functions: begins, and hands the call over; `ret` NULL makes it floating. Consumes `c`. */
int call_launch(UnitCall *c, UnitCall **ret);
/* Off the list; nothing of it will be answered any more. */
void call_drop(UnitCall *c);
/* The end of a call with a UnitDone; usable as CallType.end. */
void call_finish(UnitCall *c, int r, const char *text);
/* A request failed: it is made again when systemd went away under it, else the call ends. */
void call_failed(UnitCall *c, const sd_bus_error *e);
/* Ends it with our own error, if `r` is one. */
void call_check(UnitCall *c, int r);
/* Nothing is asked any more for now: a signal will say more. */
void call_rest(UnitCall *c);
/* Everything that rests looks for itself: signals may have been missed. */
void calls_revive(Units *u);
int calls_init(Units *u);
/* Asks systemd's manager object; the answer goes to `reply` with `c`. `types` as sd_bus_message_append. */
int call_manager(UnitCall *c, const char *member, sd_bus_message_handler_t reply, const char *types, ...);
/* The errno that an error of systemd's stands for. */
int systemd_errno(const sd_bus_error *e);
/* The error says that systemd went away under our request. */
bool systemd_went_away(const Units *u, const sd_bus_error *e);
