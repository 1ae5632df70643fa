/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The head of what a pushing git sends (gitprotocol-pack(5)): in pkt-lines "shallow" lines, then the ref
 * updates, up to a flush packet. The shallow lines, which name the commits where the pusher's history ends,
 * are taken out; all else is passed on as it came.
 */

#include <stdbool.h>
#include <stddef.h>

#include "basic/buffer.h"
#include "basic/error.h"

#define PUSH_HEAD_SHALLOW_MAX (1024 * 1024)

typedef struct PushHead {
        Buffer pending; /* bytes of a packet that is not complete */
        Buffer forward; /* what may be passed on; the caller clears it */
        Buffer shallow; /* the commits, a line each */
        bool complete;  /* the flush packet came, or what is no pkt-line; it waits in `pending`, with all
                           behind it */
} PushHead;

#define PUSH_HEAD_NULL ((PushHead){0})

/* Takes more bytes. Once the head is complete, `pending` is what follows. -ENOMEM, -E2BIG. */
int push_head_feed(PushHead *h, const void *data, size_t length, Error *e);
void push_head_clear(PushHead *h);
#define _cleanup_push_head_ _cleanup_(push_head_clear)
