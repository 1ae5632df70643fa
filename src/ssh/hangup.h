/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Ends every ssh connection that acts for one of these keys: the processes of user paas whose environment,
 * which paas-shell made, names the key, and the sshd that each belongs to. They are asked to end, and
 * killed after a second. It looks until there is none any more.
 */

/* -ETIME when some are still there after ten seconds. */
int hangup_keys(char *const *keys);
