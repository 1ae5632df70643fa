/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/user.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/codec.h"
#include "model/name.h"

#define EMAIL_MAX 254

int user_email_check(const char *s, Error *e)
{
        size_t n = strlen(s);
        const char *at = strchr(s, '@');
        bool ok = n == 0 || (n <= EMAIL_MAX && at && at > s && at[1] && text_is_utf8(s, n));

        /* '<' and '>' enclose it in a commit's author line. */
        for (const char *p = s; ok && *p; p++)
                ok = (unsigned char) *p > 0x20 && *p != 0x7f && *p != '<' && *p != '>';
        if (ok)
                return 0;
        return error_set(e, -EINVAL,
                         "this cannot be an e-mail address: NAME@DOMAIN, %d bytes at most, without blanks",
                         EMAIL_MAX);
}

const SshKey *user_find_key(const User *u, const char *fingerprint)
{
        for (size_t i = 0; i < u->n_keys; i++)
                if (streq(u->keys[i].fingerprint, fingerprint))
                        return &u->keys[i];
        return NULL;
}

int user_add_key(User *u, SshKey *k)
{
        if (user_find_key(u, k->fingerprint))
                return -EEXIST;
        if (u->n_keys >= USER_KEYS_MAX)
                return -E2BIG;
        SshKey *keys = reallocarray(u->keys, u->n_keys + 1, sizeof(SshKey));
        if (!keys)
                return -ENOMEM;
        u->keys = keys;
        keys[u->n_keys++] = *k;
        *k = (SshKey){0};
        return 0;
}

int user_remove_key(User *u, const char *fingerprint)
{
        const SshKey *k = user_find_key(u, fingerprint);
        if (!k)
                return -ENOENT;
        size_t i = (size_t) (k - u->keys);
        ssh_key_clear(&u->keys[i]);
        memmove(u->keys + i, u->keys + i + 1, (u->n_keys - i - 1) * sizeof(SshKey));
        u->n_keys--;
        return 0;
}

static int key_to_json(const SshKey *k, Json **ret)
{
        DocWriter w = doc_new();
        doc_put_text(&w, "id", k->id);
        doc_put_text(&w, "type", k->type);
        doc_put_text(&w, "blob", k->blob);
        doc_put_text(&w, "comment", k->comment);
        doc_put_text(&w, "fingerprint", k->fingerprint);
        doc_put_time(&w, "added", k->added);
        return doc_take(&w, ret);
}

int user_format(const User *u, char **ret)
{
        DocWriter w = doc_new();
        doc_put_text(&w, "id", u->id);
        doc_put_text(&w, "name", u->name);
        doc_put_text(&w, "email", u->email);
        doc_put_bool(&w, "admin", u->admin);
        doc_put_bool(&w, "disabled", u->disabled);
        doc_put_time(&w, "created", u->created);

        Json *keys = js_array();
        for (size_t i = 0; i < u->n_keys; i++) {
                Json *j = NULL;
                int r = key_to_json(&u->keys[i], &j);
                if (r >= 0)
                        r = js_add(keys, j);
                doc_note(&w, r);
        }
        doc_put(&w, "keys", keys);
        return doc_finish(&w, ret);
}

static void read_key(DocReader *d, const Json *j, SshKey *k)
{
        DocReader inner = doc_enter(d, j);
        doc_uuid(&inner, "id", k->id);
        doc_text(&inner, "type", &k->type);
        doc_text(&inner, "blob", &k->blob);
        doc_text(&inner, "comment", &k->comment);
        doc_text(&inner, "fingerprint", &k->fingerprint);
        doc_time(&inner, "added", &k->added);
        doc_leave(d, &inner);
}

/* The key is parsed again, since authorized_keys is made of its parts. */
static int check_key(const SshKey *k)
{
        _cleanup_free_ char *line = NULL;
        _cleanup_free_ void *raw = NULL;
        SshKey again = {0};
        size_t raw_length;

        if (asprintf(&line, "%s %s %s", k->type, k->blob, k->comment) < 0)
                return -ENOMEM;
        int r = ssh_key_parse(line, &again, &raw, &raw_length, NULL);
        if (r >= 0 && (!streq(again.type, k->type) || !streq(again.blob, k->blob) ||
                       !streq(again.comment, k->comment)))
                r = -EINVAL;
        ssh_key_clear(&again);
        return r;
}

static void read_keys(DocReader *d, User *u)
{
        const Json *keys = js_get(d->at, "keys");
        if (!js_is_array(keys) || js_size(keys) > USER_KEYS_MAX) {
                doc_fail(d, -EBADMSG, "keys", "is not a list of at most 100 keys");
                return;
        }
        for (size_t i = 0; d->failed == 0 && i < js_size(keys); i++) {
                SshKey k = {0};
                read_key(d, js_at(keys, i), &k);
                int r = d->failed == 0 ? check_key(&k) : 0;
                if (r >= 0 && d->failed == 0)
                        r = user_add_key(u, &k);
                if (r < 0)
                        doc_fail(d, r == -ENOMEM ? r : -EBADMSG, "keys", "has a key that cannot be one");
                ssh_key_clear(&k);
        }
}

int user_parse(const char *text, size_t length, User *ret, Error *e)
{
        _cleanup_doc_ DocReader d = {0};
        _cleanup_user_ User u = USER_NULL;

        int r = doc_open(text, length, "the stored user", &d, e);
        if (r < 0)
                return r;
        doc_uuid(&d, "id", u.id);
        doc_text(&d, "name", &u.name);
        doc_text(&d, "email", &u.email);
        doc_bool(&d, "admin", &u.admin);
        doc_bool(&d, "disabled", &u.disabled);
        doc_time(&d, "created", &u.created);
        read_keys(&d, &u);
        if (d.failed == 0 && user_name_check(u.name, NULL) < 0)
                doc_fail(&d, -EBADMSG, "name", "is not a user's name");
        if (d.failed == 0 && user_email_check(u.email, NULL) < 0)
                doc_fail(&d, -EBADMSG, "email", "is not an e-mail address");
        if (d.failed < 0)
                return d.failed;

        *ret = u;
        u = USER_NULL;
        return 0;
}

void user_clear(User *u)
{
        for (size_t i = 0; i < u->n_keys; i++)
                ssh_key_clear(&u->keys[i]);
        free(u->keys);
        free(u->name);
        free(u->email);
        *u = USER_NULL;
}
