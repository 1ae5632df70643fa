/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The answer to a tree that no pack takes: what is in its root, and what each pack looked for. */

#include "build/pack.h"

void unrecognised_explain(const char *directory, const Packs *packs);
