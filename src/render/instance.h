/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The units of one application: what belongs to the instance, and nothing else. All that is the same for
 * every instance (the sandbox, the skeleton root) is in the drop-ins that the package ships.
 * Nothing secret goes in here: every local user can read a unit's properties.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "render/instance-parts.h"

/* The service; its overlay is `render_instance_mount()` in the same call. NULL when out of memory. */
UnitSpec *render_instance_service(const RenderInstance *i);
/* Its Description=; with `quiet_since` (realtime usec, 0: not) it was told to take no new work. And back:
 * when that was, to the next full second; 0: it was not. The first is NULL when out of memory. */
char *render_instance_description(const InstanceName *n, uint64_t quiet_since);
uint64_t render_quiet_since(const char *description);

UnitSpec *render_instance_mount(const RenderInstance *i);

/* Of kind `socket` or `proxy`: the socket that systemd holds for it, in the same call too. It has the name
 * of the service, and so belongs to it (`Sockets=` and `Service=` cannot be sent). */
UnitSpec *render_instance_socket(const RenderInstance *i);
