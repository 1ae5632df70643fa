/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/readyrules.h"

#include <string.h>
#include <strings.h>

static const char web[] = "web";

static const Check *next(const Checks *checks, const Check *previous)
{
        do
                previous = checks_next(checks, web, CHECK_READINESS, previous);
        while (previous && previous->way != CHECK_PATH);
        return previous;
}

const char *render_readiness_path(const Checks *checks)
{
        const Check *c = checks ? next(checks, NULL) : NULL;
        return c && strspn(c->path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") ==
                                       strlen(c->path)
                       ? c->path
                       : NULL;
}

void render_quoted(const char *text, bool format, Buffer *out)
{
        buffer_puts(out, "'");
        for (; *text; text++) {
                if (*text == '\'')
                        buffer_puts(out, "'\\''");
                else if (*text == '%' && format)
                        buffer_puts(out, "%%");
                else
                        buffer_append(out, text, 1);
        }
        buffer_puts(out, "'");
}

static bool has_header(const Check *c, const char *name)
{
        for (size_t i = 0; i < c->n_headers; i++)
                if (strcasecmp(c->headers[i].name, name) == 0)
                        return true;
        return false;
}

static void put_header(const Check *c, const char *name, const char *value, Buffer *out)
{
        if (!has_header(c, name))
                buffer_printf(out, " hdr %s %s", name, value);
}

static void put_request(const Check *c, const char *map_path, const char *directory, Buffer *out)
{
        char host[512];
        buffer_puts(out, "    http-check send meth GET uri-lf ");
        if (map_path)
                buffer_printf(out, "\"%%[be_name,map(%s/paths.map,%s)]\"", directory, map_path);
        else
                render_quoted(c->path, true, out);
        buffer_puts(out, " ver HTTP/1.1");
        snprintf(host, sizeof(host), "\"%%[be_name,map(%s/checks.map,localhost)]\"", directory);
        put_header(c, "Host", host, out);
        put_header(c, "X-Forwarded-Proto", "https", out);
        put_header(c, "User-Agent", "paas-router", out);
        for (size_t i = 0; i < c->n_headers; i++) {
                if (!c->headers[i].value[0]) /* HAProxy sends none */
                        continue;
                buffer_printf(out, " hdr %s ", c->headers[i].name);
                render_quoted(c->headers[i].value, true, out);
        }
        buffer_puts(out, " hdr Connection close\n");
}

void render_readiness(const Checks *checks, const char *directory, Buffer *out)
{
        const char *map_path = render_readiness_path(checks);
        for (const Check *c = checks ? next(checks, NULL) : NULL; c; c = next(checks, c)) {
                if (c->warn)
                        continue;
                buffer_puts(out, "    http-check connect\n");
                put_request(c, c == next(checks, NULL) ? map_path : NULL, directory, out);
                buffer_printf(out, "    http-check expect status %u-%u\n", c->status_first, c->status_last);
                if (c->content) {
                        buffer_puts(out, "    http-check expect string ");
                        render_quoted(c->content, false, out);
                        buffer_puts(out, "\n");
                }
        }
}
