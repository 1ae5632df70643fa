/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/state.h"

/* The mail for an event in a file: to the owner of its application, or the host's admins. -ENODATA: none of
 * them has an address. */
int eventmail_make(Engine *e, int event_fd, char **ret);
