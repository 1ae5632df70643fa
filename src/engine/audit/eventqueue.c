/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/audit/eventqueue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "model/paths.h"

#define EVENT PAAS_EVENTS "/%llu.json"
#define PLACE PAAS_EVENTS "/%s.place"

static void event_path(uint64_t number, char path[128])
{
        snprintf(path, 128, EVENT, (unsigned long long) number);
}

/* "12.json" is 12. */
static bool parse_name(const char *name, uint64_t *ret)
{
        const char *dot = strchr(name, '.');
        if (!dot || !streq(dot, ".json"))
                return false;
        _cleanup_free_ char *digits = strndup(name, (size_t) (dot - name));
        return digits && text_parse_uint(digits, UINT64_MAX - 1, ret) >= 0;
}

int eventqueue_open(EventQueue *ret)
{
        EventQueue q = {.first = UINT64_MAX};
        int r = dir_make(PAAS_EVENTS, 0700, FILE_OWNER_SELF);
        DIR *d = r >= 0 ? opendir(PAAS_EVENTS) : NULL;
        if (!d)
                return r < 0 ? r : -errno;
        for (struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
                uint64_t number = 0;
                size_t length = strlen(entry->d_name);
                _cleanup_free_ char *receiver = NULL;
                if (parse_name(entry->d_name, &number)) {
                        q.first = number < q.first ? number : q.first;
                        q.next = number + 1 > q.next ? number + 1 : q.next;
                } else if (text_ends_with(entry->d_name, ".place")) {
                        /* Numbers go on where everything was delivered, too. */
                        receiver = strndup(entry->d_name, length - strlen(".place"));
                        if (receiver && eventqueue_read_place(receiver, &number) >= 0 && number > q.next)
                                q.next = number;
                } else if (entry->d_name[0] != '.') {
                        (void) unlinkat(dirfd(d), entry->d_name, 0); /* written by half */
                }
        }
        closedir(d);
        if (q.next == 0)
                q.next = 1;
        if (q.first > q.next)
                q.first = q.next;
        *ret = q;
        return 0;
}

int eventqueue_add(EventQueue *q, const char *text)
{
        char path[128];
        event_path(q->next, path);
        int r = file_write(path, text, strlen(text), 0600, FILE_OWNER_SELF, FILE_SYNC);
        if (r >= 0)
                q->next++;
        return r;
}

int eventqueue_get(uint64_t number, int *ret_fd, uint64_t *ret_age)
{
        char path[128];
        struct stat st;
        event_path(number, path);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        uint64_t now = clock_realtime(), then = (uint64_t) st.st_mtime * USEC_PER_SEC;
        *ret_age = now > then ? now - then : 0;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

void eventqueue_drop(EventQueue *q, uint64_t number)
{
        for (; q->first < number && q->first < q->next; q->first++) {
                char path[128];
                event_path(q->first, path);
                (void) unlink(path);
        }
}

static int place_path(const char *receiver, char path[512])
{
        int n = snprintf(path, 512, PLACE, receiver);
        return n < 0 || n >= 512 ? -ENAMETOOLONG : 0;
}

int eventqueue_read_place(const char *receiver, uint64_t *ret)
{
        _cleanup_free_ char *text = NULL;
        char path[512];
        int r = place_path(receiver, path);
        if (r >= 0)
                r = file_read(path, 32, &text, NULL);
        return r < 0 ? r : text_parse_uint(text, UINT64_MAX - 1, ret);
}

int eventqueue_write_place(const char *receiver, uint64_t number)
{
        char path[512], text[32];
        snprintf(text, sizeof(text), "%llu", (unsigned long long) number);
        int r = place_path(receiver, path);
        return r < 0 ? r : file_write(path, text, strlen(text), 0600, FILE_OWNER_SELF, FILE_SYNC);
}

void eventqueue_forget(char *const *names)
{
        DIR *d = opendir(PAAS_EVENTS);
        if (!d)
                return;
        for (struct dirent *entry = readdir(d); entry; entry = readdir(d)) {
                if (!text_ends_with(entry->d_name, ".place"))
                        continue;
                _cleanup_free_ char *name = strndup(entry->d_name, strlen(entry->d_name) - strlen(".place"));
                if (name && !strv_contains(names, name))
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
        }
        closedir(d);
}
