/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `paas run` on the bus. The answer comes when the command runs: until then the call is kept here. */

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "bus/bus.h"
#include "engine/operation/run.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

typedef struct PendingRun {
        Run run;
        Manager *manager;
        struct PendingRun *next;
        sd_bus_message *message;
} PendingRun;

static void pending_free(PendingRun *p)
{
        for (PendingRun **at = &p->manager->runs; *at; at = &(*at)->next) {
                if (*at != p)
                        continue;
                *at = p->next;
                break;
        }
        sd_bus_message_unref(p->message);
        free(p);
}

void run_methods_free(Manager *m)
{
        while (m->runs)
                pending_free(m->runs);
}

static void answer(Run *run, int r, const char *text)
{
        PendingRun *p = container_of(run, PendingRun, run);
        if (r >= 0)
                r = sd_bus_reply_method_return(p->message, "s", run->name);
        else
                r = sd_bus_reply_method_errorf(p->message, "org.paas1.Error.Failed",
                                               "%s cannot be started: %s", run->name,
                                               *text ? text : strerror(-r));
        (void) r; /* a caller that has gone needs no answer */
        pending_free(p);
}

static int read_env(sd_bus_message *message, Config *c)
{
        const char *name, *value;
        int r = sd_bus_message_enter_container(message, 'a', "{ss}");
        while (r >= 0 && (r = sd_bus_message_read(message, "{ss}", &name, &value)) > 0)
                r = config_set(c, name, value);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int begin(Manager *m, sd_bus_message *message, AppState *s, const RunRequest *q, const Caller *caller,
                 sd_bus_error *e)
{
        _cleanup_error_ Error error = ERROR_NULL;
        PendingRun *p = calloc(1, sizeof(PendingRun));
        if (!p)
                return -ENOMEM;
        *p = (PendingRun){
                .run = {.started = answer},
                .manager = m,
                .next = m->runs,
                .message = sd_bus_message_ref(message),
        };
        m->runs = p;
        int r = run_start(m->engine, s, q, &caller->actor, &p->run, &error);
        if (r >= 0)
                return 1;
        pending_free(p);
        return bus_error_reply(e, r, &error);
}

static int run(sd_bus_message *message, AppState *s, bool detached, sd_bus_error *e)
{
        Manager *m = sd_bus_slot_get_userdata(sd_bus_get_current_slot(sd_bus_message_get_bus(message)));
        Caller caller;
        _cleanup_strv_ char **words = NULL;
        _cleanup_config_ Config env = CONFIG_NULL;
        RunRequest q = {.env = &env, .control = -1};
        const DictField fields[] = {
                {"size", DICT_STRING, &q.size},
                {"time-limit", DICT_U64, &q.time_limit},
        };
        int r = caller_may(m, message, ACTION_RUN, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_sensitive(message);
        if (r >= 0)
                r = sd_bus_message_read_strv(message, &words);
        if (r >= 0)
                r = read_env(message, &env);
        if (r >= 0)
                r = dict_read(message, fields, ELEMENTSOF(fields), e);
        if (r >= 0 && !detached)
                r = sd_bus_message_read(message, "h", &q.control);
        if (r < 0)
                return r;
        q.words = words;
        return begin(m, message, s, &q, &caller, e);
}

int method_run(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return run(message, userdata, false, e);
}

int method_run_detached(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return run(message, userdata, true, e);
}
