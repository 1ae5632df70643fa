/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options that there are; a verb allows some of them. A letter may be another option elsewhere. */

#include <stdbool.h>
#include <stdint.h>

typedef enum Option {
        OPTION_APP,
        OPTION_REMOTE,
        OPTION_JSON,
        OPTION_SHELL,
        OPTION_TAIL,
        OPTION_LINES,
        OPTION_PS,
        OPTION_SOURCE,
        OPTION_CONFIRM,
        OPTION_USER,
        OPTION_EMAIL,
        OPTION_ADMIN,      /* a new user is one */
        OPTION_ADMIN_NAME, /* of setup */
        OPTION_DOMAIN,
        OPTION_KEY,
        OPTION_DETACH,
        OPTION_NO_ROLLBACK,
        OPTION_NUMBER,
        OPTION_CODE,
        OPTION_CONFIG,
        OPTION_RUN_RELEASE,
        OPTION_FORCE,
        OPTION_REASON,
        OPTION_ROLE,
        OPTION_SUPERSEDE,
        OPTION_CANARY,
        OPTION_WATCH,
        OPTION_FILE,
        OPTION_REPLACE,
        OPTION_DRY_RUN,
        OPTION_NO_RESTART,
        OPTION_YES,
        OPTION_NAMES,
        OPTION_ENV,
        OPTION_ACTOR,
        OPTION_ACTION,
        OPTION_REFUSED,
        OPTION_SINCE,
        OPTION_FOLLOW,
        OPTION_STAGE,
        OPTION_TO,
        OPTION_FROM,
        OPTION_KEYS,
        OPTION_SIZE,
        OPTION_VARIABLE, /* -e of a run */
        OPTION_TIME_LIMIT,
        OPTION_NO_TTY,
        OPTION_DESTROYED,
        OPTION_AS,
        OPTION_HELP,
        _OPTION_MAX,
} Option;

typedef struct OptionInfo {
        char letter;          /* '\0': it has none */
        const char *name;     /* "app", of --app */
        const char *argument; /* "NAME"; NULL: it takes none */
        const char *help;     /* one line */
        bool many;            /* may be given again */
} OptionInfo;

const OptionInfo *option_info(Option o);

/* A set of options: what a verb allows. */
typedef uint64_t OptionSet;

#define OPTION_BIT(o) (UINT64_C(1) << (o))
#define ALLOW_APP (OPTION_BIT(OPTION_APP) | OPTION_BIT(OPTION_REMOTE))
#define ALLOW_JSON OPTION_BIT(OPTION_JSON)
#define ALLOW_SHELL OPTION_BIT(OPTION_SHELL)
#define ALLOW_LOGS                                                                                          \
  (OPTION_BIT(OPTION_TAIL) | OPTION_BIT(OPTION_LINES) | OPTION_BIT(OPTION_PS) | OPTION_BIT(OPTION_SOURCE))
#define ALLOW_CONFIRM OPTION_BIT(OPTION_CONFIRM)
#define ALLOW_USER OPTION_BIT(OPTION_USER)
#define ALLOW_NEW_USER (OPTION_BIT(OPTION_EMAIL) | OPTION_BIT(OPTION_ADMIN))
#define ALLOW_SETUP                                                                                         \
  (OPTION_BIT(OPTION_DOMAIN) | OPTION_BIT(OPTION_ADMIN_NAME) | OPTION_BIT(OPTION_EMAIL) |                   \
   OPTION_BIT(OPTION_KEY))
#define ALLOW_DEPLOY                                                                                        \
  (OPTION_BIT(OPTION_DETACH) | OPTION_BIT(OPTION_NO_ROLLBACK) | OPTION_BIT(OPTION_SUPERSEDE) |              \
   OPTION_BIT(OPTION_CANARY) | OPTION_BIT(OPTION_WATCH))
#define ALLOW_NUMBER OPTION_BIT(OPTION_NUMBER)
#define ALLOW_REASON OPTION_BIT(OPTION_REASON)
#define ALLOW_ROLLBACK                                                                                      \
  (OPTION_BIT(OPTION_CODE) | OPTION_BIT(OPTION_CONFIG) | OPTION_BIT(OPTION_RUN_RELEASE) |                   \
   OPTION_BIT(OPTION_FORCE))
#define ALLOW_ROLE OPTION_BIT(OPTION_ROLE)
#define ALLOW_CONFIG_SET                                                                                    \
  (OPTION_BIT(OPTION_FILE) | OPTION_BIT(OPTION_REPLACE) | ALLOW_DRY_RUN | ALLOW_NO_RESTART)
#define ALLOW_NO_RESTART OPTION_BIT(OPTION_NO_RESTART)
#define ALLOW_YES OPTION_BIT(OPTION_YES)
#define ALLOW_NAMES OPTION_BIT(OPTION_NAMES)
#define ALLOW_ENV OPTION_BIT(OPTION_ENV)
#define ALLOW_AUDIT                                                                                         \
  (OPTION_BIT(OPTION_APP) | OPTION_BIT(OPTION_ACTOR) | OPTION_BIT(OPTION_ACTION) |                          \
   OPTION_BIT(OPTION_REFUSED) | OPTION_BIT(OPTION_SINCE) | OPTION_BIT(OPTION_FOLLOW) |                      \
   OPTION_BIT(OPTION_LINES))
#define ALLOW_RUN_DETACHED                                                                                  \
  (ALLOW_APP | OPTION_BIT(OPTION_SIZE) | OPTION_BIT(OPTION_VARIABLE) | OPTION_BIT(OPTION_TIME_LIMIT))
#define ALLOW_RUN (ALLOW_RUN_DETACHED | OPTION_BIT(OPTION_NO_TTY))
#define ALLOW_DESTROYED OPTION_BIT(OPTION_DESTROYED)
#define ALLOW_RESTORE OPTION_BIT(OPTION_AS)
#define ALLOW_DRY_RUN OPTION_BIT(OPTION_DRY_RUN)
#define ALLOW_STAGE OPTION_BIT(OPTION_STAGE)
#define ALLOW_TO OPTION_BIT(OPTION_TO)
#define ALLOW_COPY (OPTION_BIT(OPTION_FROM) | OPTION_BIT(OPTION_KEYS))

static inline bool option_in(Option o, OptionSet set)
{
        return set & OPTION_BIT(o);
}
