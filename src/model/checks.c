/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/checks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/name.h"

static int take(Checks *all, const char *process, const Json *list)
{
        for (size_t i = 0; i < js_size(list); i++) {
                _cleanup_check_ Check c = CHECK_NULL;
                Check *longer = reallocarray(all->list, all->n + 1, sizeof(Check));
                if (!longer)
                        return -ENOMEM;
                all->list = longer;
                int r = check_read(js_at(list, i), &c);
                if (r == -EINVAL) /* of a release that is older than a rule */
                        continue;
                if (r >= 0)
                        r = text_replace(&c.process, process);
                if (r < 0)
                        return r;
                all->list[all->n++] = c;
                c = CHECK_NULL;
        }
        return 0;
}

int checks_parse(const char *app_json, size_t length, Checks *ret)
{
        _cleanup_checks_ Checks all = CHECKS_NULL;
        _cleanup_json_ Json *j = NULL;
        const char *key;
        const Json *list;
        void *iter = NULL;
        int r = js_parse(app_json, length, &j, NULL);
        if (r < 0)
                return r == -EBADMSG ? -EINVAL : r;
        const Json *health = js_get(j, "healthchecks");
        while (health && js_next(health, &iter, &key, &list)) {
                _cleanup_free_ char *process = NULL;
                r = process_type_canonical(key, strlen(key), &process, NULL);
                if (r >= 0)
                        r = take(&all, process, list);
                if (r < 0)
                        return r;
        }
        *ret = all;
        all = CHECKS_NULL;
        return 0;
}

static int copy_one(const Check *c, Checks *all)
{
        Check copy;
        int r = check_parse(c->text, strlen(c->text), &copy);
        if (r < 0)
                return r;
        all->list[all->n++] = copy;
        return text_replace(&all->list[all->n - 1].process, c->process);
}

int checks_copy(const Checks *c, Checks *ret)
{
        _cleanup_checks_ Checks copy = CHECKS_NULL;
        copy.list = c->n > 0 ? calloc(c->n, sizeof(Check)) : NULL;
        if (c->n > 0 && !copy.list)
                return -ENOMEM;
        for (size_t i = 0; i < c->n; i++) {
                int r = copy_one(&c->list[i], &copy);
                if (r < 0)
                        return r;
        }
        *ret = copy;
        copy = CHECKS_NULL;
        return 0;
}

void checks_clear(Checks *c)
{
        for (size_t i = 0; i < c->n; i++)
                check_clear(&c->list[i]);
        free(c->list);
        *c = CHECKS_NULL;
}

const Check *checks_next(const Checks *c, const char *process, CheckType type, const Check *previous)
{
        for (size_t i = previous ? (size_t) (previous - c->list) + 1 : 0; i < c->n; i++)
                if (c->list[i].type == type && streq(c->list[i].process, process))
                        return &c->list[i];
        return NULL;
}

const Check *checks_find(const Checks *c, const char *process, CheckType type, CheckWay way)
{
        const Check *x = checks_next(c, process, type, NULL);
        while (x && x->way != way)
                x = checks_next(c, process, type, x);
        return x;
}

bool checks_gate(const Checks *c, const char *process, CheckWay way)
{
        return checks_find(c, process, CHECK_STARTUP, way) || checks_find(c, process, CHECK_READINESS, way);
}

bool checks_usual(const Checks *c)
{
        return !checks_gate(c, "web", CHECK_PATH) && !checks_gate(c, "web", CHECK_LISTENING) &&
               !checks_gate(c, "web", CHECK_COMMAND);
}

bool checks_has(const Checks *c, const char *process)
{
        for (size_t i = 0; i < c->n; i++)
                if (streq(c->list[i].process, process))
                        return true;
        return false;
}
