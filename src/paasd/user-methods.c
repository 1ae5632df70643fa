/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "engine/access/users.h"
#include "engine/audit/auditpush.h"
#include "model/paths.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

#define DISK_WANTED (UINT64_C(2) << 30)

int method_list_users(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_USERS_LIST, NULL, &caller, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        for (size_t i = 0; r >= 0 && i < m->engine->catalog.n_users; i++) {
                const User *u = &m->engine->catalog.users[i]->user;
                r = dict_open(reply);
                if (r >= 0)
                        r = reply_append_user(reply, u);
                if (r >= 0)
                        r = dict_close(reply);
        }
        return reply_list_send(reply, r);
}

int method_add_user(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *name, *email;
        int admin;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_USERS_CHANGE, NULL, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "ssb", &name, &email, &admin);
        if (r < 0)
                return r;
        r = users_add(m->engine, name, email, admin, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

/* Whose keys: "" means the caller's own; somebody else's need an admin. */
static int read_key_owner(Manager *m, sd_bus_message *message, Action action, Caller *caller,
                          const char **ret, sd_bus_error *e)
{
        int r = caller_may(m, message, action, NULL, caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", ret);
        if (r < 0)
                return r;
        if (!**ret)
                *ret = caller->name;
        if (streq(*ret, caller->name) || caller->admin)
                return 0;
        _cleanup_free_ char *reason = NULL;
        if (asprintf(&reason, "The keys of %s are theirs: an admin, or they themselves, may change them.",
                     *ret) < 0)
                return -ENOMEM;
        return caller_refuse(m, action, NULL, caller, e, reason);
}

static int append_keys(sd_bus_message *reply, const User *u)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < u->n_keys; i++) {
                const SshKey *k = &u->keys[i];
                r = dict_open(reply);
                if (r >= 0)
                        r = dict_string(reply, "user", u->name);
                if (r >= 0)
                        r = dict_string(reply, "fingerprint", k->fingerprint);
                if (r >= 0)
                        r = dict_string(reply, "type", k->type);
                if (r >= 0)
                        r = dict_string(reply, "comment", k->comment);
                if (r >= 0)
                        r = dict_u64(reply, "added", k->added);
                if (r >= 0)
                        r = dict_close(reply);
        }
        return r;
}

int method_list_keys(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *name;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = read_key_owner(m, message, ACTION_KEYS_LIST, &caller, &name, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        UserState *u = r >= 0 ? catalog_find_user(&m->engine->catalog, name) : NULL;
        if (u)
                r = append_keys(reply, &u->user);
        return reply_list_send(reply, r);
}

int method_add_key(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *name, *line;
        _cleanup_free_ char *fingerprint = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = read_key_owner(m, message, ACTION_KEYS_CHANGE, &caller, &name, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &line);
        if (r < 0)
                return r;
        r = users_add_key(m->engine, name, line, &caller.actor, &fingerprint, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "s", fingerprint);
}

int method_remove_key(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *name, *fingerprint;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = read_key_owner(m, message, ACTION_KEYS_CHANGE, &caller, &name, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &fingerprint);
        if (r < 0)
                return r;
        r = users_remove_key(m->engine, name, fingerprint, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

static int append_check(sd_bus_message *reply, const char *name, bool ok, const char *text)
{
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "name", name);
        if (r >= 0)
                r = dict_bool(reply, "ok", ok);
        if (r >= 0)
                r = dict_string(reply, "text", text);
        return r < 0 ? r : dict_close(reply);
}

static int append_disk_check(sd_bus_message *reply)
{
        struct statvfs fs;
        char text[160];
        if (statvfs(PAAS_STATE, &fs) < 0)
                return append_check(reply, "disk", false, PAAS_STATE " cannot be examined");
        uint64_t available = (uint64_t) fs.f_bavail * fs.f_frsize;
        snprintf(text, sizeof(text), "%.1f GiB free in " PAAS_STATE "%s", (double) available / (1 << 30),
                 available < DISK_WANTED ? ": builds need at least 2 GiB" : "");
        return append_check(reply, "disk", available >= DISK_WANTED, text);
}

static int append_router_check(sd_bus_message *reply, Manager *m)
{
        RouterServer *servers = NULL;
        size_t n;
        _cleanup_error_ Error error = ERROR_NULL;
        if (router_observe(m->engine->router, &servers, &n, &error) < 0)
                return append_check(reply, "router", false,
                                    "the router does not run: is something else on port 80 or 443? See "
                                    "`systemctl status paas-router.socket paas-router.service`");
        router_servers_free(servers, n);
        return append_check(reply, "router", true, "the router answers on its ports");
}

static int append_audit_check(sd_bus_message *reply, Manager *m)
{
        const char *remote = m->engine->settings.audit_remote;
        char since[CLOCK_TEXT_SIZE], text[256];
        uint64_t when;
        if (!remote || !*remote)
                return append_check(reply, "audit", true,
                                    "the audit is on this host only (audit-remote in /etc/paas/paas.conf)");
        if (auditpush_status(m->engine, &when))
                return append_check(reply, "audit", true, "the audit is pushed to its remote");
        clock_format(when, since);
        snprintf(text, sizeof(text),
                 "the audit does not reach its remote since %s: journalctl -u paas-audit-push.service",
                 since);
        return append_check(reply, "audit", false, text);
}

static int append_checks(sd_bus_message *reply, Manager *m)
{
        const char *domain = m->engine->catalog.base_domain;
        bool persistent = access("/var/log/journal", F_OK) == 0,
             synced = access("/run/systemd/timesync/synchronized", F_OK) == 0;
        int r = append_check(reply, "domain", domain != NULL,
                             domain ? domain : "no base domain yet: paas setup --domain example.com");
        if (r >= 0)
                r = append_router_check(reply, m);
        if (r >= 0)
                r = append_disk_check(reply);
        if (r >= 0)
                r = append_check(
                        reply, "journal", persistent,
                        persistent ? "the journal is persistent"
                                   : "the journal is lost at a reboot: mkdir /var/log/journal && systemctl "
                                     "restart systemd-journald");
        if (r >= 0)
                r = append_check(reply, "clock", synced,
                                 synced ? "the clock is synchronised"
                                        : "systemd-timesyncd has not synchronised the clock (fine if "
                                          "something else does)");
        if (r >= 0)
                r = append_audit_check(reply, m);
        return r;
}

static int reply_checks(sd_bus_message *message, Manager *m)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = reply_list_begin(message, &reply);
        if (r >= 0)
                r = append_checks(reply, m);
        return reply_list_send(reply, r);
}

int method_setup(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *domain = "", *admin = "", *email = "", *key = "";
        const DictField fields[] = {
                {"domain", DICT_STRING, &domain},
                {"admin", DICT_STRING, &admin},
                {"email", DICT_STRING, &email},
                {"key", DICT_STRING, &key},
        };
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_SETUP, NULL, &caller, e);
        if (r >= 0)
                r = dict_read(message, fields, ELEMENTSOF(fields), e);
        if (r < 0)
                return r;
        r = users_set_up(m->engine, domain, admin, email, key, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : reply_checks(message, m);
}

int method_check(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Caller caller;
        int r = caller_may(userdata, message, ACTION_SETUP_CHECK, NULL, &caller, e);
        return r < 0 ? r : reply_checks(message, userdata);
}
