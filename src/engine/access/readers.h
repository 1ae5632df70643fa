/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The file by which paas-shell knows, while paasd is away, whose key may still read which repository: one
 * line a key, "SHA256:… blog shop", and "SHA256:… *" for an admin's. Derived, and written whole. */

#include "engine/state.h"

int readers_write(Engine *e);
