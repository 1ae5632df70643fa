/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/haproxy.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/settings.h"
#include "basic/text.h"
#include "render/readyrules.h"

/* Asked seldom, for each question is a line in the log of the application; and at once after an error. What
 * is more than the busiest half a second wanted of connections is closed, half of it at a time. HAProxy 2.6
 * keeps none of a server that is added to it while it runs, unless it is told the default. */
const char render_server_options[] =
        "weight 100 check inter 10s fastinter 500ms downinter 500ms rise 1 fall 2 "
        "observe layer7 error-limit 1 on-error fastinter "
        "pool-purge-delay 500ms pool-max-conn -1";

/* What HAProxy reads as one plain word: no blank, quote, backslash, '#' or '$'. */
static bool is_word(const char *s)
{
        return s[0] != '\0' && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                         "._:/@*[]-") == strlen(s);
}

static int check_word(const char *what, const char *s, Error *e)
{
        if (is_word(s))
                return 0;
        return error_set(e, -EINVAL, "router configuration: \"%s\" cannot be used as a %s", s, what);
}

static int check_backend(const RenderBackend *b, Error *e)
{
        int r = check_word("backend's name", b->name, e);
        for (size_t i = 0; r >= 0 && i < b->n_servers; i++) {
                r = check_word("server's name", b->servers[i].name, e);
                if (r >= 0)
                        r = check_word("server's address", b->servers[i].address, e);
        }
        if (r >= 0 && b->app)
                r = check_word("application's name", b->app, e);
        if (r >= 0 && b->app_id)
                r = check_word("application's id", b->app_id, e);
        if (r >= 0 && b->host)
                r = check_word("host name", b->host, e);
        if (r >= 0 && b->state)
                r = check_word("state", b->state, e);
        if (r >= 0 && b->traffic && b->traffic->hash_header)
                r = check_word("header's name", b->traffic->hash_header, e);
        for (char *const *d = b->domains; r >= 0 && d && *d; d++)
                r = check_word("host name", *d, e);
        return r;
}

unsigned render_router_threads(uint64_t setting, unsigned processors)
{
        if (setting != SETTINGS_THREADS_RULE)
                return (unsigned) setting;
        unsigned half = processors / 2;
        return half < 1 ? 1 : half > SETTINGS_THREADS_MAX ? SETTINGS_THREADS_MAX : half;
}

static void put_backend(Buffer *out, const RenderRouter *r, const RenderBackend *b)
{
        buffer_printf(out, "\nbackend %s from app\n", b->name);
        buffer_printf(out,
                      "    use-server %%[var(txn.backend),map(%s/servers.map,none)] if { nbsrv eq 0 }\n",
                      r->directory);
        render_readiness(b->checks, r->directory, out);
        buffer_printf(out, "    use-server %%[var(txn.lot),map(%s/lots.map)] if { var(txn.lot) -m found }\n",
                      r->directory);
        if (b->traffic)
                render_traffic(out, b->traffic, r->directory);
        char extra[RENDER_SERVER_EXTRA_SIZE];
        render_server_extra(b->traffic, extra);
        for (size_t i = 0; i < b->n_servers; i++)
                buffer_printf(out, "    server %s %s %s%s\n", b->servers[i].name, b->servers[i].address,
                              render_server_options, extra);
}

/* The value of the mark of `length` bytes at `name`. */
static int put_mark(Buffer *out, const RenderRouter *r, const char *name, size_t length, Error *e)
{
        if (length == strlen("DIRECTORY") && memcmp(name, "DIRECTORY", length) == 0)
                buffer_puts(out, r->directory);
        else if (length == strlen("CERTIFICATES") && memcmp(name, "CERTIFICATES", length) == 0)
                buffer_printf(out, "%llu", (unsigned long long) r->certificates);
        else if (length == strlen("HARD_STOP") && memcmp(name, "HARD_STOP", length) == 0)
                buffer_printf(out, "%u", r->hard_stop > 0 ? r->hard_stop : 1);
        else if (length == strlen("OLD_WORKERS") && memcmp(name, "OLD_WORKERS", length) == 0)
                buffer_printf(out, "%u", r->old_workers > 0 ? r->old_workers : 1);
        else if (length == strlen("THREADS") && memcmp(name, "THREADS", length) == 0)
                buffer_printf(out, "%u", r->threads > 0 ? r->threads : 1);
        else if (length == strlen("BACKENDS") && memcmp(name, "BACKENDS", length) == 0) {
                for (size_t i = 0; i < r->n_backends; i++)
                        put_backend(out, r, &r->backends[i]);
        } else
                return error_set(e, -EINVAL,
                                 "haproxy.cfg.in: unknown mark @%.*s@: is the template of another version?",
                                 (int) length, name);
        return 0;
}

/* The length of a mark's name when `text` (an '@') begins one, else 0. */
static size_t mark_length(const char *text)
{
        size_t n = strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        return n > 0 && text[1 + n] == '@' ? n : 0;
}

int render_haproxy_config(const char *template_text, const RenderRouter *r, char **ret, Error *e)
{
        int k = check_word("directory", r->directory, e);
        if (k >= 0 && r->base_domain)
                k = check_word("host name", r->base_domain, e);
        for (size_t i = 0; k >= 0 && i < r->n_backends; i++)
                k = check_backend(&r->backends[i], e);
        if (k < 0)
                return k;

        _cleanup_buffer_ Buffer out = BUFFER_NULL;
        const char *p = template_text;
        for (const char *at = strchr(p, '@'); at; at = strchr(at, '@')) {
                size_t n = mark_length(at);
                if (n == 0) {
                        at++;
                        continue;
                }
                buffer_append(&out, p, (size_t) (at - p));
                k = put_mark(&out, r, at + 1, n, e);
                if (k < 0)
                        return k;
                at += n + 2;
                p = at;
        }
        buffer_puts(&out, p);
        k = buffer_finish(&out, ret, NULL);
        if (k >= 0)
                render_static_put(*ret);
        return k;
}

void render_router_files_clear(RenderFile files[RENDER_ROUTER_FILES])
{
        for (size_t i = 0; i < RENDER_ROUTER_FILES; i++) {
                free(files[i].text);
                files[i] = (RenderFile){0};
        }
}

int render_router_files(const char *template_text, const RenderRouter *r,
                        RenderFile ret[RENDER_ROUTER_FILES], Error *e)
{
        static const struct {
                const char *name;
                int (*render)(const RenderRouter *r, char **ret);
        } maps[] = {
                {"hosts.map", render_hosts_map},   {"apps.map", render_apps_map},
                {"ids.map", render_ids_map},       {"checks.map", render_checks_map},
                {"states.map", render_states_map}, {"servers.map", render_servers_map},
                {"lots.map", render_lots_map},     {"paths.map", render_paths_map},
                {"sticky.map", render_sticky_map},
        };
        _Static_assert(ELEMENTSOF(maps) + 1 == RENDER_ROUTER_FILES, "one file for each map, and the rest");

        RenderFile files[RENDER_ROUTER_FILES] = {0};
        int k = 0;
        for (size_t i = 0; k >= 0 && i < ELEMENTSOF(maps); i++) {
                files[i].name = maps[i].name;
                k = maps[i].render(r, &files[i].text);
        }
        files[ELEMENTSOF(maps)].name = "haproxy.cfg";
        if (k >= 0)
                k = render_haproxy_config(template_text, r, &files[ELEMENTSOF(maps)].text, e);
        if (k < 0) {
                render_router_files_clear(files);
                return k;
        }
        memcpy(ret, files, sizeof(files));
        return 0;
}
