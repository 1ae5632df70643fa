/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "paasd/caller.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "basic/text.h"
#include "basic/uuid.h"
#include "bus/bus.h"

#define SESSIONS_MAX 1024

struct Session {
        Manager *manager;
        Session *next;
        char *sender; /* unique name on the bus */
        char *user;
        char *from; /* "key SHA256:… from 192.0.2.7" */
        sd_bus_track *track;
};

static void session_free(Session *s)
{
        if (!s)
                return;
        sd_bus_track_unref(s->track);
        free(s->sender);
        free(s->user);
        free(s->from);
        free(s);
}

static int session_gone(sd_bus_track *track, void *userdata)
{
        Session *gone = userdata;
        for (Session **s = &gone->manager->sessions; *s; s = &(*s)->next) {
                if (*s != gone)
                        continue;
                *s = gone->next;
                session_free(gone);
                break;
        }
        return 0;
}

void caller_free_sessions(Manager *m)
{
        while (m->sessions) {
                Session *s = m->sessions;
                m->sessions = s->next;
                session_free(s);
        }
}

static Session *find_session(Manager *m, const char *sender)
{
        for (Session *s = m->sessions; s; s = s->next)
                if (streq(s->sender, sender))
                        return s;
        return NULL;
}

static int new_session(Manager *m, sd_bus_message *message, Session **ret)
{
        unsigned n = 0;
        for (Session *s = m->sessions; s; s = s->next)
                n++;
        if (n >= SESSIONS_MAX)
                return -EBUSY;

        Session *s = calloc(1, sizeof(Session));
        if (!s)
                return -ENOMEM;
        s->manager = m;
        int r = text_replace(&s->sender, sd_bus_message_get_sender(message));
        if (r >= 0)
                r = sd_bus_track_new(m->bus, &s->track, session_gone, s);
        if (r >= 0)
                r = sd_bus_track_add_sender(s->track, message);
        if (r < 0) {
                session_free(s);
                return r;
        }
        s->next = m->sessions;
        m->sessions = s;
        *ret = s;
        return 0;
}

static bool is_git_user(uid_t uid)
{
        struct passwd *pw = getpwnam("paas");
        return pw && pw->pw_uid == uid;
}

/* As sshd writes it: an address of either family, perhaps with the link that it belongs to. */
static bool is_address(const char *s)
{
        static const char allowed[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:%-_";
        return strlen(s) <= 64 && !s[strspn(s, allowed)];
}

int caller_authenticate(Manager *m, sd_bus_message *message, const char *fingerprint, const char *address,
                        const char **ret_user, sd_bus_error *e)
{
        _cleanup_free_ char *from = NULL;
        uid_t uid;
        int r = bus_sender_uid(message, &uid);
        if (r < 0)
                return r;
        if (!is_git_user(uid))
                return sd_bus_error_set(e, "org.paas1.Error.NotPermitted",
                                        "Only the ssh login of user paas acts for the owner of a key.");
        UserState *u = catalog_find_key(&m->engine->catalog, fingerprint);
        if (!u)
                return sd_bus_error_setf(e, "org.paas1.Error.NotPermitted",
                                         "The key %s belongs to no user. An admin adds it: paas keys:add.",
                                         fingerprint);
        if (!is_address(address))
                return sd_bus_error_set(e, "org.paas1.Error.InvalidArgument", "That is no address.");
        if (asprintf(&from, "key %s%s%s", fingerprint, *address ? " from " : "", address) < 0)
                return -ENOMEM;
        Session *s = find_session(m, sd_bus_message_get_sender(message));
        if (!s)
                r = new_session(m, message, &s);
        if (r >= 0)
                r = text_replace(&s->user, u->user.name);
        if (r >= 0)
                r = text_replace(&s->from, from);
        if (r >= 0)
                *ret_user = s->user;
        return r;
}

static int identify_session(Manager *m, sd_bus_message *message, Caller *ret, sd_bus_error *e)
{
        Session *s = find_session(m, sd_bus_message_get_sender(message));
        UserState *u = s && s->user && s->from ? catalog_find_user(&m->engine->catalog, s->user) : NULL;
        if (!u)
                return sd_bus_error_set(e, "org.paas1.Error.NotPermitted",
                                        "Say first whose key you act for.");
        snprintf(ret->name, sizeof(ret->name), "%s", u->user.name);
        snprintf(ret->email, sizeof(ret->email), "%s", u->user.email ? u->user.email : "");
        snprintf(ret->from, sizeof(ret->from), "%s", s->from);
        ret->admin = u->user.admin;
        return 0;
}

static int identify_local(sd_bus_message *message, uid_t uid, Caller *ret, sd_bus_error *e)
{
        struct group *g = getgrnam("paas-admin");
        int member = uid == 0 ? 1 : g ? bus_sender_in_group(message, g->gr_gid) : 0;
        if (member < 0)
                return member;
        if (!member)
                return sd_bus_error_set(
                        e, "org.paas1.Error.NotPermitted",
                        "Only root and members of group paas-admin may act here. Use sudo, ask root to "
                        "add you to the group, or come by ssh with your key (PAAS_HOST=paas@HOST).");
        struct passwd *pw = getpwuid(uid);
        if (pw)
                snprintf(ret->name, sizeof(ret->name), "%s", pw->pw_name);
        else
                snprintf(ret->name, sizeof(ret->name), "uid-%u", (unsigned) uid);
        snprintf(ret->from, sizeof(ret->from), "uid %u (%s)", (unsigned) uid, ret->name);
        ret->admin = true;
        return 0;
}

static int identify(Manager *m, sd_bus_message *message, Caller *ret, sd_bus_error *e)
{
        uid_t uid;
        char request[UUID_TEXT_SIZE];
        *ret = (Caller){0};
        int r = bus_sender_uid(message, &uid);
        if (r >= 0)
                r = is_git_user(uid) ? identify_session(m, message, ret, e)
                                     : identify_local(message, uid, ret, e);
        if (r >= 0)
                r = uuid_new(request);
        if (r < 0)
                return r;
        snprintf(ret->request, sizeof(ret->request), "%s", request);
        ret->actor =
                (Actor){.name = ret->name, .email = ret->email, .request = ret->request, .from = ret->from};
        return 0;
}

/* Every user owns every application until access is given by role. */
static Role role_of(const Caller *c, const AppState *s)
{
        if (c->admin)
                return ROLE_ADMIN;
        return s ? ROLE_OWNER : ROLE_NONE;
}

int caller_may(Manager *m, sd_bus_message *message, Action action, const AppState *s, Caller *ret,
               sd_bus_error *e)
{
        int r = identify(m, message, ret, e);
        if (r < 0)
                return r;
        Role needed = action_role(action);
        if (role_of(ret, s) >= needed)
                return 0;
        return sd_bus_error_setf(e, "org.paas1.Error.NotPermitted",
                                 "%s: to %s needs an admin: root, a member of group paas-admin, or a user "
                                 "named at setup.",
                                 action_to_string(action), action_describe(action));
}
