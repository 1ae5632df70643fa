/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who calls. Only what the bus daemon had from the kernel at connection time counts: what could be read from
 * /proc by the sender's pid (SD_BUS_CREDS_AUGMENT) belongs to whoever has that pid by then, and a process
 * may run a set-uid program after it has sent its message. A daemon that does not tell the groups leaves us
 * the user database, which is the same list unless the caller has dropped a group.
 */

#include "bus/bus.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>

#define GROUPS_MAX 65536

int bus_sender_uid(sd_bus_message *m, uid_t *ret)
{
        __attribute__((cleanup(sd_bus_creds_unrefp))) sd_bus_creds *creds = NULL;
        int r = sd_bus_query_sender_creds(m, SD_BUS_CREDS_EUID, &creds);
        return r < 0 ? r : sd_bus_creds_get_euid(creds, ret);
}

static bool contains(const gid_t *gids, int n, gid_t gid)
{
        for (int i = 0; i < n; i++)
                if (gids[i] == gid)
                        return true;
        return false;
}

static int user_in_group(uid_t uid, gid_t gid)
{
        long size = sysconf(_SC_GETPW_R_SIZE_MAX);
        struct passwd entry, *found = NULL;
        if (size < 1024)
                size = 16384;
        _cleanup_free_ char *buffer = malloc((size_t) size);
        if (!buffer)
                return -ENOMEM;
        int r = getpwuid_r(uid, &entry, buffer, (size_t) size, &found);
        if (r > 0)
                return -r;
        if (!found)
                return 0; /* a uid without a name is in no group but its own, which we do not know */

        int n = 0;
        (void) getgrouplist(entry.pw_name, entry.pw_gid, NULL, &n);
        if (n <= 0 || n > GROUPS_MAX)
                return -E2BIG;
        _cleanup_free_ gid_t *gids = calloc((size_t) n, sizeof(gid_t));
        if (!gids)
                return -ENOMEM;
        if (getgrouplist(entry.pw_name, entry.pw_gid, gids, &n) < 0)
                return -EAGAIN; /* it grew meanwhile */
        return contains(gids, n, gid);
}

int bus_sender_in_group(sd_bus_message *m, gid_t gid)
{
        __attribute__((cleanup(sd_bus_creds_unrefp))) sd_bus_creds *creds = NULL;
        int r = sd_bus_query_sender_creds(
                m, SD_BUS_CREDS_EUID | SD_BUS_CREDS_EGID | SD_BUS_CREDS_SUPPLEMENTARY_GIDS, &creds);
        if (r < 0)
                return r;

        gid_t own;
        if (sd_bus_creds_get_egid(creds, &own) >= 0 && own == gid)
                return 1;
        const gid_t *gids;
        int n = sd_bus_creds_get_supplementary_gids(creds, &gids);
        if (n >= 0)
                return contains(gids, n, gid);

        uid_t uid;
        r = sd_bus_creds_get_euid(creds, &uid);
        return r < 0 ? r : user_in_group(uid, gid);
}
