/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whether a new instance may go live: its start-up checks, all at once, and all must pass. One that has
 * traffic and no check of its own is asked what the router asks. What is under way is units of ours, so that
 * nothing of it is lost with us: it is begun again.
 */

#include "engine/world/world.h"
#include "render/instance-parts.h"

typedef struct Proof Proof;

/* `r`: 0 it passed; negative: it did not, with a text for people. The Proof may be freed in the call. */
typedef void (*ProofDone)(void *userdata, int r, const char *text);

typedef struct ProofRequest {
        AppWorld *world;
        Instance *instance;
        const RenderInstance *render; /* copied; what it points to outlives the proof */
        const char *operation;        /* whose log gets the explanation; NULL: none; outlives it too */
        ProofDone done;
        void *userdata;
} ProofRequest;

/* There is something to ask at all. */
bool proof_is_due(const Instance *i, const Release *release);

/* Begins what can wait for the process; proof_running() begins the rest, and without it there is no end.
 * Both may end it. */
int proof_begin(const ProofRequest *request, Proof **ret);
int proof_running(Proof *p);

/* The instance's unit changed. */
void proof_observe(Proof *p);

/* Also stops what is under way. */
Proof *proof_free(Proof *p);
