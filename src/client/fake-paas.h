/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A paasd for tests: org.paas1 with one application "blog" and one job "blog/7", served by a child process
 * at the other end of a socketpair, without a bus daemon.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "client/client.h"

#define FAKE_KEY "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"

typedef struct FakeJob {
        const char *log;   /* what its log has; NULL: "" */
        const char *state; /* how it ends */
        const char *error;
        bool late;    /* it ends a while after its log */
        bool endless; /* it ends only when it is cancelled */
} FakeJob;

typedef struct Fake {
        Client *client; /* owned */
        pid_t pid;
} Fake;

/* `key` as for client_new(); the fake knows FAKE_KEY only. */
int fake_start(const char *key, const FakeJob *job, Fake *ret);

/* Kills it, as paasd may be. */
void fake_kill(Fake *f);
void fake_stop(Fake *f);
#define _cleanup_fake_ _cleanup_(fake_stop)
