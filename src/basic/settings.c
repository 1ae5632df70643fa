/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/settings.h"

#include <errno.h>
#include <iniparser.h>
#include <sched.h>
#include <string.h>

#include "basic/text.h"

typedef enum Kind {
        KIND_NUMBER,
        KIND_BYTES,
        KIND_SECONDS,
        KIND_STRING,
} Kind;

typedef struct Key {
        const char *name; /* "section:key", as iniparser names it */
        Kind kind;
        size_t offset;
        uint64_t initial, min, max;
} Key;

#define KEY(n, k, field, i, lo, hi)                                                                         \
  {                                                                                                         \
    n, k, offsetof(Settings, field), i, lo, hi                                                              \
  }

static const Key keys[] = {
        KEY("paas:base-domain", KIND_STRING, base_domain, 0, 0, 0),
        KEY("paas:audit-remote", KIND_STRING, audit_remote, 0, 0, 0),
        KEY("build:timeout", KIND_SECONDS, build_timeout, 20 * 60, 1, 86400),
        KEY("build:memory", KIND_BYTES, build_memory, 2ULL << 30, 16ULL << 20, UINT64_MAX),
        KEY("build:parallel", KIND_NUMBER, build_parallel, 0, 0, 1024),
        KEY("build:max-source", KIND_BYTES, build_max_source, 1ULL << 30, 1, UINT64_MAX),
        KEY("build:max-files", KIND_NUMBER, build_max_files, 500000, 1, 100000000),
        KEY("build:cache-quota", KIND_BYTES, cache_quota, 1ULL << 30, 0, UINT64_MAX),
        KEY("app:boot-timeout", KIND_SECONDS, boot_timeout, 60, 1, 3600),
        KEY("app:release-timeout", KIND_SECONDS, release_timeout, 1800, 1, 86400),
        KEY("app:drain-timeout", KIND_SECONDS, drain_timeout, 30, 0, 86400),
        KEY("app:stop-timeout", KIND_SECONDS, stop_timeout, 30, 1, 3600),
        KEY("app:detached-time-limit", KIND_SECONDS, detached_limit, 86400, 1, 31536000),
        KEY("app:keep-releases", KIND_NUMBER, keep_releases, 10, 2, 10000),
        KEY("app:destroyed-keep-days", KIND_NUMBER, destroyed_keep_days, 7, 0, 3650),
        KEY("disk:reserve", KIND_BYTES, disk_reserve, SETTINGS_RESERVE_RULE, 0, UINT64_MAX),
        KEY("router:pool", KIND_NUMBER, router_pool, 64, 16, 4096),
        KEY("router:old-workers", KIND_NUMBER, old_workers, 10, 1, 1000),
        KEY("router:old-worker-timeout", KIND_SECONDS, old_worker_timeout, 86400, 1, 7 * 86400),
        KEY("router:threads", KIND_NUMBER, router_threads, SETTINGS_THREADS_RULE, 0, SETTINGS_THREADS_MAX),
        KEY("router:https-port", KIND_NUMBER, https_port, 443, 1, 65535),
};

static uint64_t *number_at(Settings *s, const Key *key)
{
        return (uint64_t *) ((char *) s + key->offset);
}

static char **string_at(Settings *s, const Key *key)
{
        return (char **) ((char *) s + key->offset);
}

static int parse_value(const Key *key, const char *text, uint64_t *ret)
{
        switch (key->kind) {
        case KIND_BYTES:
                return text_parse_bytes(text, ret);
        case KIND_SECONDS:
                return text_parse_seconds(text, ret);
        default:
                return text_parse_uint(text, UINT64_MAX, ret);
        }
}

static int set_value(Settings *s, const Key *key, const char *text, const char *path, Error *e)
{
        if (key->kind == KIND_STRING)
                return text_replace(string_at(s, key), text);

        uint64_t value;
        int r = parse_value(key, text, &value);
        if (r < 0)
                return error_set(e, -EINVAL, "%s: %s = %s: not a %s", path, key->name, text,
                                 key->kind == KIND_BYTES     ? "size (as 512M or 2G)"
                                 : key->kind == KIND_SECONDS ? "time span (as 90s or 20min)"
                                                             : "number");
        if (value < key->min || value > key->max)
                return error_set(e, -ERANGE, "%s: %s = %s: must be from %llu to %llu", path, key->name, text,
                                 (unsigned long long) key->min, (unsigned long long) key->max);
        *number_at(s, key) = value;
        return 0;
}

static const Key *find_key(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (streq(keys[i].name, name))
                        return &keys[i];
        return NULL;
}

static int load_section(dictionary *ini, const char *section, const char *path, Settings *s, Error *e)
{
        int n = iniparser_getsecnkeys(ini, section);
        if (n <= 0)
                return 0;
        _cleanup_free_ const char **names = calloc((size_t) n, sizeof(char *));
        if (!names)
                return -ENOMEM;
        if (!iniparser_getseckeys(ini, section, names))
                return 0;

        for (int i = 0; i < n; i++) {
                const Key *key = find_key(names[i]);
                if (!key)
                        return error_set(e, -EINVAL, "%s: unknown setting \"%s\" (see paas.conf(5))", path,
                                         names[i]);
                int r = set_value(s, key, iniparser_getstring(ini, names[i], ""), path, e);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int load_file(const char *path, Settings *s, Error *e)
{
        if (access(path, R_OK) < 0)
                return errno == ENOENT ? 0 : error_set(e, -errno, "%s: %s", path, strerror(errno));

        dictionary *ini = iniparser_load(path);
        if (!ini)
                return error_set(e, -EINVAL, "%s: not a valid settings file", path);
        int r = 0;
        for (int i = 0; r >= 0 && i < iniparser_getnsec(ini); i++)
                r = load_section(ini, iniparser_getsecname(ini, i), path, s, e);
        iniparser_freedict(ini);
        return r;
}

/* Half of the cores, so that a build leaves the applications the other half. */
static uint64_t default_parallel(void)
{
        cpu_set_t set;
        if (sched_getaffinity(0, sizeof(set), &set) < 0 || CPU_COUNT(&set) < 4)
                return 1;
        return (uint64_t) CPU_COUNT(&set) / 2;
}

int settings_load(const char *path, Settings *ret, Error *e)
{
        Settings s = {0};
        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (keys[i].kind != KIND_STRING)
                        *number_at(&s, &keys[i]) = keys[i].initial;

        int r = load_file(path, &s, e);
        if (r < 0) {
                settings_clear(&s);
                return r;
        }
        if (s.build_parallel == 0)
                s.build_parallel = default_parallel();
        *ret = s;
        return 0;
}

void settings_clear(Settings *s)
{
        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (keys[i].kind == KIND_STRING)
                        free(*string_at(s, &keys[i]));
        *s = (Settings){0};
}
