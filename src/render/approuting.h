/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What an application may set of how the router treats its requests, as lines of its backend. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/buffer.h"

typedef enum TrafficBalance {
        TRAFFIC_LEASTCONN,
        TRAFFIC_ROUNDROBIN,
        TRAFFIC_RANDOM,
        TRAFFIC_SOURCE, /* by the client's address */
        TRAFFIC_HEADER, /* by `hash_header` */
} TrafficBalance;

typedef enum TrafficProtocol {
        TRAFFIC_HTTP1,
        TRAFFIC_H2C,
        TRAFFIC_GRPC, /* HTTP/2, and no question of HTTP: it is asked whether it accepts a connection */
} TrafficProtocol;

typedef struct RenderTraffic {
        TrafficBalance balance;
        const char *hash_header;
        uint64_t max_connections;                                                 /* 0: as many as come */
        uint64_t connect_timeout, response_timeout, idle_timeout, tunnel_timeout; /* s */
        uint64_t max_body;                                                        /* bytes; 0: no limit */
        bool sticky;
        bool keep_alive; /* of the connections to the instances */
        TrafficProtocol protocol;
} RenderTraffic;

#define TRAFFIC_DEFAULT                                                                                     \
  ((RenderTraffic){.connect_timeout = 5,                                                                    \
                   .response_timeout = 30,                                                                  \
                   .idle_timeout = 55,                                                                      \
                   .tunnel_timeout = 3600,                                                                  \
                   .keep_alive = true})

/* Only what differs from the default: most backends have no line of it. `directory` has the router's maps.
 */
void render_traffic(Buffer *out, const RenderTraffic *t, const char *directory);

/* What follows the options that every server has: " maxconn 5 proto h2". */
#define RENDER_SERVER_EXTRA_SIZE 64
void render_server_extra(const RenderTraffic *t, char ret[RENDER_SERVER_EXTRA_SIZE]);
