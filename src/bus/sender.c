/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include "bus/bus.h"

static void creds_unref(sd_bus_creds **c)
{
        sd_bus_creds_unref(*c);
}

int bus_sender_uid(sd_bus_message *m, uid_t *ret)
{
        _cleanup_(creds_unref) sd_bus_creds *c = NULL;
        int r = sd_bus_query_sender_creds(m, SD_BUS_CREDS_EUID, &c);
        return r < 0 ? r : sd_bus_creds_get_euid(c, ret);
}

/* What the account database says counts too: who was added to the group need not log in again. */
static int account_in_group(uid_t uid, gid_t gid)
{
        struct passwd *pw = getpwuid(uid);
        gid_t groups[256];
        int n = 256;
        if (!pw || getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) < 0)
                return 0;
        for (int i = 0; i < n; i++)
                if (groups[i] == gid)
                        return 1;
        return 0;
}

int bus_sender_in_group(sd_bus_message *m, gid_t gid)
{
        _cleanup_(creds_unref) sd_bus_creds *c = NULL;
        const gid_t *groups;
        uid_t uid;
        gid_t egid;
        int r = sd_bus_query_sender_creds(
                m, SD_BUS_CREDS_EUID | SD_BUS_CREDS_EGID | SD_BUS_CREDS_SUPPLEMENTARY_GIDS, &c);
        if (r < 0)
                return r;
        if (sd_bus_creds_get_egid(c, &egid) >= 0 && egid == gid)
                return 1;
        int n = sd_bus_creds_get_supplementary_gids(c, &groups);
        for (int i = 0; i < n; i++)
                if (groups[i] == gid)
                        return 1;
        r = sd_bus_creds_get_euid(c, &uid);
        return r < 0 ? r : account_in_group(uid, gid);
}
