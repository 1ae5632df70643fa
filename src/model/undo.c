/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/undo.h"

#include <errno.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "model/app.h"
#include "model/pipeline.h"
#include "model/team.h"
#include "model/user.h"
#include "json/json.h"

typedef struct UndoKind {
        const char *action;
        const char *file; /* NULL: none */
        void (*write)(const UndoInput *in, Buffer *b);
} UndoKind;

static void parse_object(const char *text, Json **ret)
{
        _cleanup_json_ Json *j = NULL;
        if (text && js_parse(text, strlen(text), &j, NULL) >= 0 && js_is_object(j))
                *ret = TAKE_PTR(j);
}

static bool parse_formation(const char *text, Formation *ret)
{
        return text && formation_parse(text, strlen(text), ret, NULL) >= 0;
}

static bool is_same(const FormationEntry *a, const FormationEntry *b)
{
        return b && a->quantity == b->quantity && a->stopped == b->stopped && text_equal(a->size, b->size);
}

/* Every type whose number or size is another than before. */
static void undo_scale(const UndoInput *in, Buffer *b)
{
        _cleanup_formation_ Formation before = FORMATION_NULL, after = FORMATION_NULL;
        (void) parse_formation(in->before, &before); /* empty at first */
        if (!parse_formation(in->after, &after))
                return;
        for (size_t i = 0; i < after.n_entries; i++) {
                const FormationEntry *now = &after.entries[i], *was = formation_find(&before, now->type);
                if (is_same(now, was))
                        continue;
                buffer_printf(b, "%s %s=%u", b->length == 0 ? "paas ps:scale" : "", now->type,
                              was ? was->quantity : 0);
                if (was && !text_equal(was->size, now->size))
                        buffer_printf(b, ":%s", was->size);
        }
        if (b->length > 0)
                buffer_printf(b, " -a %s", in->app);
}

/* One command takes back one type; `ps:stop` stops one at a time. */
static void undo_stop(const UndoInput *in, Buffer *b)
{
        _cleanup_formation_ Formation before = FORMATION_NULL, after = FORMATION_NULL;
        if (!parse_formation(in->before, &before) || !parse_formation(in->after, &after))
                return;
        for (size_t i = 0; i < after.n_entries; i++) {
                const FormationEntry *now = &after.entries[i], *was = formation_find(&before, now->type);
                if (now->stopped && was && !was->stopped) {
                        buffer_printf(b, "paas ps:restart %s -a %s", now->type, in->app);
                        return;
                }
        }
}

static void put_missing(Buffer *b, const char *verb, char *const *from, char *const *in_list)
{
        bool first = true;
        for (char *const *d = from; d && *d; d++) {
                if (strv_contains(in_list, *d))
                        continue;
                buffer_printf(b, "%s %s", first ? verb : "", *d);
                first = false;
        }
}

static void undo_domains(const UndoInput *in, Buffer *b)
{
        _cleanup_strv_ char **before = NULL, **after = NULL;
        if (in->before)
                (void) domains_parse(in->before, strlen(in->before), &before, NULL);
        if (in->after)
                (void) domains_parse(in->after, strlen(in->after), &after, NULL);
        put_missing(b, "paas domains:remove", after, before);
        if (b->length == 0)
                put_missing(b, "paas domains:add", before, after);
        if (b->length > 0)
                buffer_printf(b, " -a %s", in->app);
}

/* {"ana": "deployer"} */
static void undo_access(const UndoInput *in, Buffer *b)
{
        _cleanup_json_ Json *before = NULL, *after = NULL;
        const char *name, *was;
        const Json *value;

        parse_object(in->before, &before);
        parse_object(in->after, &after);
        for (void *iter = NULL; before && js_next(before, &iter, &name, &value);) {
                const char *now = NULL;
                was = js_string_value(value);
                if (after)
                        (void) js_get_string(after, name, &now);
                if (was && !text_equal(was, now)) {
                        buffer_printf(b, "paas access:%s %s --role %s -a %s", now ? "update" : "add", name,
                                      was, in->app);
                        return;
                }
        }
        for (void *iter = NULL; after && js_next(after, &iter, &name, &value);)
                if (!before || js_get_string(before, name, &was) < 0) {
                        buffer_printf(b, "paas access:remove %s -a %s", name, in->app);
                        return;
                }
}

static void undo_member(const UndoInput *in, Buffer *b)
{
        _cleanup_team_ Team before = TEAM_NULL, after = TEAM_NULL;
        if (!in->before || team_parse(in->before, strlen(in->before), &before, NULL) < 0 || !in->after ||
            team_parse(in->after, strlen(in->after), &after, NULL) < 0)
                return;
        if (streq(in->action, "teams:lead") && before.lead)
                buffer_printf(b, "paas teams:lead %s %s", in->object, before.lead);
        STRV_FOREACH(name, after.members)
                if (b->length == 0 && !strv_contains(before.members, *name))
                        buffer_printf(b, "paas teams:remove %s %s", in->object, *name);
        STRV_FOREACH(name, before.members)
                if (b->length == 0 && !strv_contains(after.members, *name))
                        buffer_printf(b, "paas teams:add %s %s", in->object, *name);
}

static void undo_team(const UndoInput *in, Buffer *b)
{
        buffer_printf(b, "paas teams:destroy %s", in->object);
}

static void put_quoted(Buffer *b, const char *s)
{
        buffer_puts(b, "'");
        for (; *s; s++)
                if (*s == '\'')
                        buffer_puts(b, "'\\''");
                else
                        buffer_append(b, s, 1);
        buffer_puts(b, "'");
}

static void undo_lock(const UndoInput *in, Buffer *b)
{
        _cleanup_json_ Json *before = NULL;
        const char *reason;

        parse_object(in->before, &before);
        if (!before) {
                buffer_printf(b, "paas apps:unlock -a %s", in->app);
        } else if (!in->after && js_get_string(before, "reason", &reason) >= 0) {
                buffer_puts(b, "paas apps:lock --reason ");
                put_quoted(b, reason);
                buffer_printf(b, " -a %s", in->app);
        }
}

static void undo_transfer(const UndoInput *in, Buffer *b)
{
        _cleanup_app_ App before = APP_NULL;
        if (in->before && app_parse(in->before, strlen(in->before), &before, NULL) >= 0)
                buffer_printf(b, "paas apps:transfer %s -a %s", before.owner, in->app);
}

static void undo_create(const UndoInput *in, Buffer *b)
{
        buffer_printf(b, "paas apps:destroy -a %s --confirm %s", in->app, in->app);
}

static void undo_destroy(const UndoInput *in, Buffer *b)
{
        buffer_printf(b, "paas apps:restore %s", in->app);
}

static void undo_key(const UndoInput *in, Buffer *b)
{
        _cleanup_user_ User before = USER_NULL, after = USER_NULL;
        if (!in->before || user_parse(in->before, strlen(in->before), &before, NULL) < 0 || !in->after ||
            user_parse(in->after, strlen(in->after), &after, NULL) < 0)
                return;
        for (size_t i = 0; i < after.n_keys; i++)
                if (!user_find_key(&before, after.keys[i].fingerprint)) {
                        buffer_printf(b, "paas keys:remove %s --user %s", after.keys[i].fingerprint,
                                      in->object);
                        return;
                }
}

static void undo_user(const UndoInput *in, Buffer *b)
{
        bool off = streq(in->action, "users:disable");
        buffer_printf(b, "paas users:%s %s", off ? "enable" : "disable", in->object);
}

/* A value may be a line of text: what a shell would act on is quoted. */
static void put_setting(Buffer *b, const char *key, const char *value)
{
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/%:,";
        buffer_printf(b, "%s %s=", b->length == 0 ? "paas settings:set" : "", key);
        if (value[strspn(value, plain)])
                put_quoted(b, value);
        else
                buffer_puts(b, value);
}

static void undo_settings(const UndoInput *in, Buffer *b)
{
        _cleanup_json_ Json *before = NULL, *after = NULL;
        const char *key;
        const Json *value;

        parse_object(in->before, &before);
        parse_object(in->after, &after);
        for (void *iter = NULL; after && js_next(after, &iter, &key, &value);) {
                const char *was = "", *now = js_string_value(value);
                if (before)
                        (void) js_get_string(before, key, &was);
                if (now && !streq(was, now))
                        put_setting(b, key, was);
        }
        for (void *iter = NULL; before && js_next(before, &iter, &key, &value);)
                if (js_string_value(value) && (!after || !js_get(after, key)))
                        put_setting(b, key, js_string_value(value));
        if (b->length > 0)
                buffer_printf(b, " -a %s", in->app);
}

static void undo_pipeline(const UndoInput *in, Buffer *b)
{
        _cleanup_pipeline_ Pipeline before = PIPELINE_NULL, after = PIPELINE_NULL;
        if (streq(in->action, "pipelines:create")) {
                buffer_printf(b, "paas pipelines:destroy %s", in->object);
                return;
        }
        if (!in->before || pipeline_parse(in->before, strlen(in->before), &before, NULL) < 0 || !in->after ||
            pipeline_parse(in->after, strlen(in->after), &after, NULL) < 0)
                return;
        for (size_t i = 0; i < after.n_apps && b->length == 0; i++)
                if (!pipeline_find(&before, after.apps[i].app))
                        buffer_printf(b, "paas pipelines:remove -a %s", after.apps[i].app);
        for (size_t i = 0; i < before.n_apps && b->length == 0; i++) {
                const PipelineApp *was = &before.apps[i], *now = pipeline_find(&after, was->app);
                if (!now)
                        buffer_printf(b, "paas pipelines:add %s -a %s -s %s", in->object, was->app,
                                      stage_to_string(was->stage));
                else if (now->stage != was->stage)
                        buffer_printf(b, "paas pipelines:update -a %s -s %s", was->app,
                                      stage_to_string(was->stage));
        }
}

static void undo_release_lock(const UndoInput *in, Buffer *b)
{
        if (in->release > 0)
                buffer_printf(b, "paas releases:unlock v%llu -a %s", (unsigned long long) in->release,
                              in->app);
}

static const UndoKind kinds[] = {
        {"access:add", "access", undo_access},
        {"access:remove", "access", undo_access},
        {"access:update", "access", undo_access},
        {"apps:create", NULL, undo_create},
        {"apps:destroy", NULL, undo_destroy},
        {"apps:lock", "lock", undo_lock},
        {"apps:restore", NULL, undo_create},
        {"apps:transfer", "app", undo_transfer},
        {"apps:unlock", "lock", undo_lock},
        {"domains:add", "domains", undo_domains},
        {"domains:remove", "domains", undo_domains},
        {"keys:add", "user", undo_key},
        {"pipelines:add", "pipeline", undo_pipeline},
        {"pipelines:create", NULL, undo_pipeline},
        {"pipelines:remove", "pipeline", undo_pipeline},
        {"pipelines:update", "pipeline", undo_pipeline},
        {"ps:scale", "formation", undo_scale},
        {"ps:stop", "formation", undo_stop},
        {"releases:lock", NULL, undo_release_lock},
        {"settings:set", "settings", undo_settings},
        {"teams:add", "team", undo_member},
        {"teams:create", NULL, undo_team},
        {"teams:lead", "team", undo_member},
        {"teams:remove", "team", undo_member},
        {"users:add", NULL, undo_user},
        {"users:disable", NULL, undo_user},
        {"users:enable", NULL, undo_user},
};

static const UndoKind *find_kind(const char *action)
{
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                if (streq(kinds[i].action, action))
                        return &kinds[i];
        return NULL;
}

const char *undo_file(const char *action)
{
        const UndoKind *kind = find_kind(action);
        return kind ? kind->file : NULL;
}

int undo_command(const UndoInput *in, char **ret)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        const UndoKind *kind = find_kind(in->action);
        if (kind && (in->app || in->object))
                kind->write(in, &b);
        else if (!kind && in->app && in->release > 0 && in->previous > 0)
                buffer_printf(&b, "paas rollback v%llu -a %s", (unsigned long long) in->previous, in->app);
        if (b.failed)
                return -ENOMEM;
        *ret = b.data;
        b = BUFFER_NULL;
        return 0;
}
