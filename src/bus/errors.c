/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "bus/bus.h"

typedef struct Name {
        const char *name;
        int error;
} Name;

/* The first entry of an errno is the one that we send for it. */
static const Name names[] = {
        {"org.paas1.Error.NotPermitted", EPERM}, {"org.paas1.Error.NotFound", ENOENT},
        {"org.paas1.Error.NoSuchApp", ENOENT},   {"org.paas1.Error.NoSuchRelease", ENOENT},
        {"org.paas1.Error.NoSuchUser", ENOENT},  {"org.paas1.Error.NoSuchKey", ENOENT},
        {"org.paas1.Error.NoSuchJob", ENOENT},   {"org.paas1.Error.NoSuchDomain", ENOENT},
        {"org.paas1.Error.Exists", EEXIST},      {"org.paas1.Error.InvalidArgument", EINVAL},
        {"org.paas1.Error.TooLarge", E2BIG},     {"org.paas1.Error.Busy", EBUSY},
        {"org.paas1.Error.Conflict", ESTALE},    {"org.paas1.Error.NotSetUp", ENOTCONN},
        {"org.paas1.Error.Internal", EIO},
};

static const char *name_of(int error)
{
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (names[i].error == error)
                        return names[i].name;
        return "org.paas1.Error.Internal";
}

int bus_error_reply(sd_bus_error *e, int r, const Error *error)
{
        return sd_bus_error_set(e, name_of(-r), error_text(error, r));
}

int bus_error_to_errno(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (name && streq(names[i].name, name))
                        return names[i].error;
        return 0;
}
