/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/certificates.h"

#include <dirent.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "model/paths.h"
#include "seal/authority.h"

gid_t certificates_group(void)
{
        struct group *g = getgrnam("paas-router");
        return g ? g->gr_gid : 0;
}

/* "*.a.org" is in _.a.org.pem: a.org may be another application's. */
static void certificate_name(const char *domain, char name[300])
{
        bool any = *domain == '*';
        snprintf(name, 300, "%s%s.pem", any ? "_" : "", any ? domain + 1 : domain);
}

static bool certificate_is_needed(Engine *e, const char *file)
{
        if (streq(file, "default.pem") || !text_ends_with(file, ".pem"))
                return true;
        for (size_t i = 0; i < e->catalog.n_apps; i++) {
                STRV_FOREACH(domain, e->catalog.apps[i]->domains) {
                        char name[300];
                        certificate_name(*domain, name);
                        if (streq(name, file))
                                return true;
                }
        }
        return false;
}

/* Those of removed domains. The running router has them in memory until its next reload. */
static void remove_certificates(Engine *e)
{
        DIR *d = opendir(PAAS_ROUTER "/certs");
        if (!d)
                return;
        for (struct dirent *entry = readdir(d); entry; entry = readdir(d))
                if (!certificate_is_needed(e, entry->d_name))
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
        closedir(d);
}

uint64_t certificates_newest(void)
{
        uint64_t newest = 0;
        DIR *d = opendir(PAAS_ROUTER "/certs");
        for (struct dirent *entry = d ? readdir(d) : NULL; entry; entry = readdir(d)) {
                struct stat st;
                if (!text_ends_with(entry->d_name, ".pem") || fstatat(dirfd(d), entry->d_name, &st, 0) < 0)
                        continue;
                uint64_t written =
                        (uint64_t) st.st_mtim.tv_sec * USEC_PER_SEC + (uint64_t) st.st_mtim.tv_nsec / 1000;
                newest = written > newest ? written : newest;
        }
        if (d)
                closedir(d);
        return newest;
}

int certificates_write(Engine *e, Error *error)
{
        char wildcard[300], fallback[] = "paas.invalid";
        char *base = e->catalog.base_domain;
        snprintf(wildcard, sizeof(wildcard), "*.%s", base ? base : fallback);
        char *const names[] = {base ? base : fallback, wildcard, NULL};
        int changed = authority_issue(PAAS_AUTHORITY, names, PAAS_ROUTER "/certs/default.pem",
                                      certificates_group(), error);

        for (size_t i = 0; changed >= 0 && i < e->catalog.n_apps; i++) {
                STRV_FOREACH(domain, e->catalog.apps[i]->domains) {
                        char path[512], file[300], *const name[] = {*domain, NULL};
                        certificate_name(*domain, file);
                        snprintf(path, sizeof(path), PAAS_ROUTER "/certs/%s", file);
                        int r = authority_issue(PAAS_AUTHORITY, name, path, certificates_group(), error);
                        if (r < 0)
                                return r;
                        changed |= r;
                }
        }
        if (changed >= 0)
                remove_certificates(e);
        return changed;
}
