/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/listen.h"

#include <errno.h>

#include "basic/text.h"

static const char *const listen_names[_LISTEN_MAX] = {
        [LISTEN_PORT] = "port",
        [LISTEN_SOCKET] = "socket",
        [LISTEN_PROXY] = "proxy",
};

const char *listen_to_string(Listen l)
{
        return (unsigned) l < _LISTEN_MAX ? listen_names[l] : NULL;
}

int listen_from_string(const char *s, Listen *ret)
{
        for (int i = 0; s && i < _LISTEN_MAX; i++) {
                if (streq(s, listen_names[i])) {
                        *ret = (Listen) i;
                        return 0;
                }
        }
        return -EINVAL;
}
