/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The units that ask an instance: paas-probe over its socket, as the router's user; commands in a unit of
 * the application's own, with the sandbox, the files and the /tmp of the instance.
 */

#include "render/instance-parts.h"

typedef enum RenderWatch {
        WATCH_LIVE,          /* over its socket; who does not live is started again by systemd */
        WATCH_LIVE_COMMANDS, /* likewise, by commands */
        WATCH_READY, /* by commands: the unit is "reloading" for as long as the instance is not ready */
        _WATCH_MAX,
} RenderWatch;

#define READY_UNIT_PREFIX "paas-readycheck-"

typedef struct RenderCheck {
        const RenderInstance *instance; /* for commands: its release and size too */
        CheckType type;
        const char *host;      /* the Host header */
        const char *operation; /* "blog/7" or NULL: whose log gets the explanation */
        unsigned attempt;      /* makes the unit's name its own */
        const char *address;   /* whom it asks: "127.0.0.1:20003"; NULL: what each check says */
        bool checks;           /* there are some of its process type; else: the router's own question */
        uint64_t timeout;      /* seconds, until it accepts a connection */
        uint64_t span;         /* seconds, that its checks may take after that */
} RenderCheck;

/* "paas-probe-my_app-web.1-v12.3-1.service", "paas-check-…". NULL when out of memory. */
char *render_probe_unit(const InstanceName *name, unsigned attempt);
char *render_command_unit(const InstanceName *name, unsigned attempt);

/* What watches an instance for as long as it is there. NULL name: no check of that kind. */
char *render_live_unit(const RenderInstance *i, RenderWatch kind);
UnitSpec *render_live(const RenderCheck *c, RenderWatch kind);

UnitSpec *render_probe(const RenderCheck *c);
UnitSpec *render_command(const RenderCheck *c);
