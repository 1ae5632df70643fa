/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/file.h"

#define TABLE_MAX (64u * 1024 * 1024) /* of text: some 400,000 sockets */
#define STATE_LISTEN 0x0au

int listeners_add(Listeners *list, const Listener *l)
{
        if (list->n == list->allocated) {
                size_t wanted = list->allocated ? list->allocated * 2 : 32;
                Listener *bigger = realloc(list->list, wanted * sizeof(*bigger));
                if (!bigger)
                        return -ENOMEM;
                list->list = bigger;
                list->allocated = wanted;
        }
        list->list[list->n++] = *l;
        return 0;
}

/* The kernel prints each 32-bit word of an address as a number in the machine's byte order. */
static bool parse_words(const char *hex, size_t n_words, uint32_t *ret)
{
        if (strspn(hex, "0123456789ABCDEFabcdef") != n_words * 8)
                return false;
        for (size_t i = 0; i < n_words; i++) {
                char word[9];
                memcpy(word, hex + i * 8, 8);
                word[8] = '\0';
                ret[i] = (uint32_t) strtoul(word, NULL, 16);
        }
        return true;
}

/* "  0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 …" */
static bool parse_line(const char *line, bool v4, Listener *ret)
{
        char address[40];
        unsigned port, state, uid;
        if (sscanf(line,
                   " %*u: %32[0-9A-Fa-f]:%4x %*[0-9A-Fa-f]:%*x %2x %*[0-9A-Fa-f:] %*[0-9A-Fa-f:] %*x %u",
                   address, &port, &state, &uid) != 4 ||
            state != STATE_LISTEN)
                return false;

        *ret = (Listener){.v4 = v4, .port = (uint16_t) port, .uid = uid};
        uint32_t words[4] = {0, 0, htonl(0xffff), 0};
        if (!parse_words(address, v4 ? 1 : 4, v4 ? &words[3] : words))
                return false;
        memcpy(&ret->address, words, sizeof(words));
        return true;
}

int listeners_parse(const char *text, bool v4, Listeners *list)
{
        for (const char *line = text; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                Listener l;
                if (!parse_line(line, v4, &l))
                        continue;
                int r = listeners_add(list, &l);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_table(const char *directory, const char *name, bool v4, Listeners *list)
{
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", directory, name);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        _cleanup_free_ char *text = NULL;
        int r = fd_read_all(fd, TABLE_MAX, &text, NULL);
        return r < 0 ? r : listeners_parse(text, v4, list);
}

int listeners_read(const char *directory, Listeners *ret)
{
        _cleanup_listeners_ Listeners list = LISTENERS_NULL;
        int r = read_table(directory, "tcp", true, &list);
        if (r < 0)
                return r;
        r = read_table(directory, "tcp6", false, &list);
        if (r < 0 && r != -ENOENT)
                return r;
        *ret = list;
        list = LISTENERS_NULL;
        return 0;
}

void listeners_clear(Listeners *list)
{
        free(list->list);
        *list = LISTENERS_NULL;
}

bool listener_takes_loopback(const Listener *l)
{
        if (IN6_IS_ADDR_UNSPECIFIED(&l->address))
                return true;
        if (!IN6_IS_ADDR_V4MAPPED(&l->address))
                return false;
        uint32_t v4;
        memcpy(&v4, &l->address.s6_addr[12], sizeof(v4));
        return v4 == htonl(INADDR_ANY) || v4 == htonl(INADDR_LOOPBACK);
}

void listener_format(const Listener *l, char ret[LISTENER_TEXT_SIZE])
{
        char address[INET6_ADDRSTRLEN] = "?";
        if (l->v4)
                inet_ntop(AF_INET, &l->address.s6_addr[12], address, sizeof(address));
        else
                inet_ntop(AF_INET6, &l->address, address, sizeof(address));
        snprintf(ret, LISTENER_TEXT_SIZE, l->v4 ? "%s:%u" : "[%s]:%u", address, l->port);
}
