/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the router should have: its files, always holding exactly what is current, and the running worker,
 * which is changed live. A server that is not proven is in neither.
 */

#include "engine/world/world.h"

/* Writes configuration and maps from catalogue and world, and has the running worker's maps follow. Returns
 * 1 when the running router needs a reload for it (it has too few backends), 0 when not. */
int routing_write(Engine *e, Error *error);

/* The same before the loop next waits, once for all that changed until then. A failure is logged and tried
 * again with the next change, at the latest with the next tick. */
void routing_write_soon(Engine *e);
int routing_add_source(Engine *e);

/* Makes the running worker have what the files say: servers, map entries. No router is no error. */
int routing_sync(Engine *e, Error *error);

/* The number of a backend ("pool_3") that no application has, and of which no worker of the router knows
 * servers or settings. */
unsigned routing_next_backend(Engine *e);

/* Host names of an application changed, or it is new: certificates, files, the running maps. */
int routing_update(Engine *e, Error *error);

/* A proven instance gets traffic; 0 for one that has none. */
int routing_add(Engine *e, const AppState *s, const Instance *i, Error *error);
/* A share of the requests in percent for some of its servers, which have none else; NULL, 0: that is over.
 */
int routing_add_aside(Engine *e, const AppState *s, const Instance *i, Error *error);
int routing_share(Engine *e, const AppState *s, char *const *servers, unsigned percent, Error *error);

/* False: a reload or a restart of the router has forgotten it. */
bool routing_has_share(Engine *e, const AppState *s);

int routing_drain(Engine *e, const AppState *s, const Instance *i, Error *error);

/* -EBUSY: it still has connections. */
int routing_remove(Engine *e, const AppState *s, const Instance *i, bool force, Error *error);

/* What the page of an application without a running web process says: "up" when there is one. */
const char *routing_page(const AppState *s, AppWorld *w);
int routing_set_page(Engine *e, const AppState *s, const char *page);

/* A reload soon: several within a few seconds become one. */
void routing_reload_soon(Engine *e);
bool routing_reload_is_due(Engine *e);
