/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/setting.h"

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "model/excerpt.h"
#include "model/name.h"

const Setting settings_table[] = {
        {"assets", SETTING_APP, SETTING_PATH, 0, 0, "", NULL, 0,
         "the directory below /app whose files stay served for a day after a release replaced them"},
        {"balance", SETTING_APP, SETTING_CHOICE, 0, 0, "leastconn",
         "leastconn|roundrobin|random|source|header", 0,
         "which instance gets a request: the one with the fewest open, in turn, by lot, or always the same "
         "for a client's address or for hash-header"},
        {"canary", SETTING_APP, SETTING_PERCENT, 0, 100, "0%", NULL, 0,
         "which share of the requests a new release gets first"},
        {"connect-timeout", SETTING_APP, SETTING_SECONDS, 1, 600, "5s", NULL, 0,
         "how long the router tries to connect to an instance"},
        {"drain-timeout", SETTING_APP, SETTING_SECONDS, 0, 86400, "30s", NULL,
         offsetof(Settings, drain_timeout),
         "how long open requests have when what answers them is replaced"},
        {"hash-header", SETTING_APP, SETTING_TEXT, 0, 0, "", NULL, 0,
         "the header whose value decides with balance=header"},
        {"idle-timeout", SETTING_APP, SETTING_SECONDS, 1, 86400, "55s", NULL, 0,
         "how long an answer that has begun may be silent"},
        {"keep-alive", SETTING_APP, SETTING_FLAG, 0, 0, "yes", NULL, 0,
         "whether the router keeps a connection to an instance for the next request"},
        {"listen", SETTING_WEB, SETTING_CHOICE, 0, 0, "auto", "auto|port|socket|proxy", 0,
         "how a web process gets its connections; auto: port, unless the pack starts it otherwise"},
        {"max-body", SETTING_APP, SETTING_BYTES, 0, UINT64_MAX, "0", NULL, 0,
         "the largest body of a request; 0: any"},
        {"max-connections", SETTING_APP, SETTING_COUNT, 0, 1000000, "0", NULL, 0,
         "how many requests an instance gets at a time, the others wait in the router; 0: any number"},
        {"max-draining", SETTING_APP, SETTING_COUNT, 1, 100, "2", NULL, 0,
         "how many old releases of a process type may drain at a time; then the oldest is cut"},
        {"protocol", SETTING_APP, SETTING_CHOICE, 0, 0, "http/1.1", "http/1.1|h2c|grpc", 0,
         "what the router speaks with the instances"},
        {"quiet-signal", SETTING_WORKER, SETTING_SIGNAL, 0, 0, "none", NULL, 0,
         "with strategy=handover: what tells the old process to take no new work"},
        {"quiet-time", SETTING_WORKER, SETTING_SECONDS, 0, 86400, "30s", NULL, 0,
         "with strategy=handover: how long it has for what it has begun, before its stop signal"},
        {"response-timeout", SETTING_APP, SETTING_SECONDS, 1, 86400, "30s", NULL, 0,
         "how long until the first byte of an answer"},
        {"rollback-window", SETTING_APP, SETTING_SECONDS, 0, 86400, "120s", NULL, 0,
         "how long after a switch the old release comes back when the new one fails"},
        {"sticky", SETTING_APP, SETTING_FLAG, 0, 0, "no", NULL, 0,
         "whether a browser stays with its instance, by a cookie, as long as that is current"},
        {"stop-scope", SETTING_PROCESS, SETTING_CHOICE, 0, 0, "all", "all|main", 0,
         "who gets the stop signal: all processes of an instance, or the main one alone"},
        {"stop-signal", SETTING_PROCESS, SETTING_SIGNAL, 0, 0, "SIGTERM", NULL, 0,
         "what asks an instance to stop"},
        {"stop-timeout", SETTING_PROCESS, SETTING_SECONDS, 1, 86400, "30s", NULL,
         offsetof(Settings, stop_timeout), "how long an instance has between its stop signal and SIGKILL"},
        {"strategy", SETTING_WORKER, SETTING_CHOICE, 0, 0, "overlap", "overlap|handover|stop-start", 0,
         "how the new takes over from the old: beside it, after it was told to be quiet, or once it has "
         "ended"},
        {"tunnel-timeout", SETTING_APP, SETTING_SECONDS, 1, 86400, "3600s", NULL, 0,
         "how long a WebSocket may be silent"},
        {"upgrade-drain-timeout", SETTING_APP, SETTING_SECONDS, 0, 86400, "600s", NULL, 0,
         "how long WebSockets and the like have when what answers them is replaced"},
        {0},
};

const Setting *setting_find(const char *name)
{
        for (const Setting *s = settings_table; s->name; s++)
                if (streq(s->name, name))
                        return s;
        return NULL;
}

static int no_such_setting(const char *key, Error *e)
{
        char shown[EXCERPT_SIZE];
        return error_set(e, -EINVAL, "there is no setting \"%s\" (`paas settings` lists them)",
                         excerpt(key, strlen(key), shown));
}

int setting_key_parse(const char *key, char **ret_type, const Setting **ret, Error *e)
{
        const char *dot = strchr(key, '.');
        const Setting *setting = setting_find(dot ? dot + 1 : key);
        if (!setting)
                return no_such_setting(key, e);
        if (setting->scope != SETTING_APP && !dot)
                return error_set(e, -EINVAL, "%s is set for each process type: %s.%s, for example",
                                 setting->name, setting->scope == SETTING_WORKER ? "worker" : "web",
                                 setting->name);
        if (setting->scope == SETTING_APP && dot)
                return error_set(e, -EINVAL, "%s is set for the whole application, without a process type",
                                 setting->name);
        char *type = NULL;
        int r = dot ? process_type_canonical(key, (size_t) (dot - key), &type, e) : 0;
        if (r < 0)
                return r;
        if (setting->scope == SETTING_WORKER && streq(type, "web")) {
                free(type);
                return error_set(e, -EINVAL,
                                 "%s is for processes that the router sends no requests to: web is replaced "
                                 "by a switch of the router",
                                 setting->name);
        }
        if (setting->scope == SETTING_WEB && !streq(type, "web")) {
                free(type);
                return error_set(e, -EINVAL, "%s is set for the web process only: web.%s", setting->name,
                                 setting->name);
        }
        *ret_type = type;
        *ret = setting;
        return 0;
}
