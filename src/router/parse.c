/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "basic/text.h"

#define REPLY_LINE_MAX 300 /* of a complaint that is passed on */

RouterReply router_classify_reply(const char *reply)
{
        static const struct {
                const char *text;
                RouterReply meaning;
        } known[] = {
                {"New server registered.", ROUTER_REPLY_OK},
                {"Server deleted.", ROUTER_REPLY_OK},
                {"No such server.", ROUTER_REPLY_MISSING},
                {"No such backend.", ROUTER_REPLY_MISSING},
                {"entry not found.", ROUTER_REPLY_MISSING},
                {"Key not found.", ROUTER_REPLY_MISSING},
                {"Already exists a server with the same name", ROUTER_REPLY_EXISTS},
                {"Server still has connections attached", ROUTER_REPLY_BUSY},
        };

        reply += strspn(reply, " \r\n");
        if (*reply == '\0')
                return ROUTER_REPLY_OK;
        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                if (text_after(reply, known[i].text))
                        return known[i].meaning;
        return ROUTER_REPLY_REFUSED;
}

/* The first line that says something, with what is not printable masked: it ends in somebody's terminal. */
static void first_line(const char *reply, char ret[REPLY_LINE_MAX])
{
        reply += strspn(reply, " \r\n");
        size_t n = strcspn(reply, "\r\n");
        if (n >= REPLY_LINE_MAX)
                n = REPLY_LINE_MAX - 1;
        for (size_t i = 0; i < n; i++)
                ret[i] = isprint((unsigned char) reply[i]) ? reply[i] : '?';
        ret[n] = '\0';
}

int router_parse_reply(const char *reply, Error *e)
{
        if (router_classify_reply(reply) == ROUTER_REPLY_OK)
                return 0;
        char line[REPLY_LINE_MAX];
        first_line(reply, line);
        return error_set(e, -EIO, "HAProxy says: %s", line);
}

int router_parse_map_entry(const char *reply, char **ret)
{
        *ret = NULL;
        if (strstr(reply, "found=no"))
                return 0;
        const char *value = strstr(reply, ", value=\"");
        if (!value)
                return -EBADMSG;
        value += strlen(", value=\"");
        const char *end = strchr(value, '"');
        if (!end)
                return -EBADMSG;
        *ret = strndup(value, (size_t) (end - value));
        return *ret ? 0 : -ENOMEM;
}

/* The text after "Success=0\n--\n" is HAProxy's log of the attempt; an alert in it says why. */
int router_parse_reload(const char *reply, Error *e)
{
        if (strstr(reply, "Success=1"))
                return 1;
        if (!strstr(reply, "Success=0"))
                return 0;
        const char *why = strstr(reply, "[ALERT]");
        if (!why) {
                why = strstr(reply, "--\n");
                why = why ? why + strlen("--\n") : reply;
        }
        char line[REPLY_LINE_MAX];
        first_line(why, line);
        return error_set(e, -EBADMSG, "%s", line);
}
