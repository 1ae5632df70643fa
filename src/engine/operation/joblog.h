/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The platform's own lines for people, in the journal: an operation's log, an application's events. */

/* `id` "blog/7" or NULL (then it is an event of the application alone); `app_id` may be NULL. One entry a
 * line of `text`. */
void joblog_write(const char *id, const char *app, const char *app_id, const char *text);

/* The operation has no more lines. */
void joblog_end(const char *id, const char *app, const char *app_id);
