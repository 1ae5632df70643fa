/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "basic/text.h"
#include "router/parse.h"

/* Both answers are tables: a heading "# name name …", then a line a server, columns split by one blank.
 * Columns are found by their names, since versions add some. */

#define COLUMNS_MAX 64
#define SERVERS_MAX 65536

/* Bits of srv_admin_state, as HAProxy's management guide lists them: maintenance for one of five reasons,
 * draining for one of two. */
#define ADMIN_MAINT (0x01u | 0x02u | 0x04u | 0x20u | 0x40u)
#define ADMIN_DRAIN (0x08u | 0x10u)

typedef struct Row {
        const char *fields[COLUMNS_MAX]; /* into the answer; not terminated */
        size_t lengths[COLUMNS_MAX];
        size_t n;
} Row;

/* Splits one line. Returns where the next one begins, or NULL at the end. */
static const char *read_row(const char *line, Row *ret)
{
        size_t length = strcspn(line, "\n");
        ret->n = 0;
        for (size_t i = 0; i < length && ret->n < COLUMNS_MAX;) {
                i += strspn(line + i, " \r");
                size_t n = strcspn(line + i, " \r\n");
                if (n == 0)
                        break;
                ret->fields[ret->n] = line + i;
                ret->lengths[ret->n++] = n;
                i += n;
        }
        return line[length] == '\n' ? line + length + 1 : NULL;
}

/* Finds the heading. Returns what follows it, or NULL. `ret` names the columns, the '#' left out. */
static const char *read_heading(const char *text, Row *ret)
{
        while (text && *text != '#')
                text = read_row(text, ret);
        return text ? read_row(text + 1, ret) : NULL;
}

static int find_column(const Row *heading, const char *name)
{
        for (size_t i = 0; i < heading->n; i++)
                if (heading->lengths[i] == strlen(name) &&
                    memcmp(heading->fields[i], name, strlen(name)) == 0)
                        return (int) i;
        return -1;
}

static char *copy_field(const Row *row, int column)
{
        if (column < 0 || (size_t) column >= row->n)
                return NULL;
        return strndup(row->fields[column], row->lengths[column]);
}

static int read_number(const Row *row, int column, uint64_t max, uint64_t *ret)
{
        char text[24];
        if (column < 0 || (size_t) column >= row->n || row->lengths[column] >= sizeof(text))
                return -EBADMSG;
        memcpy(text, row->fields[column], row->lengths[column]);
        text[row->lengths[column]] = '\0';
        return text_parse_uint(text, max, ret) < 0 ? -EBADMSG : 0;
}

typedef struct StateColumns {
        int backend, name, address, port, operation, admin, weight;
} StateColumns;

static bool find_state_columns(const Row *heading, StateColumns *ret)
{
        *ret = (StateColumns){
                .backend = find_column(heading, "be_name"),
                .name = find_column(heading, "srv_name"),
                .address = find_column(heading, "srv_addr"),
                .port = find_column(heading, "srv_port"),
                .operation = find_column(heading, "srv_op_state"),
                .admin = find_column(heading, "srv_admin_state"),
                .weight = find_column(heading, "srv_uweight"),
        };
        return ret->backend >= 0 && ret->name >= 0 && ret->address >= 0 && ret->port >= 0 &&
               ret->operation >= 0 && ret->admin >= 0 && ret->weight >= 0;
}

static int read_address(const Row *row, const StateColumns *c, char **ret)
{
        _cleanup_free_ char *address = copy_field(row, c->address), *port = copy_field(row, c->port);
        char *s = NULL;
        if (!address || !port)
                return -EBADMSG;
        if (streq(address, "-")) { /* HAProxy does not tell the path of a unix socket */
                *ret = strdup(ROUTER_UNIX_ADDRESS);
                return *ret ? 0 : -ENOMEM;
        }
        if (asprintf(&s, strchr(address, ':') ? "[%s]:%s" : "%s:%s", address, port) < 0)
                return -ENOMEM;
        *ret = s;
        return 0;
}

static int read_server(const Row *row, const StateColumns *c, RouterServer *ret)
{
        uint64_t operation, admin, weight;
        if (read_number(row, c->operation, 3, &operation) < 0 ||
            read_number(row, c->admin, 0xff, &admin) < 0 || read_number(row, c->weight, 65536, &weight) < 0)
                return -EBADMSG;

        int r = read_address(row, c, &ret->address);
        if (r < 0)
                return r;
        ret->backend = copy_field(row, c->backend);
        ret->name = copy_field(row, c->name);
        if (!ret->backend || !ret->name)
                return -ENOMEM;
        ret->state = admin & ADMIN_MAINT ? ROUTER_MAINT : admin & ADMIN_DRAIN ? ROUTER_DRAIN : ROUTER_READY;
        ret->up = operation != 0;
        ret->weight = (unsigned) weight;
        return 0;
}

static bool is_ours(const Row *row, int column)
{
        return column >= 0 && (size_t) column < row->n && row->lengths[column] > strlen("pool_") &&
               memcmp(row->fields[column], "pool_", strlen("pool_")) == 0;
}

typedef struct ServerList {
        RouterServer *servers;
        size_t n, allocated;
} ServerList;

static void server_list_clear(ServerList *l)
{
        router_servers_free(l->servers, l->n);
}

static RouterServer *server_list_add(ServerList *l)
{
        if (l->n == l->allocated) {
                size_t wanted = l->allocated ? l->allocated * 2 : 16;
                RouterServer *servers = realloc(l->servers, wanted * sizeof(*servers));
                if (!servers)
                        return NULL;
                l->servers = servers;
                l->allocated = wanted;
        }
        l->servers[l->n] = (RouterServer){0};
        return &l->servers[l->n++];
}

static int parse_states(const char *text, ServerList *l)
{
        Row row;
        StateColumns columns;
        const char *next = read_heading(text, &row);
        if (!next)
                return -EBADMSG;
        if (!find_state_columns(&row, &columns))
                return -EBADMSG;
        while (next && *next != '\0') {
                next = read_row(next, &row);
                if (!is_ours(&row, columns.backend))
                        continue;
                RouterServer *server = l->n < SERVERS_MAX ? server_list_add(l) : NULL;
                if (!server)
                        return -ENOMEM;
                int r = read_server(&row, &columns, server);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* "backend/server", as the second table writes it. */
static bool is_named(const char *backend, const char *name, const char *text, size_t length)
{
        size_t n = strlen(backend);
        return length == n + 1 + strlen(name) && memcmp(text, backend, n) == 0 && text[n] == '/' &&
               memcmp(text + n + 1, name, length - n - 1) == 0;
}

/* Both tables are in the same order, but for servers that came or went between the two questions: the
 * search goes on where the last one was found, once around. */
static RouterServer *find_server(ServerList *l, size_t *hint, const char *text, size_t length)
{
        for (size_t i = 0; i < l->n; i++) {
                size_t at = (*hint + i) % l->n;
                if (is_named(l->servers[at].backend, l->servers[at].name, text, length)) {
                        *hint = at + 1;
                        return &l->servers[at];
                }
        }
        return NULL;
}

static int parse_connections(const char *text, ServerList *l)
{
        Row row;
        size_t hint = 0;
        const char *next = read_heading(text, &row);
        int name = next ? find_column(&row, "bkname/svname") : -1;
        int used = next ? find_column(&row, "used_cur") : -1;
        if (name < 0 || used < 0)
                return -EBADMSG;
        while (next && *next != '\0') {
                next = read_row(next, &row);
                if (!is_ours(&row, name))
                        continue;
                RouterServer *server = find_server(l, &hint, row.fields[name], row.lengths[name]);
                if (server && read_number(&row, used, UINT64_MAX, &server->sessions) < 0)
                        return -EBADMSG;
        }
        return 0;
}

int router_parse_servers(const char *state, const char *connections, RouterServer **ret, size_t *ret_n,
                         Error *e)
{
        _cleanup_(server_list_clear) ServerList list = {0};
        int r = parse_states(state, &list);
        if (r >= 0 && connections)
                r = parse_connections(connections, &list);
        if (r == -EBADMSG)
                return error_set(e, r, "HAProxy's list of servers cannot be read: is it older than 2.6?");
        if (r < 0)
                return r;
        *ret_n = list.n;
        *ret = TAKE_PTR(list.servers);
        list.n = 0;
        return 0;
}

void router_servers_free(RouterServer *list, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                free(list[i].backend);
                free(list[i].name);
                free(list[i].address);
        }
        free(list);
}
