/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The queue of events on disk: numbered files, and for each receiver the number that it has come to. */

#include <stdbool.h>
#include <stdint.h>

#include "basic/error.h"

typedef struct EventQueue {
        uint64_t first, next; /* numbers of the oldest event, and of the one to come; equal: empty */
} EventQueue;

/* Makes the directory where there is none, and looks what is in it. */
int eventqueue_open(EventQueue *ret);

int eventqueue_add(EventQueue *q, const char *text);

/* Open for reading, with its age in usec. -ENOENT: it went meanwhile. */
int eventqueue_get(uint64_t number, int *ret_fd, uint64_t *ret_age);

/* Removes what is older than `number`. */
void eventqueue_drop(EventQueue *q, uint64_t number);

/* The number that this receiver wants next. -ENOENT: it is new. */
int eventqueue_read_place(const char *receiver, uint64_t *ret);
int eventqueue_write_place(const char *receiver, uint64_t number);

/* Receivers that are not in `names` are forgotten. */
void eventqueue_forget(char *const *names);
