/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "usage/owners.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/text.h"

DEFINE_CLEANUP(DIR *, closedir)

#define STATUS_MAX 65536

int owners_new(uid_t first, uid_t last, Owners *ret)
{
        *ret = (Owners){.first = first, .last = last};
        if (first > last)
                return 0;
        ret->met = calloc(last - first + 1, sizeof(bool));
        return ret->met ? 0 : -ENOMEM;
}

void owners_clear(Owners *o)
{
        free(o->met);
        *o = (Owners){.first = 1};
}

void owners_meet(Owners *o, uid_t id)
{
        if (id >= o->first && id <= o->last)
                o->met[id - o->first] = true;
}

/* "Uid:\t61184\t61184\t61184\t61184", and "Gid:" likewise. */
static void meet_line(Owners *o, const char *status, const char *name)
{
        const char *line = strstr(status, name);
        if (!line)
                return;
        const char *at = line + strlen(name);
        for (int i = 0; i < 4; i++) {
                char *end;
                unsigned long id = strtoul(at, &end, 10);
                if (end != at)
                        owners_meet(o, (uid_t) id);
                at = end;
        }
}

int owners_meet_processes(Owners *o, const char *proc)
{
        if (o->first > o->last)
                return 0;
        _cleanup_(closedirp) DIR *d = opendir(proc);
        if (!d)
                return -errno;
        for (struct dirent *at; (at = readdir(d));) {
                char name[300];
                _cleanup_free_ char *status = NULL;
                if (at->d_name[strspn(at->d_name, "0123456789")])
                        continue;
                snprintf(name, sizeof(name), "%s/status", at->d_name);
                int r = file_read_at(dirfd(d), name, STATUS_MAX, &status, NULL);
                if (r == -ENOENT || r == -ESRCH) /* it has ended meanwhile */
                        continue;
                if (r < 0)
                        return r;
                meet_line(o, status, "\nUid:");
                meet_line(o, status, "\nGid:");
        }
        return 0;
}
