/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/buffer.h"
#include "basic/strv.h"
#include "model/appjson.h"

static int parse(const char *text, AppJson *ret, char ***warnings, Error *e)
{
        return appjson_parse(text, strlen(text), ret, warnings, e);
}

/* Every field that there is. */
static const char full[] =
        "{\"$schema\": \"https://x\", \"name\": \"Start on paas: \xc3\xbc\", \"description\": \"d\","
        " \"keywords\": [\"a\", \"b\"], \"website\": \"https://x\", \"repository\": \"https://x\","
        " \"logo\": \"https://x\", \"success_url\": \"/ok\", \"stack\": \"host\", \"image\": \"x/y\","
        " \"env\": {\"A\": \"x\", \"B\": {\"description\": \"d\", \"value\": \"v\", \"required\": false},"
        "  \"C\": {\"generator\": \"secret\", \"sync\": true}},"
        " \"formation\": {\"web\": {\"quantity\": 2, \"size\": \"Standard-2X\", \"max_parallel\": 2,"
        "  \"autoscaling\": {\"min_quantity\": 1, \"max_quantity\": 3, \"polling_interval_seconds\": 30,"
        "  \"cooldown_period_seconds\": 300, \"triggers\": {\"q\": {\"type\": \"http\", \"metadata\": "
        "{\"a\": 1}}}},"
        "  \"service\": {\"exposed\": true}}, \"Big_worker\": {\"size\": \"basic\"}},"
        " \"addons\": [\"postgres:mini\", {\"plan\": \"redis\", \"as\": \"CACHE\", \"options\": {\"v\": "
        "\"7\"}}],"
        " \"buildpacks\": [{\"url\": \"heroku/python\"}],"
        " \"scripts\": {\"postdeploy\": \"x\", \"pr-predestroy\": {\"command\": \"y\", \"size\": \"basic\"},"
        "  \"dokku\": {\"predeploy\": \"a\", \"postdeploy\": \"b\"}},"
        " \"environments\": {\"test\": {\"scripts\": {\"test\": \"t\", \"test-setup\": \"s\"}, \"env\": "
        "{\"A\": \"y\"}},"
        "  \"review\": {\"formation\": {\"web\": {\"quantity\": 1}}}},"
        " \"cron\": [{\"command\": \"rake 'a;b'\", \"schedule\": \"@daily\", \"maintenance\": true,"
        "  \"concurrency_policy\": \"forbid\"}, {\"command\": \"x\", \"schedule\": \"*/5 0-6,12 * JAN "
        "mon\"}],"
        " \"healthchecks\": {\"web\": [{\"type\": \"startup\", \"name\": \"n\", \"description\": \"d\", "
        "\"path\": \"/up\","
        "  \"port\": 5000, \"scheme\": \"http\", \"httpHeaders\": [{\"name\": \"A\", \"value\": \"\"}],"
        "  \"content\": \"ok\", \"attempts\": 3, \"wait\": 5, \"timeout\": 5, \"initialDelay\": 0, "
        "\"warn\": false,"
        "  \"onFailure\": {\"command\": [\"x\"], \"url\": \"https://x\"}}, {\"uptime\": 10}, "
        "{\"listening\": true},"
        "  {\"command\": [\"true\"], \"listening\": false}]}}";

static void test_full(void **state)
{
        _cleanup_appjson_ AppJson a = APPJSON_NULL;
        _cleanup_strv_ char **warnings = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = parse(full, &a, &warnings, &e);
        if (r < 0)
                print_error("%s\n", e.message);
        assert_int_equal(r, 0);
        assert_int_equal(strv_length(warnings), 1);
        assert_string_equal(warnings[0], "app.json: \"healthchecks.web[0].onFailure\" has no effect");
        assert_string_equal(a.text, full);
        assert_int_equal(a.formation.n_entries, 2);
        assert_int_equal(formation_find(&a.formation, "web")->quantity, 2);
        assert_string_equal(formation_find(&a.formation, "web")->size, "standard-2x");
        assert_int_equal(formation_find(&a.formation, "big-worker")->quantity, 0);
        assert_string_equal(formation_find(&a.formation, "big-worker")->size, "basic");
}

static void test_small(void **state)
{
        static const char *const texts[] = {
                "{}",
                "{\"formation\": {}}",
                "{\"formation\": {\"web\": {}}}",
                "{\"env\": {}}\n",
                "{\"cron\": []}",
        };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_appjson_ AppJson a = APPJSON_NULL;
                assert_int_equal(parse(texts[i], &a, NULL, NULL), 0);
                assert_string_equal(a.text, texts[i]);
                if (i == 2)
                        assert_int_equal(formation_wanted(&a.formation, "web"), 1);
        }
}

static const char *const refused[][2] = {
        {"", "app.json: line 1, column "},
        {"{\n \"a\": 1,\n}", "app.json: line 3, column "},
        {"{\"a\": 1, \"a\": 2}", "app.json: line 1"},
        {"[]", "app.json: \"/\" is []: allowed is an object"},
        {"{\"name\": \"\"}", "app.json: \"name\" is \"\": allowed is a string of 1 to 300 characters"},
        {"{\"name\": \"1x\"}", "allowed is a name that starts with a letter"},
        {"{\"name\": 1}", "\"name\" is 1"},
        {"{\"keywords\": \"x\"}", "\"keywords\" is \"x\": allowed is a list of strings"},
        {"{\"keywords\": [1]}", "\"keywords[0]\" is 1: allowed is a string"},
        {"{\"env\": []}", "\"env\" is []"},
        {"{\"env\": {\"A\": 1}}", "\"env.A\" is 1: allowed is a string, or an object"},
        {"{\"env\": {\"A-B\": \"x\"}}", "\"env.A-B\": allowed is a name of letters"},
        {"{\"env\": {\"A\": {\"generator\": \"x\"}}}",
         "\"env.A.generator\" is \"x\": allowed is \"secret\""},
        {"{\"env\": {\"A\": {\"value\": 1}}}", "\"env.A.value\" is 1"},
        {"{\"env\": {\"A\": {\"required\": \"yes\"}}}", "allowed is true or false"},
        {"{\"formation\": []}", "allowed is an object with a process type a key"},
        {"{\"formation\": {\"web\": 2}}", "\"formation.web\" is 2: allowed is an object with \"quantity\""},
        {"{\"formation\": {\"web\": {\"quantity\": \"two\"}}}",
         "app.json: \"formation.web.quantity\" is \"two\": allowed is a whole number from 0 to 100"},
        {"{\"formation\": {\"web\": {\"quantity\": -1}}}", "is -1"},
        {"{\"formation\": {\"web\": {\"quantity\": 101}}}", "is 101"},
        {"{\"formation\": {\"web\": {\"quantity\": 1.5}}}", "is 1.5"},
        {"{\"formation\": {\"web\": {\"size\": \"huge\"}}}", "is \"huge\": allowed is eco, basic"},
        {"{\"formation\": {\"w b\": {}}}", "\"formation.w b\": allowed is a process type"},
        {"{\"formation\": {\"web\": {}, \"WEB\": {}}}", "the process type \"web\" twice"},
        {"{\"formation\": {\"web\": {\"autoscaling\": {\"min_quantity\": 2, \"max_quantity\": 1}}}}",
         "not above \"max_quantity\""},
        {"{\"formation\": {\"web\": {\"autoscaling\": {\"triggers\": {\"x\": {}}}}}}",
         "\"formation.web.autoscaling.triggers.x.type\" is missing"},
        {"{\"addons\": [{}]}", "app.json: \"addons[0].plan\" is missing: it must be a string"},
        {"{\"addons\": [1]}", "\"addons[0]\" is 1: allowed is a string, or an object"},
        {"{\"buildpacks\": [\"x\"]}", "\"buildpacks[0]\" is \"x\""},
        {"{\"scripts\": {\"postdeploy\": 1}}", "\"scripts.postdeploy\" is 1"},
        {"{\"scripts\": {\"postdeploy\": {}}}", "\"scripts.postdeploy.command\" is missing"},
        {"{\"environments\": {\"test\": {\"formation\": {\"web\": {\"quantity\": 101}}}}}",
         "\"environments.test.formation.web.quantity\""},
        {"{\"cron\": [{\"command\": \"x\", \"schedule\": \"@daily\"}, {\"command\": \"x\"}]}",
         "\"cron[1].schedule\" is missing"},
        {"{\"cron\": [{\"command\": \"x\", \"schedule\": \"* * * *\"}]}", "five fields"},
        {"{\"cron\": [{\"command\": \"x\", \"schedule\": \"* * * * * *\"}]}", "five fields"},
        {"{\"cron\": [{\"command\": \"x\", \"schedule\": \"@often\"}]}", "five fields"},
        {"{\"cron\": [{\"command\": \"x\", \"schedule\": \"* * * * ;\"}]}", "five fields"},
        {"{\"cron\": [{\"command\": \"a && b\", \"schedule\": \"@daily\"}]}", "no shell runs it"},
        {"{\"cron\": [{\"command\": \"a > b\", \"schedule\": \"@daily\"}]}", "no shell runs it"},
        {"{\"cron\": [{\"command\": \"\", \"schedule\": \"@daily\"}]}", "1 to 4096"},
        {"{\"cron\": [{\"command\": \"x\", \"schedule\": \"@daily\", \"concurrency_policy\": "
         "\"x\"}]}",
         "\"allow\", \"forbid\" or \"replace\""},
        {"{\"healthchecks\": {\"web\": {}}}", "a list of at most 100 checks"},
        {"{\"healthchecks\": {\"web\": [{}]}}", "exactly one of path"},
        {"{\"healthchecks\": {\"web\": [{\"uptime\": 1, \"path\": \"/\"}]}}", "exactly one of path"},
        {"{\"healthchecks\": {\"web\": [{\"listening\": false}]}}", "exactly one of path"},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"up\"}]}}", "begins with \"/\""},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"port\": 0}]}}", "from 1 to 65535"},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"port\": 65536}]}}", "from 1 to 65535"},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"scheme\": \"ftp\"}]}}", "\"http\" or \"https\""},
        {"{\"healthchecks\": {\"web\": [{\"type\": \"x\", \"uptime\": 1}]}}", "\"startup\""},
        {"{\"healthchecks\": {\"web\": [{\"command\": []}]}}", "not empty"},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"/a b\"}]}}", "without blanks"},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"/a\\r\\nX: y\"}]}}", "without blanks"},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"content\": \"a\\nb\"}]}}", "one line"},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"status\": 99}]}}", "from 100 to 599"},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"status\": \"300-200\"}]}}", "a range as in"},
        {"{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"httpHeaders\": [{\"name\": \"A:\", \"value\": "
         "\"\"}]}]}}",
         "the name of a header"},
        {"{\"healthchecks\": {\"web\": [{\"watchdog\": 3}]}}", "for a watchdog"},
        {"{\"healthchecks\": {\"web\": [{\"type\": \"liveness\", \"uptime\": 3}]}}",
         "for notify and uptime"},
        {"{\"healthchecks\": {\"worker\": [{\"listening\": true}]}}", "only a web process has $PORT"},
};

static void test_refused(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(refused); i++) {
                _cleanup_error_ Error e = ERROR_NULL;
                AppJson a = APPJSON_NULL;
                assert_int_equal(parse(refused[i][0], &a, NULL, &e), -EINVAL);
                if (!strstr(e.message, refused[i][1]))
                        print_error("%s: %s\n", refused[i][0], e.message);
                assert_non_null(strstr(e.message, refused[i][1]));
                assert_null(a.text);
        }
}

static void warning(const char *text, const char *expected)
{
        _cleanup_appjson_ AppJson a = APPJSON_NULL;
        _cleanup_strv_ char **warnings = NULL;
        assert_int_equal(parse(text, &a, &warnings, NULL), 0);
        assert_int_equal(strv_length(warnings), 1);
        assert_string_equal(warnings[0], expected);
}

static void test_warnings(void **state)
{
        warning("{\"formaton\": {}}", "app.json: \"formaton\" is not known and has no effect");
        warning("{\"formation\": {\"web\": {\"quantities\": 1}}}",
                "app.json: \"formation.web.quantities\" is not known and has no effect");
        warning("{\"env\": {\"PORT\": \"80\"}}",
                "app.json: \"env.PORT\" is set by paas itself and cannot be given");
        warning("{\"formation\": {\"release\": {\"quantity\": 1}}}",
                "app.json: \"formation.release\" has no effect: it is run once for each release");
}

static void test_many_warnings(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_appjson_ AppJson a = APPJSON_NULL;
        _cleanup_strv_ char **warnings = NULL;

        buffer_puts(&b, "{\"a\": 1");
        for (int i = 0; i < 1000; i++)
                buffer_printf(&b, ",\"x%d\": 1", i);
        buffer_puts(&b, "}");
        assert_int_equal(parse(b.data, &a, &warnings, NULL), 0);
        assert_int_equal(strv_length(warnings), 21);
        assert_string_equal(warnings[20], "app.json: there is more like this");
}

static void test_bounds(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL, types = BUFFER_NULL, name = BUFFER_NULL,
                                value = BUFFER_NULL;
        _cleanup_appjson_ AppJson good = APPJSON_NULL, many = APPJSON_NULL, named = APPJSON_NULL;
        AppJson never = APPJSON_NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        buffer_puts(&b, "{}");
        while (b.length < APPJSON_MAX_BYTES)
                buffer_puts(&b, " ");
        assert_int_equal(parse(b.data, &good, NULL, NULL), 0);
        buffer_puts(&b, " ");
        assert_int_equal(parse(b.data, &never, NULL, &e), -EINVAL);
        assert_string_equal(e.message, "app.json has 262145 bytes, 262144 are possible at most");

        buffer_puts(&types, "{\"formation\": {\"web\": {}");
        for (int i = 1; i < 64; i++)
                buffer_printf(&types, ", \"p%d\": {}", i);
        size_t length = types.length;
        buffer_puts(&types, "}}");
        assert_int_equal(parse(types.data, &many, NULL, NULL), 0);
        types.length = length;
        buffer_puts(&types, ", \"p64\": {}}}");
        assert_int_equal(parse(types.data, &never, NULL, NULL), -EINVAL);

        buffer_puts(&name, "{\"name\": \"");
        for (int i = 0; i < 150; i++)
                buffer_puts(&name, "a\xc3\xbc");
        length = name.length;
        buffer_puts(&name, "\"}");
        assert_int_equal(parse(name.data, &named, NULL, NULL), 0);
        name.length = length;
        buffer_puts(&name, "x\"}");
        assert_int_equal(parse(name.data, &never, NULL, NULL), -EINVAL);

        buffer_puts(&value, "{\"env\": {\"A\": \"");
        for (int i = 0; i < 65537; i++)
                buffer_puts(&value, "x");
        buffer_puts(&value, "\"}}");
        assert_int_equal(parse(value.data, &never, NULL, &e), -EINVAL);
        assert_string_equal(e.message, "app.json: \"env.A\": allowed is a value of at most 65536 bytes");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_full),          cmocka_unit_test(test_small),
                cmocka_unit_test(test_refused),       cmocka_unit_test(test_warnings),
                cmocka_unit_test(test_many_warnings), cmocka_unit_test(test_bounds),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
