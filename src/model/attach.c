/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

#define SIZE_MAX_CELLS 65535 /* struct winsize has 16 bits */

static const char *const reasons[_ATTACH_REASON_MAX] = {
        [ATTACH_NO_REASON] = "none",
        [ATTACH_TIME_LIMIT] = "time-limit",
        [ATTACH_MEMORY] = "memory",
        [ATTACH_STOPPED] = "stopped",
};

bool attach_term_is_valid(const char *term)
{
        size_t n = strlen(term);
        return n > 0 && n <= ATTACH_TERM_MAX &&
               strspn(term, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+") == n;
}

size_t attach_format(const AttachMessage *m, char ret[ATTACH_LINE_MAX])
{
        int n = 0;
        switch (m->type) {
        case ATTACH_HELLO:
                n = m->tty ? snprintf(ret, ATTACH_LINE_MAX, "hello tty %u %u %s", m->rows, m->columns,
                                      attach_term_is_valid(m->term) ? m->term : "dumb")
                           : snprintf(ret, ATTACH_LINE_MAX, "hello pipes");
                break;
        case ATTACH_OPEN:
                n = snprintf(ret, ATTACH_LINE_MAX, "open");
                break;
        case ATTACH_REASON:
                n = snprintf(ret, ATTACH_LINE_MAX, "reason %s", reasons[m->reason]);
                break;
        case ATTACH_END:
                n = snprintf(ret, ATTACH_LINE_MAX, "end %s %u", m->killed ? "killed" : "exited", m->status);
                break;
        }
        return (size_t) n;
}

static int parse_number(const char *text, uint64_t max, unsigned *ret)
{
        uint64_t n;
        if (text_parse_uint(text, max, &n) < 0)
                return -EBADMSG;
        *ret = (unsigned) n;
        return 0;
}

static int parse_hello(char *const *words, size_t n, AttachMessage *m)
{
        m->type = ATTACH_HELLO;
        if (n == 2 && streq(words[1], "pipes"))
                return 0;
        if (n != 5 || !streq(words[1], "tty") || !attach_term_is_valid(words[4]))
                return -EBADMSG;
        m->tty = true;
        memcpy(m->term, words[4], strlen(words[4]) + 1);
        int r = parse_number(words[2], SIZE_MAX_CELLS, &m->rows);
        return r < 0 ? r : parse_number(words[3], SIZE_MAX_CELLS, &m->columns);
}

static int parse_reason(const char *word, AttachMessage *m)
{
        m->type = ATTACH_REASON;
        for (AttachReason r = 0; r < _ATTACH_REASON_MAX; r++) {
                if (!streq(reasons[r], word))
                        continue;
                m->reason = r;
                return 0;
        }
        return -EBADMSG;
}

static int parse_end(char *const *words, AttachMessage *m)
{
        m->type = ATTACH_END;
        m->killed = streq(words[1], "killed");
        if (!m->killed && !streq(words[1], "exited"))
                return -EBADMSG;
        return parse_number(words[2], m->killed ? 64 : 255, &m->status);
}

int attach_parse(const char *line, size_t length, AttachMessage *ret)
{
        _cleanup_strv_ char **words = NULL;
        AttachMessage m = {0};
        char copy[ATTACH_LINE_MAX];

        if (length >= sizeof(copy) || memchr(line, '\0', length))
                return -EBADMSG;
        memcpy(copy, line, length);
        copy[length] = '\0';
        int r = strv_split(copy, " ", &words);
        if (r < 0)
                return r;
        size_t n = strv_length(words);
        r = -EBADMSG;
        if (n > 0 && streq(words[0], "hello"))
                r = parse_hello(words, n, &m);
        else if (n == 1 && streq(words[0], "open")) {
                m.type = ATTACH_OPEN;
                r = 0;
        } else if (n == 2 && streq(words[0], "reason"))
                r = parse_reason(words[1], &m);
        else if (n == 3 && streq(words[0], "end"))
                r = parse_end(words, &m);
        if (r >= 0)
                *ret = m;
        return r;
}

void attach_describe(AttachReason reason, unsigned long long limit, char ret[96])
{
        switch (reason) {
        case ATTACH_TIME_LIMIT:
                snprintf(ret, 96, "its time limit of %llu s is over", limit);
                break;
        case ATTACH_MEMORY:
                snprintf(ret, 96, "it needed more memory than its size has (see run -s)");
                break;
        case ATTACH_STOPPED:
                snprintf(ret, 96, "it was stopped");
                break;
        default:
                ret[0] = '\0';
        }
}
