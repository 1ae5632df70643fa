/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of this directory share. A UnitCall is on its Units' list from its creation to its end;
 * whoever made the call owns the memory (or the call itself does, when nobody asked for the handle). Every
 * wait ends in the one step function of the call's kind.
 */

#include <systemd/sd-event.h>

#include "unit/unit.h"

#define SYSTEMD_NAME "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"
#define SYSTEMD_UNIT_PATH "/org/freedesktop/systemd1/unit"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"
#define SYSTEMD_UNIT "org.freedesktop.systemd1.Unit"
#define SYSTEMD_SERVICE "org.freedesktop.systemd1.Service"

/* PID 1 answers at once unless it reloads with thousands of units. */
#define SYSTEMD_TIMEOUT_USEC UINT64_C(90000000)

typedef enum CallKind {
        CALL_START,          /* StartTransientUnit, with `message` */
        CALL_START_EXISTING, /* StartUnit */
        CALL_STOP,
        CALL_WAIT,
        CALL_STATUS,
        CALL_LIST,
} CallKind;

typedef enum CallStep {
        CALL_HELD,     /* systemd is away: begins, perhaps again, when it is back */
        CALL_SENT,     /* a request is with systemd */
        CALL_WATCHING, /* the end of `job`, or a change of the unit, is waited for */
        CALL_ENDED,
} CallStep;

typedef struct ListEntry {
        UnitCall *call;    /* the call that this is part of */
        char *path;        /* object path */
        sd_bus_slot *slot; /* of GetAll, while it is under way */
        UnitStatus status;
} ListEntry;

struct UnitCall {
        Units *units;          /* NULL when this has ended */
        UnitCall *prev, *next; /* in units->calls */
        CallKind kind;
        CallStep step;
        bool floating;  /* nobody holds a handle: freed at its end */
        unsigned round; /* of units->round: which calls a loop has seen */

        char *name;      /* the unit; NULL for a list */
        char **patterns; /* of a list */
        sd_bus_message
                *message;  /* StartTransientUnit, kept for a systemd that went away before it read it */
        sd_bus_slot *slot; /* of the request under way */

        char *job;            /* object path, once systemd has answered */
        char **early;         /* path, result, path, result: jobs of the unit that ended before the answer */
        bool answer_was_lost; /* systemd went away while it had our request */
        unsigned n_lost;      /* how often that happened */
        bool changed;         /* the unit changed while it was being looked at: look again */

        ListEntry *entries; /* of a list */
        size_t n_entries;
        size_t next_entry; /* the first that was not asked for yet */
        size_t n_answered;

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
        UnitCall *calls;
        sd_bus_slot *slots[8]; /* matches, and the requests that go with them */
        size_t n_slots;

        char *prefix; /* of the watch */
        UnitChanged changed;
        void *changed_userdata;
        char **changed_names;     /* not told yet */
        sd_event_source *telling; /* tells them when the bus has nothing more to read */
};

/* What one look at a unit has brought. */
typedef struct Inspection {
        UnitStatus status;
        char *job; /* object path; NULL: the unit has no job */
} Inspection;

void inspection_clear(Inspection *i);

/* call.c: `ret` NULL makes it floating; on failure nothing is left. */
int call_new(Units *u, CallKind kind, const char *name, void *userdata, UnitCall **ret);
/* Off the list; nothing of it will be answered any more. */
void call_drop(UnitCall *c);
/* Sends the first request of the kind, or holds it while systemd is away. */
int call_begin(UnitCall *c);
/* For the public functions: begins, and hands the call over. Consumes `c`. */
int call_launch(UnitCall *c, UnitCall **ret);
/* The end, by kind: unlinks the call and calls back. `c` may be gone after these. */
void call_finish(UnitCall *c, int r, const char *text);
void call_finish_status(UnitCall *c, int r, const UnitStatus *status);
void call_finish_list(UnitCall *c, int r, const UnitStatus *list, size_t n);
/* A request failed: it is made again when systemd went away under it, else the call ends. */
void call_failed(UnitCall *c, const sd_bus_error *e);
/* Ends it with our own error, whatever its kind. */
void call_broken(UnitCall *c, int r);
/* Asks systemd's manager object; the answer goes to `reply` with `c`. `types` as sd_bus_message_append. */
int call_manager(UnitCall *c, const char *member, sd_bus_message_handler_t reply, const char *types, ...);
/* The errno that an error of systemd's stands for. */
int systemd_errno(const sd_bus_error *e);

/* job.c */
int job_begin(UnitCall *c);
void job_removed(UnitCall *c, const char *path, const char *unit, const char *result);
void job_inspected(UnitCall *c, const Inspection *i);

/* inspect.c */
int inspect_begin(UnitCall *c);
void inspect_changed(UnitCall *c, const char *unit);

/* list.c */
int list_begin(UnitCall *c);
void list_entries_clear(UnitCall *c);

/* properties.c: from the answer to GetAll on all interfaces. */
int properties_read(sd_bus_message *m, Inspection *ret);
/* An empty status: the strings are "". */
int unit_status_init(UnitStatus *s, const char *name);

/* transient.c */
int transient_message(sd_bus *bus, const UnitSpec *unit, UnitSpec *const *aux, size_t n_aux,
                      sd_bus_message **ret);

/* watch.c */
int watch_add(Units *u, const char *name);
void watch_clear(Units *u);
