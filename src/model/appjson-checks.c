/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/appjson-checks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/text.h"
#include "model/check.h"
#include "model/config.h"
#include "model/name.h"
#include "model/size.h"

int check_app_title(RuleCheck *c, const Json *value)
{
        char first = js_string_value(value)[0];
        if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '-' ||
            first == '_' || first == '.')
                return 0;
        return json_rule_refuse(c, value,
                                "a name that starts with a letter, a dash, an underscore or a dot");
}

int check_env_key(RuleCheck *c, const char *key)
{
        _cleanup_error_ Error why = ERROR_NULL;
        int r = config_name_check(key, &why);
        if (r == -EPERM)
                return json_rule_warn(c, "is set by paas itself and cannot be given");
        if (r < 0)
                return json_rule_refuse(c, NULL,
                                        "a name of letters, digits and underscores, without a digit first "
                                        "and of at most 255 bytes");
        return 0;
}

int check_env_value(RuleCheck *c, const Json *value)
{
        if (strlen(js_string_value(value)) <= CONFIG_VALUE_MAX)
                return 0;
        return json_rule_refuse(c, NULL, "a value of at most 65536 bytes");
}

int check_process_key(RuleCheck *c, const char *key)
{
        _cleanup_free_ char *type = NULL;
        int r = process_type_canonical(key, strlen(key), &type, NULL);
        if (r == -EINVAL)
                return json_rule_refuse(c, NULL,
                                        "a process type: letters, digits and dashes inside, at most 30 of "
                                        "them");
        return r;
}

int check_size(RuleCheck *c, const Json *value)
{
        if (size_find(js_string_value(value)))
                return 0;
        return json_rule_refuse(c, value, size_names());
}

/* Names of months and days too; what each field means is for whoever runs it to say. */
static bool is_schedule(const char *s)
{
        static const char *const words[] = {
                "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly",
        };
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (streq(s, words[i]))
                        return true;

        int fields = 0;
        for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
                size_t n = strspn(s, "0123456789*/,-?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
                if (n == 0 || (s[n] && s[n] != ' ' && s[n] != '\t'))
                        return false;
                s += n;
                fields++;
        }
        return fields == 5;
}

int check_cron_schedule(RuleCheck *c, const Json *value)
{
        if (is_schedule(js_string_value(value)))
                return 0;
        return json_rule_refuse(c, value,
                                "five fields as in \"30 4 * * 1\", or one of @hourly, @daily, @weekly, "
                                "@monthly and @yearly");
}

/* The command is split into words and run without a shell: what looks like a shell's operator would be
 * an argument, which nobody means. Inside quotes it is one, and may be. */
static bool has_operator(const char *s)
{
        char quote = 0;
        for (; *s; s++) {
                if (*s == '\\' && quote != '\'' && s[1])
                        s++;
                else if (quote)
                        quote = *s == quote ? 0 : quote;
                else if (*s == '\'' || *s == '"')
                        quote = *s;
                else if (strchr(";&|<>", *s))
                        return true;
        }
        return false;
}

int check_cron_command(RuleCheck *c, const Json *value)
{
        if (!has_operator(js_string_value(value)))
                return 0;
        return json_rule_refuse(c, value,
                                "one command without ; & | < >, since no shell runs it: put several into a "
                                "script");
}

int check_probe_path(RuleCheck *c, const Json *value)
{
        if (check_path_is_valid(js_string_value(value)))
                return 0;
        return json_rule_refuse(
                c, value, "a path that begins with \"/\", of printable ASCII characters without blanks");
}

int check_header_name(RuleCheck *c, const Json *value)
{
        if (check_header_name_is_valid(js_string_value(value)))
                return 0;
        return json_rule_refuse(c, value,
                                "the name of a header: 1 to 100 letters, digits, dashes and underscores");
}

int check_one_line(RuleCheck *c, const Json *value)
{
        if (check_text_is_valid(js_string_value(value)))
                return 0;
        return json_rule_refuse(c, value, "one line without control characters");
}

int check_status(RuleCheck *c, const Json *value)
{
        unsigned first, last;
        if (check_status_parse(js_string_value(value), &first, &last) >= 0)
                return 0;
        return json_rule_refuse(c, value, "a status, or a range as in \"200-399\"");
}

int check_without_effect(RuleCheck *c, const Json *value)
{
        return json_rule_warn(c, "has no effect");
}

int check_scheme(RuleCheck *c, const Json *value)
{
        if (strcasecmp(js_string_value(value), "http") == 0)
                return 0;
        return json_rule_warn(c, "has no effect: a process serves plain HTTP, and is asked in it");
}

/* Whom each way can be asked for: a watchdog is how a process says that it lives, ready is said once. */
static const char *misplaced(const Json *value)
{
        const char *type = js_string_value(js_get(value, "type"));
        if (js_get(value, "watchdog") && (!type || !streq(type, "liveness")))
                return "\"type\": \"liveness\" for a watchdog";
        if (type && !streq(type, "startup") &&
            (js_bool_value(js_get(value, "notify")) || js_get(value, "uptime")))
                return "\"type\": \"startup\" for notify and uptime";
        return NULL;
}

int check_health_check(RuleCheck *c, const Json *value)
{
        _cleanup_free_ char *text = NULL;
        int ways = (js_get(value, "uptime") != NULL) + (js_get(value, "path") != NULL) +
                   (js_get(value, "command") != NULL) + (js_get(value, "watchdog") != NULL) +
                   js_bool_value(js_get(value, "listening")) + js_bool_value(js_get(value, "notify"));
        if (ways != 1)
                return json_rule_refuse(
                        c, value, "exactly one of path, command, listening, uptime, notify and watchdog");
        const char *allowed = misplaced(value);
        if (allowed)
                return json_rule_refuse(c, value, allowed);
        int r = js_format_line(value, &text);
        if (r >= 0 && strlen(text) > CHECK_TEXT_MAX)
                return json_rule_refuse(c, NULL, "a check of at most 16384 bytes");
        return r;
}

int check_autoscaling(RuleCheck *c, const Json *value)
{
        const Json *min = js_get(value, "min_quantity"), *max = js_get(value, "max_quantity");
        if (!min || !max || js_number_value(min) <= js_number_value(max))
                return 0;
        return json_rule_refuse(c, value, "a \"min_quantity\" that is not above \"max_quantity\"");
}
