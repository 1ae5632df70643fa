/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What git says to a proc-receive hook (githooks(5)), version 1, in pkt-lines (gitprotocol-common(5)): the
 * version and its capabilities, the ref updates, the push options. Fed piece by piece; the text in it is
 * the pusher's. And the pkt-lines of the answer.
 */

#include <stdbool.h>
#include <stddef.h>

#include "basic/buffer.h"
#include "basic/error.h"
#include "basic/strv.h"

#define HOOK_COMMANDS_MAX 65536
#define HOOK_OPTIONS_MAX 128
#define PKT_MAX 65520 /* with its four digits of length */

typedef struct RefUpdate {
        char *old_oid, *new_oid; /* 40 or 64 hex; all zeros: none */
        char *ref;               /* "refs/heads/main" */
} RefUpdate;

typedef enum HookInputState {
        HOOK_VERSION,
        HOOK_COMMANDS,
        HOOK_OPTIONS,
        HOOK_COMPLETE,
} HookInputState;

typedef struct HookInput {
        HookInputState state;
        bool has_options; /* git will send push options */
        bool atomic;      /* all updates, or none */
        bool greeted;     /* the version was seen */
        RefUpdate *updates;
        size_t n_updates;
        char **options; /* a strv */
        Buffer pending; /* bytes of a packet that is not complete */
} HookInput;

#define HOOK_INPUT_NULL ((HookInput){0})

/* Takes more bytes. -EBADMSG when git says something else, -E2BIG beyond the bounds. */
int hook_input_feed(HookInput *h, const void *data, size_t length, Error *e);
void hook_input_clear(HookInput *h);
#define _cleanup_hook_input_ _cleanup_(hook_input_clear)

bool oid_is_null(const char *oid); /* all zeros */

/* Appends a packet with this text, cut to what a packet may hold; a flush packet. */
void pkt_append(Buffer *b, const char *data, size_t length);
void pkt_appendf(Buffer *b, const char *format, ...) _printf_(2, 3);
void pkt_flush(Buffer *b);
