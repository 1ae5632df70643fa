/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "store/store-internal.h"

static int commit_once(Store *s, const git_oid *id, int missing, git_commit **ret)
{
        git_repository *repo;
        int r = store_repository(s, &repo);
        if (r < 0)
                return r;
        r = git_commit_lookup(ret, repo, id);
        return r < 0 ? store_failed(s, r, missing) : 0;
}

/* `each` may use the store itself, and with that open the repository anew: of the commit only what lies in
 * its own memory is used from here on. */
static int show(git_commit *commit, const char *id, const git_oid *parent, StoreEach each, void *userdata)
{
        const char *message = git_commit_message(commit);
        const git_signature *author = git_commit_author(commit);
        _cleanup_free_ char *subject = strndup(message, strcspn(message, "\n"));
        if (!subject)
                return -ENOMEM;

        char parent_text[STORE_ID_SIZE] = "";
        if (parent)
                git_oid_tostr(parent_text, sizeof(parent_text), parent);
        StoreEntry entry = {
                .id = id,
                .parent = parent_text,
                .author = author ? author->name : "",
                .email = author ? author->email : "",
                .time = author && author->when.time > 0 ? (uint64_t) author->when.time * USEC_PER_SEC : 0,
                .subject = subject,
                .message = message,
        };
        return each(userdata, &entry);
}

static int walk(Store *s, git_oid id, StoreEach each, void *userdata)
{
        for (bool first = true;; first = false) {
                _cleanup_(git_commit_freep) git_commit *commit = NULL;
                unsigned attempt = 0;
                int r;
                do
                        r = commit_once(s, &id, first ? -ENOENT : -EIO, &commit);
                while (store_again(s, &r, &attempt));
                if (r < 0)
                        return r;

                char text[STORE_ID_SIZE];
                git_oid_tostr(text, sizeof(text), &id);
                const git_oid *parent =
                        git_commit_parentcount(commit) > 0 ? git_commit_parent_id(commit, 0) : NULL;
                store_used(s, strlen(git_commit_message(commit)) + 256);
                r = show(commit, text, parent, each, userdata);
                if (r < 0)
                        return r;
                if (r > 0 || !parent)
                        return 0;
                id = *parent;
        }
}

int store_log(Store *s, const char *from, StoreEach each, void *userdata)
{
        git_oid id;
        int r = store_parse_id(from, &id);
        return r < 0 ? r : walk(s, id, each, userdata);
}

char *store_entry_trailer(const StoreEntry *entry, const char *name)
{
        const char *message = entry->message;
        size_t length = strlen(message), name_length = strlen(name);
        while (length > 0 && message[length - 1] == '\n')
                length--;

        /* The last paragraph, unless that is the subject. */
        size_t start = length;
        while (start > 1 && !(message[start - 1] == '\n' && message[start - 2] == '\n'))
                start--;
        if (start <= 1)
                return NULL;

        for (const char *line = message + start; line < message + length;) {
                const char *end = memchr(line, '\n', (size_t) (message + length - line));
                if (!end)
                        end = message + length;
                const char *value = text_after(line, name);
                if (value && value + 2 <= end && value[0] == ':' && value[1] == ' ' && name_length > 0)
                        return strndup(value + 2, (size_t) (end - value - 2));
                line = end + 1;
        }
        return NULL;
}
