/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/haproxy.h"

#include <errno.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "render/readyrules.h"

/* The maps can be changed while HAProxy runs, the configuration cannot: so whatever a deploy changes is in
 * them. A line is "key value"; keys and values are names that render_haproxy_config() has checked. */

int render_hosts_map(const RenderRouter *r, char **ret)
{
        _cleanup_strv_ char **lines = NULL;
        for (size_t i = 0; i < r->n_backends; i++)
                for (char *const *d = r->backends[i].domains; d && *d; d++) {
                        int k = strv_appendf(&lines, "%s %s\n", *d, r->backends[i].name);
                        if (k < 0)
                                return k;
                }
        if (lines)
                strv_sort(lines);

        _cleanup_buffer_ Buffer out = BUFFER_NULL;
        STRV_FOREACH(line, lines)
                buffer_puts(&out, *line);
        return buffer_finish(&out, ret, NULL);
}

static const char *app_of(const RenderBackend *b)
{
        return b->app;
}

static const char *id_of(const RenderBackend *b)
{
        return b->app_id;
}

static const char *check_of(const RenderBackend *b)
{
        return b->host;
}

static const char *path_of(const RenderBackend *b)
{
        return render_readiness_path(b->checks);
}

static const char *state_of(const RenderBackend *b)
{
        return text_equal(b->state, "up") ? NULL : b->state;
}

static const char *last_server_of(const RenderBackend *b)
{
        return b->n_servers > 0 ? b->servers[b->n_servers - 1].name : NULL;
}

/* "backend value" a line, where there is a value. */
static int render_map(const RenderRouter *r, const char *(*value_of)(const RenderBackend *b), char **ret)
{
        _cleanup_buffer_ Buffer out = BUFFER_NULL;
        for (size_t i = 0; i < r->n_backends; i++) {
                const char *value = value_of(&r->backends[i]);
                if (value)
                        buffer_printf(&out, "%s %s\n", r->backends[i].name, value);
        }
        return buffer_finish(&out, ret, NULL);
}

int render_apps_map(const RenderRouter *r, char **ret)
{
        return render_map(r, app_of, ret);
}

int render_ids_map(const RenderRouter *r, char **ret)
{
        return render_map(r, id_of, ret);
}

int render_checks_map(const RenderRouter *r, char **ret)
{
        return render_map(r, check_of, ret);
}

int render_paths_map(const RenderRouter *r, char **ret)
{
        return render_map(r, path_of, ret);
}

int render_states_map(const RenderRouter *r, char **ret)
{
        return render_map(r, state_of, ret);
}

int render_servers_map(const RenderRouter *r, char **ret)
{
        return render_map(r, last_server_of, ret);
}

int render_sticky_map(const RenderRouter *r, char **ret)
{
        _cleanup_buffer_ Buffer out = BUFFER_NULL;
        for (size_t i = 0; i < r->n_backends; i++) {
                const RenderBackend *b = &r->backends[i];
                for (size_t k = 0; b->traffic && b->traffic->sticky && k < b->n_servers; k++)
                        buffer_printf(&out, "%s/%s %s\n", b->name, b->servers[k].name, b->servers[k].name);
        }
        return buffer_finish(&out, ret, NULL);
}

int render_lots_map(const RenderRouter *r, char **ret)
{
        (void) r;
        *ret = strdup("");
        return *ret ? 0 : -ENOMEM;
}
