/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Error names and errno, in one table. The first row of an errno gives the name that it gets. */

#include "bus/bus.h"

#include <errno.h>
#include <string.h>

#include "basic/text.h"

typedef struct ErrorName {
        const char *name;
        int error; /* positive */
} ErrorName;

static const ErrorName names[] = {
        {BUS_ERROR_NOT_PERMITTED, EPERM},
        {BUS_ERROR_NO_SUCH_APP, ENOENT},
        {BUS_ERROR_NO_SUCH_RELEASE, ENOENT},
        {BUS_ERROR_NO_SUCH_USER, ENOENT},
        {BUS_ERROR_NO_SUCH_KEY, ENOENT},
        {BUS_ERROR_NO_SUCH_JOB, ENOENT},
        {BUS_ERROR_NO_SUCH_DOMAIN, ENOENT},
        {BUS_ERROR_NO_SUCH_TEAM, ENOENT},
        {BUS_ERROR_NO_SUCH_PIPELINE, ENOENT},
        {BUS_ERROR_EXISTS, EEXIST},
        {BUS_ERROR_INVALID_ARGUMENT, EINVAL},
        {BUS_ERROR_TOO_LARGE, E2BIG},
        {BUS_ERROR_BUSY, EBUSY},
        {BUS_ERROR_CONFLICT, ESTALE},
        {BUS_ERROR_NOT_SET_UP, ENOTCONN},
        {BUS_ERROR_INTERNAL, EIO},
        /* What parsers and checks also say. */
        {BUS_ERROR_NOT_PERMITTED, EACCES},
        {BUS_ERROR_INVALID_ARGUMENT, ERANGE},
        {BUS_ERROR_INVALID_ARGUMENT, EBADMSG},
        {BUS_ERROR_INVALID_ARGUMENT, ENODATA},
        {BUS_ERROR_TOO_LARGE, EFBIG},
        {BUS_ERROR_BUSY, EAGAIN},
};

static const char *name_of(int error)
{
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (names[i].error == error)
                        return names[i].name;
        return BUS_ERROR_INTERNAL;
}

int bus_error_reply_as(sd_bus_error *e, const char *name, int r, const Error *error)
{
        int code = bus_error_to_errno(name);
        (void) sd_bus_error_set(e, name, error_text(error, r));
        return code > 0 ? -code : r;
}

int bus_error_reply(sd_bus_error *e, int r, const Error *error)
{
        (void) sd_bus_error_set(e, name_of(-r), error_text(error, r));
        return r;
}

int bus_error_to_errno(const char *name)
{
        for (size_t i = 0; name && i < ELEMENTSOF(names); i++)
                if (streq(names[i].name, name))
                        return names[i].error;
        return 0;
}
