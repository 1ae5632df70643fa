/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "paasd/caller.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "basic/text.h"
#include "basic/uuid.h"
#include "bus/bus.h"
#include "engine/access/roles.h"
#include "engine/audit/audit.h"
#include "model/name.h"

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

void caller_end_sessions(Manager *m, const char *user)
{
        for (Session **s = &m->sessions; *s;) {
                Session *session = *s;
                if (!text_equal(session->user, user)) {
                        s = &session->next;
                        continue;
                }
                *s = session->next;
                session_free(session);
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

static int refuse_disabled(const UserState *u, sd_bus_error *e)
{
        return sd_bus_error_setf(e, BUS_ERROR_NOT_PERMITTED,
                                 "%s is disabled on this host. An admin can end that: paas users:enable %s",
                                 u->user.name, u->user.name);
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
        if (u->user.disabled)
                return refuse_disabled(u, e);
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
        if (u->user.disabled)
                return refuse_disabled(u, e);
        ret->admin = u->user.admin;
        return 0;
}

static int identify_local(sd_bus_message *message, uid_t uid, Caller *ret, sd_bus_error *e)
{
        struct passwd *pw = getpwuid(uid);
        if (pw)
                snprintf(ret->name, sizeof(ret->name), "%s", pw->pw_name);
        else
                snprintf(ret->name, sizeof(ret->name), "uid-%u", (unsigned) uid);
        snprintf(ret->from, sizeof(ret->from), "uid %u (%s)", (unsigned) uid, ret->name);

        struct group *g = getgrnam("paas-admin");
        int member = uid == 0 ? 1 : g ? bus_sender_in_group(message, g->gr_gid) : 0;
        if (member < 0)
                return member;
        if (!member)
                return sd_bus_error_set(
                        e, "org.paas1.Error.NotPermitted",
                        "Only root and members of group paas-admin may act here. Use sudo, ask root to "
                        "add you to the group, or come by ssh with your key (PAAS_HOST=paas@HOST).");
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

Role caller_role(Manager *m, const Caller *c, const AppState *s)
{
        if (c->admin)
                return ROLE_ADMIN;
        return s ? roles_on_app(&m->engine->catalog, s, c->name) : ROLE_NONE;
}

bool caller_sees_job(Manager *m, const Caller *c, const Job *j)
{
        const AppState *s = catalog_find_app(&m->engine->catalog, j->operation.app);
        return caller_role(m, c, s) >= ROLE_VIEWER || (!s && streq(j->operation.actor, c->name));
}

int caller_refuse(Manager *m, Action action, const AppState *s, const Caller *c, sd_bus_error *e,
                  const char *reason)
{
        audit_refused(m->engine, &c->actor, action, s, reason);
        return sd_bus_error_set(e, BUS_ERROR_NOT_PERMITTED, reason);
}

static const char *role_in_words(Role r)
{
        return r == ROLE_NONE ? "no role" : role_to_string(r);
}

/* Who can mend it. The owner may be gone, or disabled. */
static char *who_can_give(Manager *m, const Caller *c, Role needed, const AppState *s)
{
        const UserState *owner = roles_owner(&m->engine->catalog, s);
        const char *name = owner ? owner->user.name : "an admin", *app = s->app.name;
        const char *of = holder_team(s->app.owner);
        _cleanup_free_ char *who = NULL;
        char *text = NULL;
        int n = owner && of ? asprintf(&who, "%s, who leads the team %s that owns it,", name, of)
                : owner     ? asprintf(&who, "%s, who owns it,", name)
                            : asprintf(&who, "An admin");
        if (n < 0)
                return NULL;
        if (needed == ROLE_OWNER)
                n = asprintf(&text, "%s may do it, or make you the owner: paas apps:transfer %s --app %s",
                             who, c->name, app);
        else
                n = asprintf(&text, "%s can give it: paas access:%s %s --role %s --app %s", who,
                             access_get(&s->access, c->name) == ROLE_NONE ? "add" : "update", c->name,
                             role_to_string(needed), app);
        return n < 0 ? NULL : text;
}

static int refuse_on_app(Manager *m, Action action, const AppState *s, const Caller *c, sd_bus_error *e)
{
        Role needed = action_role(action);
        _cleanup_free_ char *reason = NULL, *mend = who_can_give(m, c, needed, s);
        if (!mend ||
            asprintf(&reason, "%s on %s (%s) needs the role %s, and %s has %s there. %s",
                     action_to_string(action), s->app.name, action_describe(action), role_to_string(needed),
                     c->name, role_in_words(caller_role(m, c, s)), mend) < 0)
                return -ENOMEM;
        return caller_refuse(m, action, s, c, e, reason);
}

static int refuse_on_host(Manager *m, Action action, const Caller *c, sd_bus_error *e)
{
        _cleanup_free_ char *reason = NULL;
        if (action_role(action) != ROLE_ADMIN) /* on an application that there is not */
                return caller_refuse(m, action, NULL, c, e,
                                     "The application of it is gone: only an admin may look at it now.");
        if (asprintf(&reason,
                     "%s (%s) needs an admin of this host, and %s is none: root, a member of group "
                     "paas-admin, or a user whom an admin made one with paas setup --admin or users:add "
                     "--admin.",
                     action_to_string(action), action_describe(action), c->name) < 0)
                return -ENOMEM;
        return caller_refuse(m, action, NULL, c, e, reason);
}

int caller_may(Manager *m, sd_bus_message *message, Action action, const AppState *s, Caller *ret,
               sd_bus_error *e)
{
        int r = identify(m, message, ret, e);
        /* Known, and not let in: nobody's user here, or one who is disabled. */
        if (r < 0 && ret->from[0] && sd_bus_error_is_set(e)) {
                const Actor actor = {.name = ret->name, .email = ret->email, .from = ret->from};
                audit_refused(m->engine, &actor, action, s, e->message);
        }
        if (r < 0 || caller_role(m, ret, s) >= action_role(action))
                return r;
        return s ? refuse_on_app(m, action, s, ret, e) : refuse_on_host(m, action, ret, e);
}

int caller_may_on_team(Manager *m, sd_bus_message *message, Action action, const TeamState *t, Caller *ret,
                       sd_bus_error *e)
{
        _cleanup_free_ char *reason = NULL;
        int r = identify(m, message, ret, e);
        if (r < 0 || ret->admin || roles_on_team(t, ret->name) >= action_role(action))
                return r;
        const char *lead = t->team.lead;
        if (asprintf(
                    &reason,
                    "%s on the team %s (%s) is for its lead, and %s is %s of it. %s%scan make you the lead: "
                    "paas teams:lead %s %s",
                    action_to_string(action), t->team.name, action_describe(action), ret->name,
                    team_has(&t->team, ret->name) ? "a member" : "no member", lead ? lead : "An admin",
                    lead ? ", who leads it, or an admin " : " ", t->team.name, ret->name) < 0)
                return -ENOMEM;
        return caller_refuse(m, action, NULL, ret, e, reason);
}
