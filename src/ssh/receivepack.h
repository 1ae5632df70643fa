/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Runs `git receive-pack` with the pusher's shallow lines kept from it (see shallow.h): its standard input
 * is a pipe that this process fills.
 */

#include "basic/error.h"

/* The exit status of git, or negative errno. Our own standard output is closed meanwhile: it must be git's
 * alone, so that the connection ends with it. */
int receive_pack_run(char *const *argv, char *const *environment, const char *repository, Error *e);
