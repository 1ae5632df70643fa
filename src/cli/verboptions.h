/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options that there are; a verb allows some of them. The same letter may be another option elsewhere.
 */

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
        OPTION_HELP,
        _OPTION_MAX,
} Option;

typedef struct OptionInfo {
        char letter;          /* '\0': it has none */
        const char *name;     /* "app", of --app */
        const char *argument; /* "NAME"; NULL: it takes none */
        const char *help;     /* one line */
} OptionInfo;

const OptionInfo *option_info(Option o);

/* A set of options: what a verb allows. */
typedef uint32_t OptionSet;

enum {
        ALLOW_APP = (1 << OPTION_APP) | (1 << OPTION_REMOTE),
        ALLOW_JSON = 1 << OPTION_JSON,
        ALLOW_SHELL = 1 << OPTION_SHELL,
        ALLOW_LOGS = (1 << OPTION_TAIL) | (1 << OPTION_LINES) | (1 << OPTION_PS) | (1 << OPTION_SOURCE),
        ALLOW_CONFIRM = 1 << OPTION_CONFIRM,
        ALLOW_USER = 1 << OPTION_USER,
        ALLOW_NEW_USER = (1 << OPTION_EMAIL) | (1 << OPTION_ADMIN),
        ALLOW_SETUP =
                (1 << OPTION_DOMAIN) | (1 << OPTION_ADMIN_NAME) | (1 << OPTION_EMAIL) | (1 << OPTION_KEY),
        ALLOW_DEPLOY = (1 << OPTION_DETACH) | (1 << OPTION_NO_ROLLBACK),
        ALLOW_NUMBER = 1 << OPTION_NUMBER,
};

static inline bool option_in(Option o, OptionSet set)
{
        return set & (UINT32_C(1) << o);
}
