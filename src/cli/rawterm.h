/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The person's terminal, while what is typed belongs to a program elsewhere: every key goes through. */

#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>

typedef struct RawTerm {
        bool active;
        struct termios before;
} RawTerm;

/* Standard input and output are both one. */
bool rawterm_is_possible(void);

/* 24 x 80 where nobody knows. */
void rawterm_size(struct winsize *ret);

int rawterm_begin(RawTerm *t);
void rawterm_again(const RawTerm *t); /* after a stop, in which a shell may have set it otherwise */
void rawterm_end(RawTerm *t);         /* as it was before; may be called again */
