/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "router/router.h"
#include "router/worker.h"

int router_get_variable(Router *r, const char *name, char **ret, Error *e)
{
        _cleanup_free_ char *reply = NULL;
        int k = router_ask(r, &reply, e, "show env %s", name);
        if (k < 0)
                return k;
        const char *value = text_after(reply, name);
        if (!value || value[0] != '=')
                return -ENODATA;
        value++;
        *ret = strndup(value, strcspn(value, "\n"));
        return *ret ? 0 : -ENOMEM;
}
