/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether names below a domain lead to this host. Asked here and not by paasd, which must not wait for a
 * name server. */

#include <stdbool.h>

#include "basic/cleanup.h"

/* In words, for a person. NULL when out of memory. `ret_ok`: they lead to an address of this host. */
char *dns_check_wildcard(const char *domain, bool *ret_ok);
