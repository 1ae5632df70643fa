/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/mail.h"

#include <stddef.h>

#include "basic/buffer.h"
#include "basic/text.h"

/* In one line of printable ASCII, as headers must be. */
static void put_header(Buffer *b, const char *s)
{
        for (; *s; s++) {
                char c = *s < ' ' || *s > '~' ? '?' : *s;
                buffer_append(b, &c, 1);
        }
}

static void put_row(Buffer *b, const char *name, const char *value)
{
        if (value)
                buffer_printf(b, "%s: %s\n", name, value);
}

static const char *describe(const char *type)
{
        static const char *const texts[][2] = {
                {"deploy-failed", "a deploy failed"}, {"crashed", "a process crashes"},
                {"locked", "deploys are locked"},     {"unlocked", "deploys are unlocked"},
                {"refused", "a request was refused"}, {"disk-reserve", "the disk is nearly full"},
        };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (streq(texts[i][0], type))
                        return texts[i][1];
        return type;
}

int render_mail_text(const MailEvent *m, char **ret)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        buffer_puts(&b, "From: paas\nTo: ");
        for (char *const *to = m->to; to && *to; to++) {
                if (to != m->to)
                        buffer_puts(&b, ", ");
                put_header(&b, *to);
        }
        buffer_puts(&b, "\nSubject: [paas] ");
        put_header(&b, m->app ? m->app : m->host);
        buffer_puts(&b, ": ");
        put_header(&b, describe(m->type));
        buffer_puts(&b, "\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\n"
                        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
        buffer_printf(&b, "%s\n\n", m->message);
        put_row(&b, "Application", m->app);
        put_row(&b, "Release", m->release);
        put_row(&b, "By", m->actor);
        put_row(&b, "Time", m->time);
        put_row(&b, "Host", m->host);
        put_row(&b, "Event", m->id);
        return buffer_finish(&b, ret, NULL);
}
