/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Settings of an application that reach the router's configuration are asked of HAProxy itself before
 * anything is committed: it reads a configuration with them, in a unit of its own, and its refusal is what
 * the person reads.
 */

#include "engine/state.h"

typedef struct RoutingCheck RoutingCheck;

/* `r` < 0: they cannot be, and the Error says why. The RoutingCheck may be freed in the call. */
typedef void (*RoutingCheckDone)(void *userdata, int r, Error *error);

/* 0: the router is not concerned, `done` is not called; 1: it is being asked. */
int routing_check_start(Engine *e, AppState *s, const AppSettings *after, RoutingCheckDone done,
                        void *userdata, RoutingCheck **ret, Error *error);
RoutingCheck *routing_check_free(RoutingCheck *c);

/* Whether the router treats requests otherwise with the one than with the other. */
bool routing_settings_differ(const AppSettings *a, const AppSettings *b);
