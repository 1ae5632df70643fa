/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the command has for standard input, output and error: a terminal or three pipes. They are made here,
 * within the sandbox, so that they belong to the application's own user: /dev/stderr, /dev/tty and the
 * terminal's name can be opened again by whatever the command starts.
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/attach.h"

typedef struct Endpoints {
        int own[3]; /* the command's standard descriptors; of a terminal three times the same */
        int theirs[ATTACH_FDS_MAX];
        size_t n_theirs;
        bool tty;
} Endpoints;

#define ENDPOINTS_NULL ((Endpoints){.own = {-1, -1, -1}, .theirs = {-1, -1, -1}})

/* As the hello wishes. */
int endpoints_make(const AttachMessage *hello, Endpoints *ret);

/* In the new process: the descriptors take their places; with a terminal it leads a session on it. */
int endpoints_enter(const Endpoints *e);

void endpoints_close_theirs(Endpoints *e);
void endpoints_clear(Endpoints *e);
