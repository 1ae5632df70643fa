/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* EnvironmentFile= as systemd.exec(5) reads it: every value within config.h's limits survives exactly. */

#include "model/config.h"

/* `c` sorted by name: NAME="value" a line, with \ " $ and ` escaped. */
int render_env_file(const Config *c, char **ret, size_t *ret_length);
