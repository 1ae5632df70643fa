/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The unit name of a path, as systemd.unit(5) ("String escaping for inclusion in unit names") makes it:
 * "/run/paas/app" and ".mount" give "run-paas-app.mount". NULL when out of memory. */
char *unit_path_escape(const char *path, const char *suffix);
