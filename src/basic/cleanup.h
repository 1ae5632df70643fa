/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Ownership in one place: every allocation is held by a variable with a cleanup attribute from its first
 * line, until TAKE_PTR() or TAKE_FD() hands it over. These are nearly all the macros that the tree has.
 */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _unused_ __attribute__((unused))

#define ELEMENTSOF(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *) ((char *) (ptr) -offsetof(type, member)))

/* Hands the pointer over to the caller: the variable no longer owns it. */
#define TAKE_PTR(p)                                                                                         \
  ({                                                                                                        \
typeof(p) _taken = (p);                                                                                       \
(p) = NULL;                                                                                                   \
_taken;                                                                                                       \
  })

/* The same for a file descriptor. */
#define TAKE_FD(fd)                                                                                         \
  ({                                                                                                        \
int _taken = (fd);                                                                                            \
(fd) = -1;                                                                                                    \
_taken;                                                                                                       \
  })

/* Defines `func##p()`, to be used as _cleanup_(func##p), from a destructor that accepts NULL. */
#define DEFINE_CLEANUP(type, func)                                                                          \
  static inline void func##p(type *p)                                                                       \
  {                                                                                                         \
    if (*p)                                                                                                 \
      func(*p);                                                                                             \
  }

static inline void freep(void *p)
{
        free(*(void **) p);
}

static inline void closep(int *fd)
{
        if (*fd >= 0)
                close(*fd);
}

DEFINE_CLEANUP(FILE *, fclose)

#define _cleanup_free_ _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)
#define _cleanup_fclose_ _cleanup_(fclosep)
