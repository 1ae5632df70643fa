/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The table of what app.json may hold; appjson.c reads with it, docs/app-json.md explains it. */

#include "model/jsonrules.h"

extern const JsonRule appjson_rule;
