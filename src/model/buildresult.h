/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What paas-build hands to paasd, in one canonical JSON document that paasd parses as foreign input:
 * the effective Procfile (the pack's defaults merged in), app.json, the pack, and the slug's figures. */

#include "basic/error.h"
#include "model/appjson.h"
#include "model/listen.h"
#include "model/procfile.h"

#define BUILD_RESULT_MAX_BYTES (1024 * 1024)

typedef struct BuildResult {
        Procfile procfile;
        AppJson app_json; /* .text NULL when there is no app.json */
        char *pack;       /* "python" */
        Listen listen;    /* what the pack asks for its own start command */
        char *manifest;   /* "sha256:…" */
        char **versions;  /* "python=3.11.2", sorted */
        uint64_t bytes;   /* of the slug */
        uint64_t files;
} BuildResult;

#define BUILD_RESULT_NULL ((BuildResult){0})

int build_result_format(const BuildResult *b, char **ret);
int build_result_parse(const char *text, size_t length, BuildResult *ret, Error *e);
void build_result_clear(BuildResult *b);
#define _cleanup_build_result_ _cleanup_(build_result_clear)
