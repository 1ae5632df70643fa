/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every reader of a file of the state gets the input: whichever takes it must write it back the same. */

#include "basic/fuzz.h"
#include "basic/strv.h"
#include "model/access.h"
#include "model/app.h"
#include "model/applock.h"
#include "model/pipeline.h"
#include "model/release.h"
#include "model/setting.h"
#include "model/team.h"
#include "model/unitname.h"
#include "model/user.h"

static void check_failure(int r, const Error *e)
{
        fuzz_require((r < 0) == (e->message != NULL));
        fuzz_check_text(e->message);
}

static void try_app(const char *s, size_t n)
{
        _cleanup_app_ App a = APP_NULL, again = APP_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = app_parse(s, n, &a, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(a.run_uid >= APP_UID_FIRST && a.build_uid <= APP_UID_LAST);
        fuzz_require(app_format(&a, &text) >= 0);
        fuzz_require(app_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(app_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

static void try_release(const char *s, size_t n)
{
        _cleanup_release_ Release l = RELEASE_NULL, again = RELEASE_NULL, copy = RELEASE_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = release_parse(s, n, &l, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(l.version > 0);
        fuzz_require(release_copy(&l, &copy) >= 0);
        fuzz_require(release_format(&copy, &text) >= 0);
        fuzz_require(release_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(release_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

static void try_user(const char *s, size_t n)
{
        _cleanup_user_ User u = USER_NULL, again = USER_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = user_parse(s, n, &u, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(u.n_keys <= USER_KEYS_MAX);
        fuzz_require(user_format(&u, &text) >= 0);
        fuzz_require(user_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(user_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

static void try_pipeline(const char *s, size_t n)
{
        _cleanup_pipeline_ Pipeline p = PIPELINE_NULL, again = PIPELINE_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = pipeline_parse(s, n, &p, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(p.n_apps <= PIPELINE_APPS_MAX);
        fuzz_require(pipeline_format(&p, &text) >= 0);
        fuzz_require(pipeline_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(pipeline_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

static void try_formation(const char *s, size_t n)
{
        _cleanup_formation_ Formation f = FORMATION_NULL, again = FORMATION_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = formation_parse(s, n, &f, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(formation_format(&f, &text) >= 0);
        fuzz_require(formation_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(formation_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

static void try_domains(const char *s, size_t n)
{
        _cleanup_strv_ char **list = NULL, **again = NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = domains_parse(s, n, &list, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(domains_format(list, &text) >= 0);
        fuzz_require(domains_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(domains_format(again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

static void try_access(const char *s, size_t n)
{
        _cleanup_access_ Access a = ACCESS_NULL, again = ACCESS_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = access_parse(s, n, &a, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(a.n_grants <= ACCESS_MAX);
        for (size_t i = 0; i < a.n_grants; i++)
                fuzz_require(a.grants[i].role > ROLE_NONE && a.grants[i].role < ROLE_OWNER);
        fuzz_require(access_format(&a, &text) >= 0);
        fuzz_require(access_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(access_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

static void try_team(const char *s, size_t n)
{
        _cleanup_team_ Team t = TEAM_NULL, again = TEAM_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = team_parse(s, n, &t, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(!t.lead || team_has(&t, t.lead));
        fuzz_require(team_format(&t, &text) >= 0);
        fuzz_require(team_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(team_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

/* Names that come from outside as strings: of units, and of what is to be scaled. */
static void try_lock(const char *s, size_t n)
{
        _cleanup_app_lock_ AppLock l = APP_LOCK_NULL, again = APP_LOCK_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = app_lock_parse(s, n, &l, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(app_lock_check_reason(l.reason, NULL) >= 0);
        fuzz_require(app_lock_format(&l, &text) >= 0);
        fuzz_require(app_lock_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(app_lock_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

/* Of the stored file, and of what a person gives as value to each setting that there is. */
static void try_settings(const char *s, size_t n)
{
        _cleanup_app_settings_ AppSettings a = APP_SETTINGS_NULL, again = APP_SETTINGS_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        for (const Setting *setting = settings_table; setting->name; setting++) {
                _cleanup_free_ char *value = NULL, *same = NULL;
                if (setting_canonical(setting, s, &value, NULL) < 0)
                        continue;
                fuzz_require(setting_canonical(setting, value, &same, NULL) >= 0 && streq(value, same));
        }
        int r = app_settings_parse(s, n, &a, &e);
        check_failure(r, &e);
        if (r < 0)
                return;
        fuzz_require(app_settings_format(&a, &text) >= 0);
        fuzz_require(app_settings_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(app_settings_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
}

static void try_names(const char *s)
{
        _cleanup_instance_name_ InstanceName n = INSTANCE_NAME_NULL;
        _cleanup_formation_ Formation f = FORMATION_NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        if (instance_name_parse(s, &n) >= 0) {
                _cleanup_free_ char *unit = instance_unit_name(&n, ".service");
                fuzz_require(unit && streq(unit, s));
        }
        check_failure(formation_change(&f, s, NULL, &e), &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *s = fuzz_string(data, size);

        try_app(s, size);
        try_release(s, size);
        try_user(s, size);
        try_pipeline(s, size);
        try_formation(s, size);
        try_domains(s, size);
        try_lock(s, size);
        try_access(s, size);
        try_team(s, size);
        try_settings(s, size);
        try_names(s);
        return 0;
}
