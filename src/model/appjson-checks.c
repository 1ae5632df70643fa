/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/appjson-checks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/text.h"
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

int check_absolute_path(RuleCheck *c, const Json *value)
{
        if (js_string_value(value)[0] == '/')
                return 0;
        return json_rule_refuse(c, value, "a path that begins with \"/\"");
}

int check_health_check(RuleCheck *c, const Json *value)
{
        int ways = (js_get(value, "uptime") != NULL) + (js_get(value, "path") != NULL) +
                   (js_get(value, "command") != NULL) + js_bool_value(js_get(value, "listening"));
        if (ways == 1)
                return 0;
        return json_rule_refuse(c, value, "exactly one of uptime, listening, path and command");
}

int check_autoscaling(RuleCheck *c, const Json *value)
{
        const Json *min = js_get(value, "min_quantity"), *max = js_get(value, "max_quantity");
        if (!min || !max || js_number_value(min) <= js_number_value(max))
                return 0;
        return json_rule_refuse(c, value, "a \"min_quantity\" that is not above \"max_quantity\"");
}
