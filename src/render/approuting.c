/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/approuting.h"

#include <stdio.h>

/* Dynamic servers come and go: without consistent hashing each of them would move every client. */
static void put_balance(Buffer *out, const RenderTraffic *t)
{
        switch (t->balance) {
        case TRAFFIC_LEASTCONN:
                break;
        case TRAFFIC_ROUNDROBIN:
                buffer_puts(out, "    balance roundrobin\n");
                break;
        case TRAFFIC_RANDOM:
                buffer_puts(out, "    balance random\n");
                break;
        case TRAFFIC_SOURCE:
                buffer_puts(out, "    balance source\n    hash-type consistent\n");
                break;
        case TRAFFIC_HEADER:
                buffer_printf(out, "    balance hdr(%s)\n    hash-type consistent\n", t->hash_header);
                break;
        }
}

static void put_timeout(Buffer *out, const char *name, uint64_t seconds)
{
        buffer_printf(out, "    timeout %s %llus\n", name, (unsigned long long) seconds);
}

/* HAProxy before 3.0 has one limit for the first byte and for silence later, and none of its own for a
 * client: there only a stream of events gets what is set for silence. */
static void put_timeouts(Buffer *out, const RenderTraffic *t)
{
        const RenderTraffic usual = TRAFFIC_DEFAULT;
        unsigned long long idle = t->idle_timeout;
        if (t->connect_timeout != usual.connect_timeout)
                put_timeout(out, "connect", t->connect_timeout);
        if (t->response_timeout != usual.response_timeout)
                put_timeout(out, "server", t->response_timeout);
        if (t->tunnel_timeout != usual.tunnel_timeout)
                put_timeout(out, "tunnel", t->tunnel_timeout);
        if (t->max_connections > 0)
                put_timeout(out, "queue", t->response_timeout);
        if (idle != usual.idle_timeout)
                buffer_printf(out,
                              ".if version_atleast(3.0)\n"
                              "    http-response set-timeout server %llus\n"
                              ".else\n"
                              "    http-request set-timeout server %llus if { req.fhdr(accept,1) -m sub "
                              "text/event-stream }\n"
                              ".endif\n",
                              idle, idle);
}

static void put_refusal(Buffer *out, unsigned status, const char *description, const char *condition)
{
        buffer_printf(out,
                      "    http-request return status %u content-type text/plain string \"%s\\n\" hdr "
                      "Cache-Control no-store hdr X-Paas-Error '%%[str(\"error code=too-large "
                      "desc=\\\"%s\\\"\"),set-var(txn.at),bytes(11,9)]' if { %s }\n",
                      status, description, description, condition);
}

/* A body whose length nobody tells cannot be measured before it is passed on. */
static void put_body(Buffer *out, const RenderTraffic *t)
{
        char condition[64];
        if (t->max_body == 0)
                return;
        snprintf(condition, sizeof(condition), "req.hdr_val(content-length) gt %llu",
                 (unsigned long long) t->max_body);
        put_refusal(out, 411, "Body without a length", "req.hdr(transfer-encoding) -m found");
        put_refusal(out, 413, "Body too large", condition);
}

/* The cookie names a server; the map says whether that is current, so that after a deploy everybody moves.
 */
static void put_sticky(Buffer *out, const char *directory)
{
        static const char set[] =
                "    http-response add-header Set-Cookie \"paas-server=%[srv_name]; Path=/; "
                "HttpOnly; SameSite=Lax",
                          other[] = "!{ srv_name,strcmp(txn.stuck) eq 0 }";
        buffer_printf(out,
                      "    http-request set-var(txn.stuck) req.cook(paas-server)\n"
                      "    http-request set-var-fmt(txn.key) \"%%[be_name]/%%[var(txn.stuck)]\" if { "
                      "var(txn.stuck) -m found }\n"
                      "    http-request set-var(txn.kept) var(txn.key),map(%s/sticky.map)\n",
                      directory);
        buffer_puts(out, "    use-server %[var(txn.kept)] if { var(txn.kept) -m found }\n");
        buffer_printf(out, "%s; Secure\" if { ssl_fc } %s\n", set, other);
        buffer_printf(out, "%s\" if !{ ssl_fc } %s\n", set, other);
}

void render_traffic(Buffer *out, const RenderTraffic *t, const char *directory)
{
        put_balance(out, t);
        put_timeouts(out, t);
        put_body(out, t);
        if (!t->keep_alive)
                buffer_puts(out, "    option http-server-close\n");
        if (t->protocol == TRAFFIC_GRPC)
                buffer_puts(out, "    option tcp-check\n");
        if (t->sticky)
                put_sticky(out, directory);
}

void render_server_extra(const RenderTraffic *t, char ret[RENDER_SERVER_EXTRA_SIZE])
{
        char maxconn[40] = "";
        if (t && t->max_connections > 0)
                snprintf(maxconn, sizeof(maxconn), " maxconn %llu", (unsigned long long) t->max_connections);
        snprintf(ret, RENDER_SERVER_EXTRA_SIZE, "%s%s", maxconn,
                 t && t->protocol != TRAFFIC_HTTP1 ? " proto h2" : "");
}
