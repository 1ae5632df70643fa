/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/appjson-fields.h"

#include "model/appjson-checks.h"
#include "model/check.h"
#include "model/formation.h"
#include "model/procfile.h"

#define DAY 86400

static const JsonRule any = {.kind = RULE_ANY};
static const JsonRule string = {.kind = RULE_STRING, .allowed = "a string"};
static const JsonRule filled = {.kind = RULE_STRING, .min = 1, .allowed = "a string that is not empty"};
static const JsonRule boolean = {.kind = RULE_BOOL, .allowed = "true or false"};
static const JsonRule strings = {.kind = RULE_ARRAY, .item = &string, .allowed = "a list of strings"};
static const JsonRule seconds = {
        .kind = RULE_NUMBER, .max = DAY, .allowed = "a whole number of seconds from 0 to 86400"};
static const JsonRule seconds_positive = {
        .kind = RULE_NUMBER, .min = 1, .max = DAY, .allowed = "a whole number of seconds from 1 to 86400"};

/* env */
static const char *const generators[] = {"secret", NULL};
static const JsonRule env_generator = {.kind = RULE_STRING, .choices = generators, .allowed = "\"secret\""};
static const JsonRule env_text = {.kind = RULE_STRING,
                                  .check = check_env_value,
                                  .allowed = "a string, or an object with \"value\", \"description\", "
                                             "\"required\" and \"generator\""};
static const JsonField env_fields[] = {
        {"description", &string},      {"value", &env_text}, {"required", &boolean},
        {"generator", &env_generator}, {"sync", &boolean},   {NULL},
};
static const JsonRule env_object = {
        .kind = RULE_OBJECT,
        .fields = env_fields,
        .allowed = "a string, or an object with \"value\", \"description\", \"required\" and \"generator\""};
static const JsonRule env_either = {.kind = RULE_EITHER, .item = &env_text, .other = &env_object};
static const JsonRule env = {.kind = RULE_MAP,
                             .item = &env_either,
                             .key_check = check_env_key,
                             .allowed = "an object with a config var a key"};

/* formation */
static const JsonRule quantity = {
        .kind = RULE_NUMBER, .max = FORMATION_MAX_QUANTITY, .allowed = "a whole number from 0 to 100"};
static const JsonRule parallel = {.kind = RULE_NUMBER,
                                  .min = 1,
                                  .max = FORMATION_MAX_QUANTITY,
                                  .allowed = "a whole number from 1 to 100"};
static const JsonRule size = {.kind = RULE_STRING, .check = check_size, .allowed = "the name of a size"};
static const JsonRule metadata = {.kind = RULE_MAP, .item = &any, .allowed = "an object"};
static const JsonField trigger_fields[] = {{"type", &filled, true}, {"metadata", &metadata}, {NULL}};
static const JsonRule trigger = {.kind = RULE_OBJECT,
                                 .fields = trigger_fields,
                                 .allowed = "an object with \"type\" and \"metadata\""};
static const JsonRule triggers = {
        .kind = RULE_MAP, .item = &trigger, .allowed = "an object with a trigger a key"};
static const JsonField autoscaling_fields[] = {
        {"min_quantity", &quantity},
        {"max_quantity", &quantity},
        {"polling_interval_seconds", &seconds_positive},
        {"cooldown_period_seconds", &seconds},
        {"triggers", &triggers},
        {NULL},
};
static const JsonRule autoscaling = {.kind = RULE_OBJECT,
                                     .fields = autoscaling_fields,
                                     .check = check_autoscaling,
                                     .allowed = "an object with \"min_quantity\", \"max_quantity\", "
                                                "\"triggers\" and two intervals"};
static const JsonField service_fields[] = {{"exposed", &boolean}, {NULL}};
static const JsonRule service = {
        .kind = RULE_OBJECT, .fields = service_fields, .allowed = "an object with \"exposed\""};
static const JsonField formation_fields[] = {
        {"quantity", &quantity},       {"size", &size},       {"max_parallel", &parallel},
        {"autoscaling", &autoscaling}, {"service", &service}, {NULL},
};
static const JsonRule formation_entry = {.kind = RULE_OBJECT,
                                         .fields = formation_fields,
                                         .allowed = "an object with \"quantity\" and \"size\""};
static const JsonRule formation = {
        .kind = RULE_MAP,
        .max = PROCFILE_MAX_PROCESSES,
        .item = &formation_entry,
        .key_check = check_process_key,
        .allowed = "an object with a process type a key, 64 at most, as in {\"web\": {\"quantity\": 2}}"};

/* addons, buildpacks */
static const JsonField addon_fields[] = {
        {"plan", &filled, true}, {"as", &filled}, {"options", &metadata}, {NULL}};
static const JsonRule addon_object = {
        .kind = RULE_OBJECT,
        .fields = addon_fields,
        .allowed = "a string, or an object with \"plan\", \"as\" and \"options\""};
static const JsonRule addon = {.kind = RULE_EITHER, .item = &filled, .other = &addon_object};
static const JsonRule addons = {.kind = RULE_ARRAY, .item = &addon, .allowed = "a list of addons"};
static const JsonField buildpack_fields[] = {{"url", &filled, true}, {NULL}};
static const JsonRule buildpack = {
        .kind = RULE_OBJECT, .fields = buildpack_fields, .allowed = "an object with \"url\""};
static const JsonRule buildpacks = {
        .kind = RULE_ARRAY, .item = &buildpack, .allowed = "a list of objects with \"url\""};

/* scripts */
static const JsonField script_fields[] = {{"command", &filled, true}, {"size", &size}, {NULL}};
static const JsonRule script_object = {.kind = RULE_OBJECT,
                                       .fields = script_fields,
                                       .allowed = "a command, or an object with \"command\" and \"size\""};
static const JsonRule script = {.kind = RULE_EITHER, .item = &filled, .other = &script_object};
static const JsonField dokku_fields[] = {{"predeploy", &filled}, {"postdeploy", &filled}, {NULL}};
static const JsonRule dokku = {.kind = RULE_OBJECT,
                               .fields = dokku_fields,
                               .allowed = "an object with \"predeploy\" and \"postdeploy\""};
static const JsonField scripts_fields[] = {
        {"postdeploy", &script}, {"pr-predestroy", &script}, {"test", &script},
        {"test-setup", &script}, {"dokku", &dokku},          {NULL},
};
static const JsonRule scripts = {.kind = RULE_OBJECT,
                                 .fields = scripts_fields,
                                 .allowed = "an object with \"postdeploy\", \"pr-predestroy\" or \"dokku\""};

/* cron */
static const char *const policies[] = {"allow", "forbid", "replace", NULL};
static const JsonRule cron_policy = {
        .kind = RULE_STRING, .choices = policies, .allowed = "\"allow\", \"forbid\" or \"replace\""};
static const JsonRule cron_schedule = {.kind = RULE_STRING,
                                       .max = 100,
                                       .check = check_cron_schedule,
                                       .allowed = "a schedule as in \"30 4 * * 1\""};
static const JsonRule cron_command = {.kind = RULE_STRING,
                                      .min = 1,
                                      .max = 4096,
                                      .check = check_cron_command,
                                      .allowed = "a command of 1 to 4096 characters"};
static const JsonField cron_fields[] = {
        {"command", &cron_command, true},
        {"schedule", &cron_schedule, true},
        {"maintenance", &boolean},
        {"concurrency_policy", &cron_policy},
        {NULL},
};
static const JsonRule cron_entry = {.kind = RULE_OBJECT,
                                    .fields = cron_fields,
                                    .allowed = "an object with \"command\" and \"schedule\""};
static const JsonRule cron = {.kind = RULE_ARRAY,
                              .max = 100,
                              .item = &cron_entry,
                              .allowed = "a list of at most 100 objects with \"command\" and \"schedule\""};

/* healthchecks */
static const char *const probes[] = {"startup", "liveness", "readiness", NULL};
static const char *const schemes[] = {"http", "https", "HTTP", "HTTPS", NULL};
static const JsonRule probe = {
        .kind = RULE_STRING, .choices = probes, .allowed = "\"startup\", \"liveness\" or \"readiness\""};
static const JsonRule scheme = {
        .kind = RULE_STRING, .choices = schemes, .check = check_scheme, .allowed = "\"http\" or \"https\""};
static const JsonRule port = {
        .kind = RULE_NUMBER, .min = 1, .max = 65535, .allowed = "a whole number from 1 to 65535"};
static const JsonRule attempts = {
        .kind = RULE_NUMBER, .min = 1, .max = 1000, .allowed = "a whole number from 1 to 1000"};
static const JsonRule path = {.kind = RULE_STRING,
                              .min = 1,
                              .max = 2048,
                              .check = check_probe_path,
                              .allowed = "a path of 1 to 2048 characters"};
static const JsonRule status_range = {
        .kind = RULE_STRING, .check = check_status, .allowed = "a status, or a range as in \"200-399\""};
static const JsonRule status_number = {.kind = RULE_NUMBER,
                                       .min = 100,
                                       .max = 599,
                                       .allowed = "a status from 100 to 599, or a range as in \"200-399\""};
static const JsonRule status = {.kind = RULE_EITHER, .item = &status_range, .other = &status_number};
static const JsonRule content = {.kind = RULE_STRING,
                                 .max = 1024,
                                 .check = check_one_line,
                                 .allowed = "a string of at most 1024 characters"};
static const JsonRule words = {
        .kind = RULE_ARRAY, .min = 1, .item = &string, .allowed = "a list of strings that is not empty"};
static const JsonRule header_name = {
        .kind = RULE_STRING, .check = check_header_name, .allowed = "the name of a header"};
static const JsonRule header_value = {.kind = RULE_STRING,
                                      .max = 1024,
                                      .check = check_one_line,
                                      .allowed = "a string of at most 1024 characters"};
static const JsonField header_fields[] = {
        {"name", &header_name, true}, {"value", &header_value, true}, {NULL}};
static const JsonRule header = {
        .kind = RULE_OBJECT, .fields = header_fields, .allowed = "an object with \"name\" and \"value\""};
static const JsonRule headers = {.kind = RULE_ARRAY,
                                 .max = CHECK_HEADERS_MAX,
                                 .item = &header,
                                 .allowed = "a list of at most 12 objects with \"name\" and \"value\""};
static const JsonField failure_fields[] = {{"command", &words}, {"url", &filled}, {NULL}};
static const JsonRule failure = {.kind = RULE_OBJECT,
                                 .fields = failure_fields,
                                 .check = check_without_effect,
                                 .allowed = "an object with \"command\" or \"url\""};
static const JsonField health_fields[] = {
        {"type", &probe},
        {"name", &string},
        {"description", &string},
        {"path", &path},
        {"port", &port},
        {"scheme", &scheme},
        {"httpHeaders", &headers},
        {"status", &status},
        {"content", &content},
        {"command", &words},
        {"listening", &boolean},
        {"notify", &boolean},
        {"watchdog", &seconds_positive},
        {"attempts", &attempts},
        {"uptime", &seconds_positive},
        {"wait", &seconds},
        {"warn", &boolean},
        {"timeout", &seconds_positive},
        {"initialDelay", &seconds},
        {"onFailure", &failure},
        {NULL},
};
static const JsonRule health_check = {.kind = RULE_OBJECT,
                                      .fields = health_fields,
                                      .check = check_health_check,
                                      .allowed =
                                              "an object with path, command, listening, uptime, notify or "
                                              "watchdog"};
static const JsonRule health_checks = {
        .kind = RULE_ARRAY, .max = 100, .item = &health_check, .allowed = "a list of at most 100 checks"};
static const JsonRule health = {.kind = RULE_MAP,
                                .max = PROCFILE_MAX_PROCESSES,
                                .item = &health_checks,
                                .key_check = check_process_key,
                                .allowed = "an object with a process type a key, 64 at most"};

/* What an environment may overlay is nearly all of the file itself. */
static const JsonField overlay_fields[] = {
        {"env", &env},         {"formation", &formation}, {"addons", &addons}, {"buildpacks", &buildpacks},
        {"scripts", &scripts}, {"stack", &string},        {"image", &string},  {NULL},
};
static const JsonRule overlay = {.kind = RULE_OBJECT, .fields = overlay_fields, .allowed = "an object"};
static const JsonField environments_fields[] = {{"test", &overlay},
                                                {"review", &overlay},
                                                {"development", &overlay},
                                                {"production", &overlay},
                                                {NULL}};
static const JsonRule environments = {.kind = RULE_OBJECT,
                                      .fields = environments_fields,
                                      .allowed = "an object with \"test\" or \"review\""};

static const JsonRule title = {.kind = RULE_STRING,
                               .min = 1,
                               .max = 300,
                               .check = check_app_title,
                               .allowed = "a string of 1 to 300 characters"};
static const JsonField top_fields[] = {
        {"env", &env},
        {"formation", &formation},
        {"addons", &addons},
        {"buildpacks", &buildpacks},
        {"scripts", &scripts},
        {"stack", &string},
        {"image", &string},
        {"$schema", &string},
        {"name", &title},
        {"description", &string},
        {"keywords", &strings},
        {"website", &string},
        {"repository", &string},
        {"logo", &string},
        {"success_url", &string},
        {"environments", &environments},
        {"cron", &cron},
        {"healthchecks", &health},
        {NULL},
};

const JsonRule appjson_rule = {.kind = RULE_OBJECT, .fields = top_fields, .allowed = "an object"};
