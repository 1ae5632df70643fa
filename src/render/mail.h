/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The mail that tells of an event. */

typedef struct MailEvent {
        char *const *to;
        const char *type, *message, *host, *time;
        const char *app, *actor, *release, *id; /* NULL: none */
} MailEvent;

/* Header and body, as sendmail takes it on standard input. Nothing of the event can add a header. */
int render_mail_text(const MailEvent *m, char **ret);
