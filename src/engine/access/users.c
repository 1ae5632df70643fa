/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/access/users.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "engine/access/disconnect.h"
#include "engine/access/readers.h"
#include "engine/fault.h"
#include "engine/hostfiles.h"
#include "engine/operation/job.h"
#include "engine/traffic/certificates.h"
#include "engine/traffic/routing.h"
#include "model/name.h"
#include "seal/digest.h"

static int find(Engine *e, const char *name, UserState **ret, Error *error)
{
        UserState *u = catalog_find_user(&e->catalog, name);
        if (!u)
                return error_set(error, -ENOENT, "There is no user \"%s\". `paas users` lists them.", name);
        *ret = u;
        return 0;
}

static int copy_user(const User *user, User *ret)
{
        _cleanup_free_ char *text = NULL;
        int r = user_format(user, &text);
        return r < 0 ? r : user_parse(text, strlen(text), ret, NULL);
}

static int write_user(Engine *e, User *user, const char *action, const char *verb, const Actor *actor,
                      Error *error)
{
        _cleanup_free_ char *subject = NULL;
        if (asprintf(&subject, "%s %s", verb, user->name) < 0)
                return -ENOMEM;
        const Record record = {.actor = actor, .action = action, .subject = subject, .status = "succeeded"};
        int r = catalog_write_user(&e->catalog, user, &record, error);
        if (r >= 0)
                r = hostfiles_write_keys(e);
        return r < 0 ? r : readers_write(e);
}

int users_add(Engine *e, const char *name, const char *email, bool admin, const Actor *actor, Error *error)
{
        _cleanup_user_ User u = USER_NULL;
        int r = user_name_check(name, error);
        if (r < 0)
                return r;
        if (streq(name, "root"))
                return error_set(
                        error, -EINVAL,
                        "\"root\" cannot be the name of a user: what root does is recorded under it.");
        if (catalog_find_user(&e->catalog, name))
                return error_set(error, -EEXIST, "There is a user \"%s\" already.", name);
        if (strlen(email) > 254 || strpbrk(email, "<>\n\r") || !text_is_utf8(email, strlen(email)))
                return error_set(error, -EINVAL, "\"%s\" is not an e-mail address", email);
        r = uuid_new(u.id);
        if (r >= 0)
                r = text_replace(&u.name, name);
        if (r >= 0)
                r = text_replace(&u.email, email);
        u.admin = admin;
        u.created = clock_realtime() / USEC_PER_SEC * USEC_PER_SEC;
        return r < 0 ? r : write_user(e, &u, "users:add", "Add user", actor, error);
}

int users_add_key(Engine *e, const char *user, const char *line, const Actor *actor, char **ret_fingerprint,
                  Error *error)
{
        _cleanup_user_ User u = USER_NULL;
        _cleanup_free_ void *raw = NULL;
        _cleanup_free_ char *fingerprint = NULL;
        SshKey key = {0};
        size_t length;
        UserState *state;

        int r = find(e, user, &state, error);
        if (r >= 0)
                r = ssh_key_parse(line, &key, &raw, &length, error);
        if (r < 0)
                return r;
        key.fingerprint = digest_ssh_fingerprint(raw, length);
        fingerprint = key.fingerprint ? strdup(key.fingerprint) : NULL;
        UserState *owner = fingerprint ? catalog_find_key(&e->catalog, fingerprint) : NULL;
        if (!fingerprint)
                r = -ENOMEM;
        else if (owner)
                r = error_set(error, -EEXIST, "This key belongs to %s already.", owner->user.name);
        if (r >= 0)
                r = uuid_new(key.id);
        key.added = clock_realtime() / USEC_PER_SEC * USEC_PER_SEC;
        if (r >= 0)
                r = copy_user(&state->user, &u);
        if (r >= 0)
                r = user_add_key(&u, &key);
        if (r < 0) {
                ssh_key_clear(&key);
                return r;
        }
        r = write_user(e, &u, "keys:add", "Add a key of", actor, error);
        if (r >= 0)
                *ret_fingerprint = TAKE_PTR(fingerprint);
        return r;
}

int users_remove_key(Engine *e, const char *user, const char *fingerprint, const Actor *actor, Error *error)
{
        _cleanup_user_ User u = USER_NULL;
        UserState *state;
        int r = find(e, user, &state, error);
        if (r >= 0)
                r = copy_user(&state->user, &u);
        if (r < 0)
                return r;
        r = user_remove_key(&u, fingerprint);
        if (r < 0)
                return error_set(error, r, "%s has no key %s (see paas keys)", user, fingerprint);
        return write_user(e, &u, "keys:remove", "Remove a key of", actor, error);
}

/* What they have under way ends: first their deploys, so that each says why. */
static int end_work(Engine *e, const User *u)
{
        _cleanup_free_ char *reason = NULL;
        if (asprintf(&reason, "%s has been disabled", u->name) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < e->n_jobs; i++) {
                Job *j = e->jobs[i];
                if (!j->ended && j->operation.kind == OPERATION_DEPLOY && streq(j->operation.actor, u->name))
                        job_cancel(j, reason);
        }
        disconnect_user(e, u);
        return 0;
}

int users_end_disabled(Engine *e)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < e->catalog.n_users; i++)
                if (e->catalog.users[i]->user.disabled)
                        r = end_work(e, &e->catalog.users[i]->user);
        return r;
}

int users_set_disabled(Engine *e, const char *name, bool disabled, const Actor *actor, Error *error)
{
        _cleanup_user_ User u = USER_NULL;
        UserState *state;
        int r = find(e, name, &state, error);
        if (r < 0)
                return r;
        if (disabled && streq(actor->name, name))
                return error_set(error, -EINVAL, "Nobody can disable themselves: ask another admin.");
        if (state->user.disabled != disabled) {
                r = copy_user(&state->user, &u);
                u.disabled = disabled;
                if (r >= 0)
                        r = write_user(e, &u, disabled ? "users:disable" : "users:enable",
                                       disabled ? "Disable" : "Enable", actor, error);
        }
        if (r < 0 || !disabled)
                return r;
        fault_point("user-disabled");
        return end_work(e, &state->user);
}

static int set_domain(Engine *e, const char *domain, const Actor *actor, Error *error)
{
        _cleanup_free_ char *name = NULL, *subject = NULL;
        int r = domain_check(domain, &name, error);
        if (r < 0)
                return r;
        if (name[0] == '*')
                return error_set(error, -EINVAL,
                                 "Give the domain without \"*.\": applications get names below it.");
        if (text_equal(e->catalog.base_domain, name))
                return 0;
        if (asprintf(&subject, "Base domain %s", name) < 0)
                return -ENOMEM;
        const Record record = {.actor = actor, .action = "setup", .subject = subject, .status = "succeeded"};
        r = catalog_set_base_domain(&e->catalog, name, &record, error);
        if (r >= 0)
                r = certificates_write(e, error);
        if (r >= 0) {
                routing_write_soon(e);
                routing_reload_soon(e);
                r = routing_sync(e, error);
        }
        return r;
}

int users_set_up(Engine *e, const char *domain, const char *admin, const char *email, const char *key,
                 const Actor *actor, Error *error)
{
        int r = domain[0] ? set_domain(e, domain, actor, error) : 0;
        if (r < 0 || !admin[0])
                return r;
        UserState *u = catalog_find_user(&e->catalog, admin);
        if (!u) {
                r = users_add(e, admin, email, true, actor, error);
        } else if (!u->user.admin) {
                _cleanup_user_ User copy = USER_NULL;
                r = copy_user(&u->user, &copy);
                copy.admin = true;
                if (r >= 0)
                        r = write_user(e, &copy, "setup", "Make admin of", actor, error);
        }
        if (r < 0 || !key[0])
                return r;
        _cleanup_free_ char *fingerprint = NULL;
        _cleanup_error_ Error own = ERROR_NULL;
        r = users_add_key(e, admin, key, actor, &fingerprint, &own);
        if (r == -EEXIST) {
                /* A second setup with the same key is no mistake; somebody else's key is one. */
                SshKey parsed = {0};
                _cleanup_free_ void *raw = NULL;
                size_t n;
                if (ssh_key_parse(key, &parsed, &raw, &n, NULL) >= 0) {
                        _cleanup_free_ char *f = digest_ssh_fingerprint(raw, n);
                        UserState *owner = f ? catalog_find_key(&e->catalog, f) : NULL;
                        ssh_key_clear(&parsed);
                        if (owner && streq(owner->user.name, admin))
                                return 0;
                }
        }
        return r < 0 ? error_set(error, r, "%s", error_text(&own, r)) : 0;
}
