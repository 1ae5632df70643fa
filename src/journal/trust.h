/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whose line is it? Anybody who reaches journald's socket may write PAAS_APP=blog; what nobody can write are
 * the fields with an underscore in front, which journald fills in from the kernel. So a line belongs to an
 * application when fields and origin agree:
 *
 *   app, release  standard output of a unit in paas-app-<app>.slice
 *   build         standard output of that application's build and source units
 *   paas          paasd.service; standard output of the application's probe, live, slug and source units
 *   router        paas-router.service
 *
 * On a unit's standard output the PAAS_ fields are those that paasd gave the unit (LogExtraFields=).
 */

#include <stdbool.h>

#include "basic/error.h"

/* Who may be asked about. */
typedef struct Trust {
        char *app;
        char *app_id;    /* NULL: unchecked */
        char *operation; /* "blog/7"; NULL: whatever */
        char *slice;     /* paas-app-<app>.slice */
        char *prefixes[9];
} Trust;

/* The fields of one entry that matter; NULL: absent. */
typedef struct Origin {
        const char *app, *app_id, *operation, *source; /* PAAS_… : what the line says of itself */
        const char *slice, *unit, *transport;          /* _SYSTEMD_SLICE, _SYSTEMD_UNIT, _TRANSPORT */
} Origin;

/* From `app`, or from the operation's id. -EINVAL with text for a name that cannot be. */
int trust_init(Trust *t, const char *app, const char *app_id, const char *operation, Error *e);
void trust_clear(Trust *t);

bool trust_entry(const Trust *t, const Origin *o);
