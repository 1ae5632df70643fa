/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an instance that stays and a one-off have in common. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/listen.h"
#include "model/release.h"
#include "model/size.h"
#include "model/unitname.h"
#include "render/unitspec.h"

typedef struct RenderInstance {
        const InstanceName *name;
        const char *app_id;
        const Release *release;
        const Size *size;
        uid_t run_uid;
        bool assets;   /* those of earlier releases are mounted beside the slug */
        unsigned port; /* 0: not a web process */
        Listen listen; /* of a web process */
        int stop_signal;
        bool stop_main;        /* it goes to the main process alone */
        uint64_t stop_timeout; /* seconds */
        uint64_t boot_timeout; /* seconds, for one that says itself when it is ready */
        bool restart_steps;    /* systemd 254 or later: a growing restart delay */
} RenderInstance;

/* "paas-app-my_app.slice". NULL when out of memory. */
char *render_slice_name(const char *app);

/* The unit of its writable layer, and where that is. NULL when out of memory. */
char *instance_mount_unit(const InstanceName *name);
char *instance_mount_path(const InstanceName *name);

void instance_add_identity(UnitSpec *s, const RenderInstance *i);
void instance_add_journal(UnitSpec *s); /* what it prints goes there, and it reads nothing */
void instance_add_environment(UnitSpec *s, const RenderInstance *i);

/* `environment_file` NULL: the one of its process type. */
void instance_add_files(UnitSpec *s, const InstanceName *n, const char *environment_file);
void instance_add_log_fields(UnitSpec *s, const InstanceName *n, const char *app_id, const char *source);
