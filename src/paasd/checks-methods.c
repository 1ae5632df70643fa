/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/text.h"
#include "engine/world/readiness.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

/* What the router asks, and a new process is asked, where nothing else is said. */
#define USUAL_QUESTION "GET / below 500"

static const char *startup_state(const Instance *i)
{
        if (i->phase >= INSTANCE_READY)
                return "passed";
        return i->launch ? "checking" : "failed";
}

static const char *readiness_state(const AppWorld *w, const Instance *i, const Check *c)
{
        bool command = c && c->way == CHECK_COMMAND;
        if (i->phase < INSTANCE_READY)
                return "waiting";
        if (command ? !i->refuses : !i->down)
                return "passing";
        if (!instance_is_routed(i))
                return "failing";
        return readiness_is_last(w, i) ? "degraded" : "failing";
}

static const char *state_of(const AppWorld *w, const Instance *i, CheckType type, const Check *c)
{
        if (!i)
                return "-";
        if (i->phase > INSTANCE_READY)
                return "ending";
        if (type == CHECK_LIVENESS)
                return i->state == UNIT_ACTIVE ? "watched" : "waiting";
        bool goes_on = !c || c->way == CHECK_PATH ? instance_is_routed(i) : c->way == CHECK_COMMAND;
        if (type == CHECK_READINESS && goes_on)
                return readiness_state(w, i, c);
        return startup_state(i);
}

/* `c` NULL: the usual question. */
static int append_check(sd_bus_message *reply, const AppWorld *w, const char *process, const Instance *i,
                        CheckType type, const Check *c)
{
        char name[64];
        _cleanup_free_ char *title = c ? check_title(c) : NULL;
        snprintf(name, sizeof(name), i ? "%s.%u" : "%s", process, i ? i->name.index : 0);
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "process", name);
        if (r >= 0)
                r = dict_string(reply, "type", check_type_to_string(type));
        if (r >= 0)
                r = dict_string(reply, "way", c ? check_way_to_string(c->way) : "default");
        if (r >= 0)
                r = dict_string(reply, "what", c ? title : USUAL_QUESTION);
        if (r >= 0)
                r = dict_string(reply, "state", state_of(w, i, type, c));
        if (r >= 0)
                r = dict_u32(reply, "attempts", c ? c->attempts : 0);
        if (r >= 0)
                r = dict_u64(reply, "wait", c ? c->wait : 0);
        if (r >= 0)
                r = dict_u64(reply, "timeout", c ? c->timeout : 0);
        if (r >= 0)
                r = dict_bool(reply, "warn", c && c->warn);
        if (r >= 0)
                r = dict_u32(reply, "restarts", i ? i->restarts.total : 0);
        return r < 0 ? r : dict_close(reply);
}

/* A check of that type replaces the usual question, where it asks in a way that could. */
static bool is_usual(const AppState *s, const char *process, CheckType type)
{
        const Checks *c = &s->release.checks;
        if (!streq(process, "web"))
                return false;
        if (type == CHECK_READINESS)
                return !checks_find(c, process, type, CHECK_PATH);
        return checks_usual(c);
}

static int append_process(sd_bus_message *reply, const AppState *s, const AppWorld *w, const char *process,
                          const Instance *i)
{
        int r = 0;
        for (int type = CHECK_STARTUP; type < _CHECK_TYPE_MAX; type++) {
                const Check *c = NULL;
                if (type != CHECK_LIVENESS && is_usual(s, process, (CheckType) type))
                        r = append_check(reply, w, process, i, (CheckType) type, NULL);
                while (r >= 0 && (c = checks_next(&s->release.checks, process, (CheckType) type, c)))
                        r = append_check(reply, w, process, i, (CheckType) type, c);
        }
        return r;
}

/* Each instance of the current release; a process type of which none runs stands there by itself. */
int method_list_checks(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        AppState *s = userdata;
        AppWorld *w = world_find(m->engine, s->app.name);
        Caller caller;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_PS_LIST, s, &caller, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        if (r < 0)
                return r;
        for (size_t p = 0; r >= 0 && p < s->procfile.n_processes; p++) {
                const char *process = s->procfile.processes[p].type;
                bool runs = false;
                for (size_t k = 0; r >= 0 && w && k < w->n_instances; k++) {
                        const Instance *i = w->instances[k];
                        if (i->name.oneoff || i->name.version != s->release.version ||
                            i->phase > INSTANCE_READY || !streq(i->name.type, process))
                                continue;
                        r = append_process(reply, s, w, process, i);
                        runs = true;
                }
                if (r >= 0 && !runs && !streq(process, "release"))
                        r = append_process(reply, s, w, process, NULL);
        }
        return reply_list_send(reply, r);
}
