/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/asking.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "basic/clock.h"
#include "probe/listeners.h"
#include "probe/report.h"
#include "probe/runcheck.h"
#include "probe/socketdiag.h"

#define ATTEMPT_TIMEOUT (10 * USEC_PER_SEC)
#define ATTEMPT_LEAST (100 * USEC_PER_MSEC)

/* What one check has come to. */
typedef struct Course {
        const Asked *asked;
        const Check *check;
        Target target;
        uint16_t port;
        uint64_t start, deadline;
        unsigned answers;      /* attempts that count */
        Attempt attempt, told; /* the last one; that which tells most */
} Course;

static uint64_t clamp(uint64_t n, uint64_t low, uint64_t high)
{
        return n < low ? low : n > high ? high : n;
}

void ask_pause(uint64_t usec)
{
        struct timespec left = {.tv_sec = (time_t) (usec / USEC_PER_SEC),
                                .tv_nsec = (long) (usec % USEC_PER_SEC) * 1000};
        while (nanosleep(&left, &left) < 0 && errno == EINTR)
                ;
}

/* Until it listens, a refused connection costs nothing: the time lost is a twentieth of what it needed.
 * One that answers with an error logs each question. */
static uint64_t pause_after(const Course *c, uint64_t now)
{
        uint64_t elapsed = now - c->start;
        if (c->attempt.outcome == ATTEMPT_REFUSED)
                return clamp(elapsed / 20, 5 * USEC_PER_MSEC, 50 * USEC_PER_MSEC);
        if (c->check)
                return c->check->wait * USEC_PER_SEC;
        return clamp(elapsed / 5, 50 * USEC_PER_MSEC, USEC_PER_SEC);
}

static bool was_accepted(const Course *c)
{
        return c->attempt.outcome != ATTEMPT_REFUSED && c->attempt.outcome != ATTEMPT_QUEUED;
}

/* No more attempts, or no more time, after the last one. */
static bool is_over(const Course *c, uint64_t after_pause)
{
        if (c->check && was_accepted(c))
                return c->answers >= c->check->attempts;
        return after_pause >= c->deadline;
}

static uint64_t attempt_deadline(const Course *c, uint64_t now)
{
        if (c->check)
                return now + c->check->timeout * USEC_PER_SEC;
        uint64_t until = now + ATTEMPT_TIMEOUT < c->deadline ? now + ATTEMPT_TIMEOUT : c->deadline;
        /* The last one, too, has the time to be refused: no time is no answer to "why". */
        return until > now + ATTEMPT_LEAST ? until : now + ATTEMPT_LEAST;
}

static bool pursue(Course *c)
{
        for (;;) {
                attempt_make(&c->target, attempt_deadline(c, clock_monotonic()), &c->attempt);
                if (was_accepted(c))
                        c->answers++;
                if (c->attempt.outcome >= c->told.outcome)
                        c->told = c->attempt;
                if (attempt_passed(&c->target, &c->attempt))
                        return true;
                uint64_t now = clock_monotonic(), pause = pause_after(c, now);
                if (is_over(c, now + pause))
                        return false;
                ask_pause(pause);
        }
}

static void explain(const Course *c, const Listeners *listeners, Buffer *why)
{
        report_failure(&(Report){.app = c->asked->app,
                                 .name = c->asked->name,
                                 .listen = c->asked->listen,
                                 .host = c->asked->target.host,
                                 .port = c->port,
                                 .range_first = c->asked->range_first,
                                 .range_last = c->asked->range_last,
                                 .uid = c->asked->uid,
                                 .timeout = (unsigned) c->asked->timeout,
                                 .check = c->check,
                                 .answers = c->answers,
                                 .told = &c->told,
                                 .last = c->attempt.outcome,
                                 .listeners = listeners},
                       why);
}

/* Whoever answered must be the application. */
static bool judge(const Course *c, bool passed, Buffer *why)
{
        _cleanup_listeners_ Listeners listeners = LISTENERS_NULL;
        int r = socketdiag_read(&listeners);
        if (r < 0)
                r = listeners_read(SOCKET_TABLES, &listeners);
        if (r < 0 && passed) {
                buffer_printf(why, "cannot read " SOCKET_TABLES "/tcp: %s\n", strerror(-r));
                return false;
        }
        const Listener *stranger = c->asked->listen == LISTEN_SOCKET
                                           ? NULL
                                           : report_stranger(&listeners, c->port, c->asked->uid);
        if (stranger)
                buffer_printf(why,
                              "port %u, given to %s, is held by a process of user %u, which is not this "
                              "application's\n",
                              c->port, c->asked->name, (unsigned) stranger->uid);
        else if (!passed)
                explain(c, &listeners, why);
        return passed && !stranger;
}

/* A process type without $PORT says itself where it is asked. */
static void aim(Course *c)
{
        c->target = c->asked->target;
        c->target.check = c->check;
        c->target.queue_deadline = c->deadline;
        c->port = c->asked->port;
        if (c->port > 0 || !c->check)
                return;
        c->port = (uint16_t) c->check->port;
        const struct sockaddr_in own = {.sin_family = AF_INET,
                                        .sin_port = htons(c->port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        memcpy(&c->target.address, &own, sizeof(own));
        c->target.address_length = sizeof(own);
}

static bool ask_command(const Asked *asked, const Check *check, Buffer *why)
{
        for (unsigned n = 1;; n++) {
                CommandEnd end;
                command_run(check->command, clock_monotonic() + check->timeout * USEC_PER_SEC, &end);
                if (command_passed(&end))
                        return true;
                if (n >= check->attempts) {
                        command_explain(asked->name, check, n, &end, why);
                        return false;
                }
                ask_pause(check->wait * USEC_PER_SEC);
        }
}

bool ask(const Asked *asked, const Check *check, Buffer *why)
{
        static Course c; /* tens of KiB */
        if (check)
                ask_pause(check->initial_delay * USEC_PER_SEC);
        if (check && check->way == CHECK_COMMAND)
                return ask_command(asked, check, why);
        c = (Course){.asked = asked, .check = check, .start = clock_monotonic()};
        c.deadline = c.start + asked->timeout * USEC_PER_SEC;
        c.told.outcome = ATTEMPT_REFUSED;
        aim(&c);
        return judge(&c, pursue(&c), why);
}
