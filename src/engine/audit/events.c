/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/audit/events.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "basic/uuid.h"
#include "engine/audit/eventmail.h"
#include "engine/audit/eventqueue.h"
#include "engine/audit/journalmessage.h"
#include "model/codec.h"
#include "model/paths.h"
#include "render/auditunits.h"

#define EVENTS_MAX 1000
#define RECEIVERS_MAX 17
#define RETRY_USEC (5 * USEC_PER_SEC)
#define RETRY_MAX_USEC (3600 * USEC_PER_SEC)
#define GIVE_UP_USEC (24 * 3600 * USEC_PER_SEC)
#define MAIL "mail"
#define HOOK "hook-"

typedef struct Receiver {
        Events *events;
        char *name;             /* "hook-10-notify" or "mail" */
        uint64_t next;          /* the event that it wants */
        UnitCall *call;         /* that event is being delivered; owned */
        sd_event_source *timer; /* of the next try; owned */
        bool armed;
        unsigned failures; /* in a row */
} Receiver;

struct Events {
        Engine *engine;
        EventQueue queue;
        Receiver **receivers; /* owned */
        size_t n_receivers;
        bool full; /* and that was said */
};

static void deliver(Receiver *receiver);

static Receiver *receiver_free(Receiver *receiver)
{
        if (!receiver)
                return NULL;
        unit_call_free(receiver->call);
        sd_event_source_disable_unref(receiver->timer);
        free(receiver->name);
        free(receiver);
        return NULL;
}
DEFINE_CLEANUP(Receiver *, receiver_free)

Events *events_free(Events *ev)
{
        if (!ev)
                return NULL;
        for (size_t i = 0; i < ev->n_receivers; i++)
                receiver_free(ev->receivers[i]);
        free(ev->receivers);
        free(ev);
        return NULL;
}

/* A program that root alone may change, under a name that can stand in a unit's. */
static bool is_hook(int directory, const char *name)
{
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
        struct stat st;
        return name[0] != '.' && strlen(name) <= 100 && !name[strspn(name, allowed)] &&
               !strstr(name, ".dpkg-") && fstatat(directory, name, &st, 0) == 0 && S_ISREG(st.st_mode) &&
               (st.st_mode & S_IXUSR) && st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static int list_receivers(char ***ret)
{
        _cleanup_strv_ char **names = NULL;
        int r = access(PAAS_SENDMAIL, X_OK) == 0 ? strv_append(&names, MAIL) : 0;
        DIR *d = opendir(PAAS_HOOKS);
        for (struct dirent *entry = d ? readdir(d) : NULL; r >= 0 && entry; entry = readdir(d))
                if (is_hook(dirfd(d), entry->d_name) && strv_length(names) < RECEIVERS_MAX)
                        r = strv_appendf(&names, HOOK "%s", entry->d_name);
        if (d)
                closedir(d);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(names);
        return 0;
}

static int add_receiver(Events *ev, const char *name)
{
        for (size_t i = 0; i < ev->n_receivers; i++)
                if (streq(ev->receivers[i]->name, name))
                        return 0;
        _cleanup_(receiver_freep) Receiver *receiver = calloc(1, sizeof(Receiver));
        if (!receiver)
                return -ENOMEM;
        receiver->events = ev;
        int r = text_replace(&receiver->name, name);
        if (r >= 0 && eventqueue_read_place(name, &receiver->next) < 0) {
                /* What was before it is not told to it. */
                receiver->next = ev->queue.next;
                r = eventqueue_write_place(name, receiver->next);
        }
        Receiver **longer =
                r >= 0 ? reallocarray(ev->receivers, ev->n_receivers + 1, sizeof(Receiver *)) : NULL;
        if (!longer)
                return r < 0 ? r : -ENOMEM;
        ev->receivers = longer;
        ev->receivers[ev->n_receivers++] = TAKE_PTR(receiver);
        return 0;
}

/* Who is there now: hooks come and go as files do. */
static int scan(Events *ev)
{
        _cleanup_strv_ char **names = NULL;
        int r = list_receivers(&names);
        if (r < 0)
                return r;
        size_t kept = 0, before = ev->n_receivers;
        for (size_t i = 0; i < ev->n_receivers; i++)
                if (strv_contains(names, ev->receivers[i]->name))
                        ev->receivers[kept++] = ev->receivers[i];
                else
                        receiver_free(ev->receivers[i]);
        ev->n_receivers = kept;
        if (kept < before || before == 0)
                eventqueue_forget(names);
        STRV_FOREACH(name, names)
                if (r >= 0)
                        r = add_receiver(ev, *name);
        return r;
}

static void trim(Events *ev)
{
        uint64_t wanted = ev->queue.next;
        for (size_t i = 0; i < ev->n_receivers; i++)
                if (ev->receivers[i]->next < wanted)
                        wanted = ev->receivers[i]->next;
        eventqueue_drop(&ev->queue, wanted);
        ev->full = false;
}

static void kick(Events *ev)
{
        int r = scan(ev);
        if (r < 0)
                log_error(r, "cannot look who is to be told of events");
        for (size_t i = 0; i < ev->n_receivers; i++)
                deliver(ev->receivers[i]);
        trim(ev);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        Receiver *receiver = userdata;
        receiver->armed = false;
        kick(receiver->events); /* it may be gone after this */
        return 0;
}

static void try_later(Receiver *receiver)
{
        uint64_t delay = RETRY_USEC << (receiver->failures < 10 ? receiver->failures : 10);
        if (delay > RETRY_MAX_USEC)
                delay = RETRY_MAX_USEC;
        receiver->failures++;
        receiver->timer = sd_event_source_disable_unref(receiver->timer);
        int r = sd_event_add_time_relative(receiver->events->engine->event, &receiver->timer,
                                           CLOCK_MONOTONIC, delay, 0, on_timer, receiver);
        receiver->armed = r >= 0;
        if (r < 0)
                log_error(r, "%s: cannot wait for the next try", receiver->name);
}

static void advance(Receiver *receiver)
{
        receiver->failures = 0;
        receiver->next++;
        int r = eventqueue_write_place(receiver->name, receiver->next);
        if (r < 0)
                log_error(r, "%s: cannot record what it was told", receiver->name);
}

static void delivered(void *userdata, int r, const char *text)
{
        Receiver *receiver = userdata;
        receiver->call = unit_call_free(receiver->call);
        if (r >= 0) {
                advance(receiver);
                deliver(receiver);
                trim(receiver->events);
                return;
        }
        if (receiver->failures == 0)
                journalmessage_send(MESSAGE_HOOK_FAILED, LOG_WARNING,
                                    "%s did not take event %llu and is asked again: %s", receiver->name,
                                    (unsigned long long) receiver->next, text ? text : strerror(-r));
        try_later(receiver);
}

/* The mail in a file of memory; -ENODATA when nobody has an address. */
static int make_mail(Engine *e, int event_fd, int *ret_fd)
{
        _cleanup_free_ char *text = NULL;
        int r = eventmail_make(e, event_fd, &text);
        if (r < 0)
                return r;
        _cleanup_close_ int fd = memfd_create("mail", MFD_CLOEXEC);
        if (fd < 0)
                return -errno;
        r = fd_write_all(fd, text, strlen(text));
        if (r < 0)
                return r;
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int start(Receiver *receiver, int event_fd)
{
        Engine *e = receiver->events->engine;
        const char *hook = text_after(receiver->name, HOOK);
        _cleanup_close_ int mail_fd = -1;
        int r = hook ? 0 : make_mail(e, event_fd, &mail_fd);
        if (r < 0)
                return r;
        _cleanup_unit_spec_ UnitSpec *s = hook ? render_hook(hook, event_fd) : render_mail(mail_fd);
        r = unit_spec_check(s);
        return r < 0 ? r : units_start(e->units, s, NULL, 0, delivered, receiver, &receiver->call);
}

static void deliver(Receiver *receiver)
{
        EventQueue *q = &receiver->events->queue;
        while (!receiver->call && !receiver->armed && receiver->next < q->next) {
                _cleanup_close_ int fd = -1;
                uint64_t age;
                if (receiver->next < q->first)
                        receiver->next = q->first;
                int r = eventqueue_get(receiver->next, &fd, &age);
                if (r >= 0 && age > GIVE_UP_USEC)
                        journalmessage_send(
                                MESSAGE_EVENT_DROPPED, LOG_WARNING,
                                "%s has not taken event %llu for a day: it goes on with the next",
                                receiver->name, (unsigned long long) receiver->next);
                if (r >= 0 && age <= GIVE_UP_USEC)
                        r = start(receiver, fd);
                else if (r >= 0)
                        r = -ENODATA;
                if (r == -ENODATA || r == -ENOENT)
                        advance(receiver);
                else if (r < 0)
                        delivered(receiver, r, NULL);
        }
}

static int format_event(const Event *event, char **ret)
{
        char id[UUID_TEXT_SIZE], host[HOST_NAME_MAX + 1] = "", release[32];
        int r = uuid_new(id);
        if (r < 0)
                return r;
        (void) gethostname(host, sizeof(host) - 1);
        snprintf(release, sizeof(release), "v%llu", (unsigned long long) event->release);
        DocWriter w = doc_new();
        doc_put_text(&w, "id", id);
        doc_put_time(&w, "time", clock_realtime());
        doc_put_text(&w, "type", event->type);
        doc_put_text(&w, "app", event->app);
        doc_put_text(&w, "actor", event->actor);
        doc_put_text(&w, "release", event->release > 0 ? release : NULL);
        doc_put_text(&w, "message", event->message);
        doc_put_text(&w, "host", host);
        return doc_finish(&w, ret);
}

static int events_get(Engine *e, Events **ret)
{
        if (!e->events) {
                Events *ev = calloc(1, sizeof(Events));
                if (!ev)
                        return -ENOMEM;
                ev->engine = e;
                int r = eventqueue_open(&ev->queue);
                if (r < 0) {
                        events_free(ev);
                        return r;
                }
                e->events = ev;
        }
        *ret = e->events;
        return 0;
}

static int emit(Engine *e, const Event *event)
{
        _cleanup_free_ char *text = NULL;
        Events *ev;
        int r = events_get(e, &ev);
        if (r >= 0)
                r = scan(ev);
        if (r < 0 || ev->n_receivers == 0)
                return r;
        if (ev->queue.next - ev->queue.first >= EVENTS_MAX) {
                if (!ev->full)
                        journalmessage_send(MESSAGE_EVENT_DROPPED, LOG_WARNING,
                                            "%d events wait to be told: the oldest go now", EVENTS_MAX);
                eventqueue_drop(&ev->queue, ev->queue.first + 1);
                ev->full = true;
        }
        r = format_event(event, &text);
        if (r >= 0)
                r = eventqueue_add(&ev->queue, text);
        for (size_t i = 0; i < ev->n_receivers; i++)
                deliver(ev->receivers[i]);
        return r;
}

/* What is no record of the audit stands in the journal by this. */
static void tell_journal(const Event *event)
{
        if (streq(event->type, "crashed"))
                journalmessage_send_app(MESSAGE_APP_CRASHED, LOG_WARNING, event->app, "%s", event->message);
        else if (streq(event->type, "unready"))
                journalmessage_send_app(MESSAGE_APP_UNREADY, LOG_WARNING, event->app, "%s", event->message);
        else if (streq(event->type, "disk-reserve"))
                journalmessage_send_app(MESSAGE_DISK_RESERVE, LOG_WARNING, event->app, "%s", event->message);
}

void event_emit(Engine *e, const Event *event)
{
        tell_journal(event);
        int r = emit(e, event);
        if (r < 0)
                log_error(r, "nobody can be told of the event %s: %s", event->type, event->message);
}

void events_start(Engine *e)
{
        Events *ev;
        int r = events_get(e, &ev);
        if (r < 0)
                log_error(r, "cannot open the queue of events");
        else
                kick(ev);
}
