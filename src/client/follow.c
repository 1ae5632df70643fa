/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One struct, one state, one loop. The log is a pipe that ends when the job has ended; should it end for
 * another reason, or paasd be replaced, the job is opened again and as many lines as were shown already are
 * left out.
 */

#include "client/jobview.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "basic/buffer.h"
#include "basic/clock.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "model/name.h"

/* A line longer than this is shown in pieces. */
#define LINE_SHOWN_MAX 16384
/* Between looks at a job whose log has ended but which has not. */
#define LOOK_AGAIN_MSEC 200
/* How long the last lines may take once the job has ended. */
#define LAST_LINES_USEC (2 * USEC_PER_SEC)

typedef enum State {
        STREAMING, /* the log is open */
        ENDING,    /* the log has ended, the job's end is still to be seen */
        AWAY,      /* paasd is not there */
        OVER,
} State;

typedef struct Follow {
        Client *client;
        const JobFollow *want;
        State state;
        Job job;               /* as last read; `id` is kept over a restart of paasd */
        char *path;            /* owned */
        int log_fd;            /* owned; -1 when there is none */
        Buffer partial;        /* the beginning of a line */
        uint64_t shown, skip;  /* lines; `skip` are still to be left out */
        uint64_t deadline;     /* monotonic, usec: of AWAY, of the last lines; 0: none */
        bool hung_up;          /* watch_fd said so; it is not looked at any more */
        bool changed;          /* a signal came: the job is worth a look */
        bool returned;         /* paasd has a new owner of its name */
        sd_bus_slot *on_owner; /* owned */
        sd_bus_slot *on_job;   /* owned */
} Follow;

static void follow_clear(Follow *f)
{
        sd_bus_slot_unref(f->on_owner);
        sd_bus_slot_unref(f->on_job);
        closep(&f->log_fd);
        buffer_clear(&f->partial);
        job_clear(&f->job);
        free(f->path);
}

static void go_away(Follow *f)
{
        f->state = AWAY;
        f->deadline = 0;
}

static int owner_changed(sd_bus_message *m, void *userdata, sd_bus_error *ret)
{
        Follow *f = userdata;
        const char *name, *old, *new;
        (void) ret;

        if (sd_bus_message_read(m, "sss", &name, &old, &new) < 0)
                return 0;
        if (*old && f->state != OVER)
                go_away(f);
        if (*new)
                f->returned = true;
        return 0;
}

static int job_changed(sd_bus_message *m, void *userdata, sd_bus_error *ret)
{
        (void) m;
        (void) ret;
        ((Follow *) userdata)->changed = true;
        return 0;
}

static void show_line(Follow *f, const char *line, size_t length)
{
        f->shown++;
        if (f->skip > 0)
                f->skip--;
        else if (f->want->line)
                f->want->line(f->want->userdata, line, length);
}

static void take_bytes(Follow *f, const char *data, size_t length)
{
        const char *end = data + length;
        for (const char *newline; (newline = memchr(data, '\n', (size_t) (end - data)));
             data = newline + 1) {
                buffer_append(&f->partial, data, (size_t) (newline - data));
                show_line(f, f->partial.data ? f->partial.data : "", f->partial.length);
                buffer_clear(&f->partial);
        }
        buffer_append(&f->partial, data, (size_t) (end - data));
        if (f->partial.length >= LINE_SHOWN_MAX) {
                show_line(f, f->partial.data, f->partial.length);
                buffer_clear(&f->partial);
        }
}

static void log_ended(Follow *f)
{
        if (f->partial.length > 0) {
                show_line(f, f->partial.data, f->partial.length);
                buffer_clear(&f->partial);
        }
        closep(&f->log_fd);
        f->log_fd = -1;
        if (f->state == STREAMING)
                f->state = ENDING;
        f->changed = true;
}

static void read_log(Follow *f)
{
        char chunk[16384];
        for (;;) {
                ssize_t n = read(f->log_fd, chunk, sizeof(chunk));
                if (n > 0) {
                        take_bytes(f, chunk, (size_t) n);
                        continue;
                }
                if (n < 0 && errno == EINTR)
                        continue;
                if (n == 0 || errno != EAGAIN)
                        log_ended(f);
                return;
        }
}

/* Adopts the job and opens its log, from the first line on. */
static int open_log(Follow *f, Error *e)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        int r = client_object_call(f->client, f->path, BUS_JOB_INTERFACE, "OpenLog", &reply, e, NULL);
        if (r < 0)
                return r;
        int fd;
        r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                return error_set(e, r, "paasd's answer to OpenLog of job %s cannot be read", f->path);
        _cleanup_close_ int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (copy < 0 || fcntl(copy, F_SETFL, O_RDONLY | O_NONBLOCK) < 0)
                return -errno;

        closep(&f->log_fd);
        f->log_fd = TAKE_FD(copy);
        f->skip = f->shown;
        f->shown = 0;
        buffer_clear(&f->partial);
        f->state = STREAMING;
        f->deadline = 0;
        return 0;
}

static int watch(Follow *f)
{
        sd_bus *bus = client_bus(f->client);
        f->on_job = sd_bus_slot_unref(f->on_job);
        int r = sd_bus_match_signal_async(bus, &f->on_job, BUS_NAME, f->path, NULL, "PropertiesChanged",
                                          job_changed, NULL, f);
        if (r < 0 || f->on_owner)
                return r;
        return sd_bus_add_match_async(bus, &f->on_owner,
                                      "type='signal',sender='org.freedesktop.DBus',"
                                      "interface='org.freedesktop.DBus',member='NameOwnerChanged',"
                                      "arg0='" BUS_NAME "'",
                                      owner_changed, NULL, f);
}

/* Whether a failed call means that paasd is gone. A new paasd, which knows neither us nor perhaps the path,
 * may have answered before we have looked at the signal which says that the old one is gone. */
static bool lost(Follow *f, int r)
{
        if (r == -CLIENT_EAWAY)
                go_away(f);
        while (sd_bus_process(client_bus(f->client), NULL) > 0)
                ;
        return f->state == AWAY;
}

/* Reads where the job is. A paasd that is not there any more is no error, but a state. */
static int look(Follow *f, Error *e)
{
        _cleanup_job_ Job j = JOB_NULL;
        f->changed = false;
        int r = job_read(f->client, f->path, &j, e);
        if (r < 0)
                return lost(f, r) ? 0 : r;
        job_clear(&f->job);
        f->job = j;
        j = JOB_NULL;
        if (!job_over(&f->job))
                return 0;

        if (f->log_fd < 0)
                f->state = OVER;
        else if (f->deadline == 0)
                f->deadline = clock_monotonic() + LAST_LINES_USEC;
        return 0;
}

/* paasd is there again: say who we are, find the job by its id, go on. */
static int resume(Follow *f, Error *e)
{
        f->returned = false;
        int r = client_authenticate(f->client, e);
        if (r < 0)
                return r == -CLIENT_EAWAY ? 0 : r;

        _cleanup_message_ sd_bus_message *reply = NULL;
        r = client_call(f->client, "GetJob", &reply, e, "s", f->job.id);
        if (r < 0)
                return r == -CLIENT_EAWAY ? 0 : r;
        const char *path;
        r = sd_bus_message_read(reply, "o", &path);
        if (r >= 0)
                r = text_replace(&f->path, path);
        if (r >= 0)
                r = watch(f);
        if (r < 0)
                return r;
        r = open_log(f, e);
        if (r < 0)
                return r == -CLIENT_EAWAY ? 0 : r;
        return look(f, e);
}

static void hang_up(Follow *f)
{
        _cleanup_error_ Error ignored = ERROR_NULL;
        f->hung_up = true;
        /* Should this fail, our vanishing from the bus does the same. Past the commit point it does nothing.
         */
        (void) client_object_call(f->client, f->path, BUS_JOB_INTERFACE, "Cancel", NULL, &ignored, NULL);
}

static int wait_for_something(Follow *f)
{
        sd_bus *bus = client_bus(f->client);
        struct pollfd p[] = {
                {.fd = sd_bus_get_fd(bus), .events = (short) sd_bus_get_events(bus)},
                {.fd = f->log_fd, .events = POLLIN},
                {.fd = f->hung_up ? -1 : f->want->watch_fd, .events = 0},
        };
        int timeout = f->state == ENDING ? LOOK_AGAIN_MSEC : f->deadline > 0 ? 500 : 5000;

        if (poll(p, ELEMENTSOF(p), timeout) < 0)
                return errno == EINTR ? 0 : -errno;
        if (f->log_fd >= 0 && p[1].revents)
                read_log(f);
        if (p[2].revents & (POLLHUP | POLLERR | POLLNVAL))
                hang_up(f);
        return 0;
}

/* What has to be done before the next wait. */
static int step(Follow *f, Error *e)
{
        uint64_t now = clock_monotonic();

        if (f->state == AWAY) {
                if (job_over(&f->job)) {
                        f->state = OVER;
                        return 0;
                }
                if (f->deadline == 0) {
                        f->deadline = now + JOB_AWAY_SECONDS * USEC_PER_SEC;
                        if (f->want->away)
                                f->want->away(f->want->userdata);
                }
                if (f->returned)
                        return resume(f, e);
                if (now > f->deadline)
                        return error_set(e, -CLIENT_EAWAY,
                                         "paasd, the control plane, went away during %s and did not come "
                                         "back for %d seconds",
                                         f->job.id, JOB_AWAY_SECONDS);
                return 0;
        }
        f->returned = false;
        if (f->deadline > 0 && now > f->deadline && f->log_fd >= 0)
                log_ended(f);
        if (f->changed || f->state == ENDING)
                return look(f, e);
        return 0;
}

/* "/org/paas1/job/my_app_7" is "my-app/7". */
static int id_of_path(const char *path, char **ret)
{
        const char *name = strrchr(path, '/'), *number = strrchr(path, '_');
        if (!name || !number || number < name)
                return -EINVAL;
        _cleanup_free_ char *escaped = strndup(name + 1, (size_t) (number - name - 1));
        _cleanup_free_ char *app = escaped ? name_unescape(escaped) : NULL;
        if (!app || asprintf(ret, "%s/%s", app, number + 1) < 0)
                return -ENOMEM;
        return 0;
}

static int begin(Follow *f, const char *path, Error *e)
{
        f->path = strdup(path);
        if (!f->path)
                return -ENOMEM;
        int r = id_of_path(path, &f->job.id);
        if (r < 0)
                return error_set(e, r, "%s is not a job's path", path);
        r = watch(f);
        if (r < 0)
                return error_set(e, r, "Job %s cannot be watched: %s", f->job.id, strerror(-r));
        r = open_log(f, e);
        if (r >= 0 || lost(f, r))
                return 0;
        /* paasd may have been replaced since it gave us the path. */
        error_clear(e);
        go_away(f);
        return resume(f, e);
}

int job_follow(Client *c, const char *path, const JobFollow *want, Job *ret, Error *e)
{
        _cleanup_(follow_clear) Follow f = {.client = c, .want = want, .log_fd = -1};
        _cleanup_error_ Error own = ERROR_NULL;

        if (!e)
                e = &own;
        int r = begin(&f, path, e);
        while (r >= 0 && f.state != OVER) {
                while ((r = sd_bus_process(client_bus(c), NULL)) > 0)
                        ;
                if (r < 0)
                        return error_set(e, -CLIENT_EAWAY, "The connection to the system bus was lost: %s",
                                         strerror(-r));
                r = step(&f, e);
                if (r >= 0 && f.state != OVER)
                        r = wait_for_something(&f);
        }
        if (r < 0)
                return r;
        *ret = f.job;
        f.job = JOB_NULL;
        return 0;
}
