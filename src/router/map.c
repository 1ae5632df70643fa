/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/router.h"

#include <errno.h>

#include "basic/strv.h"
#include "router/exchange.h"
#include "router/parse.h"
#include "router/worker.h"

static int check_entry(const char *map, const char *key, const char *value, Error *e)
{
        int k = router_check_word(map, e);
        if (k >= 0)
                k = router_check_word(key, e);
        return k >= 0 && value ? router_check_word(value, e) : k;
}

static int remove_entry(Router *r, const char *map, const char *key, Error *e)
{
        _cleanup_free_ char *reply = NULL;
        int k = router_ask(r, &reply, e, "del map %s/%s %s", r->directory, map, key);
        if (k < 0 || router_classify_reply(reply) == ROUTER_REPLY_MISSING)
                return k;
        return router_parse_reply(reply, e);
}

/* "add map" would put a second entry beside an old one, and the old one would be found: so it is replaced
 * first, and added only where there was none. */
int router_set_map(Router *r, const char *map, const char *key, const char *value, Error *e)
{
        int k = check_entry(map, key, value, e);
        if (k < 0)
                return k;
        if (!value)
                return remove_entry(r, map, key, e);

        _cleanup_free_ char *reply = NULL;
        k = router_ask(r, &reply, e, "set map %s/%s %s %s", r->directory, map, key, value);
        if (k < 0)
                return k;
        if (router_classify_reply(reply) == ROUTER_REPLY_MISSING)
                k = router_order(r, e, "add map %s/%s %s %s", r->directory, map, key, value);
        else
                k = router_parse_reply(reply, e);
        return k == -EIO ? error_prefix(e, k, "cannot set %s to %s in the router's %s", key, value, map) : k;
}

static int compare_map(Router *r, const char *map, const char *text, RouterChanges *ret, Error *e)
{
        _cleanup_free_ char *reply = NULL;
        int k = router_check_word(map, e);
        if (k >= 0)
                k = router_ask(r, &reply, e, "show map %s/%s", r->directory, map);
        if (k >= 0)
                k = router_compare_map(reply, text, ret);
        return k == -EBADMSG ? router_parse_reply(reply, e) : k;
}

int router_apply_map(Router *r, const char *map, const char *text, Error *e)
{
        _cleanup_(router_changes_clear) RouterChanges changes = {0};
        int k = compare_map(r, map, text, &changes, e);
        for (size_t i = 0; k >= 0 && i < changes.n; i++)
                k = router_set_map(r, map, changes.changes[i].key, changes.changes[i].value, e);
        return k < 0 ? k : (int) changes.n;
}

int router_differs(Router *r, const char *map, const char *text, char ***ret, Error *e)
{
        _cleanup_(router_changes_clear) RouterChanges changes = {0};
        int k = compare_map(r, map, text, &changes, e);
        for (size_t i = 0; k >= 0 && i < changes.n; i++) {
                const RouterChange *c = &changes.changes[i];
                k = c->value ? strv_appendf(ret, "%s: %s should be %s", map, c->key, c->value)
                             : strv_appendf(ret, "%s: %s should not be there", map, c->key);
        }
        return k;
}

int router_get_map(Router *r, const char *map, const char *key, char **ret, Error *e)
{
        int k = check_entry(map, key, NULL, e);
        if (k < 0)
                return k;
        _cleanup_free_ char *reply = NULL, *value = NULL;
        k = router_ask(r, &reply, e, "get map %s/%s %s", r->directory, map, key);
        if (k < 0)
                return k;
        k = router_parse_map_entry(reply, &value);
        if (k == -EBADMSG)
                return router_parse_reply(reply, e);
        if (k < 0)
                return k;
        if (!value)
                return error_set(e, -ENODATA, "%s has no entry %s", map, key);
        *ret = TAKE_PTR(value);
        return 0;
}
