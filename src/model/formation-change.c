/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One argument of ps:scale: "web=2", "web=2:standard-2x", "worker+1", "worker-1". */

#include "model/formation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/text.h"
#include "model/excerpt.h"
#include "model/name.h"
#include "model/size.h"

typedef struct Change {
        char *type; /* canonical */
        char sign;  /* '=', '+' or '-' */
        unsigned number;
        const Size *size; /* NULL: not named */
} Change;

static int not_a_change(const char *text, Error *e)
{
        char shown[EXCERPT_SIZE];
        return error_set(e, -EINVAL,
                         "\"%s\" says nothing to scale: write web=2, web=2:%s, worker+1 or worker-1",
                         excerpt(text, strlen(text), shown), SIZE_DEFAULT);
}

/* A type may have dashes itself, so a minus is the last one. */
static const char *find_sign(const char *text, size_t length)
{
        const char *equals = memchr(text, '=', length);
        if (equals)
                return equals;
        const char *plus = memchr(text, '+', length);
        return plus ? plus : memrchr(text, '-', length);
}

static int parse_change(const char *text, Change *ret, Error *e)
{
        size_t length = strcspn(text, ":");
        const char *sign = find_sign(text, length);
        if (!sign)
                return not_a_change(text, e);

        char shown[EXCERPT_SIZE];
        _cleanup_free_ char *digits = strndup(sign + 1, length - (size_t) (sign + 1 - text));
        if (!digits)
                return -ENOMEM;
        uint64_t number;
        int r = text_parse_uint(digits, FORMATION_MAX_QUANTITY, &number);
        if (r == -ERANGE)
                return error_set(e, -EINVAL, "\"%s\": a process type has at most %d processes",
                                 excerpt(text, strlen(text), shown), FORMATION_MAX_QUANTITY);
        if (r < 0)
                return not_a_change(text, e);

        const Size *size = NULL;
        if (text[length] == ':') {
                size = size_find(text + length + 1);
                if (!size)
                        return error_set(e, -EINVAL, "there is no size \"%s\": the sizes are %s",
                                         excerpt(text + length + 1, strlen(text + length + 1), shown),
                                         size_names());
        }
        r = process_type_canonical(text, (size_t) (sign - text), &ret->type, e);
        if (r < 0)
                return r;
        ret->sign = *sign;
        ret->number = (unsigned) number;
        ret->size = size;
        return 0;
}

static int no_such_type(const char *type, const Procfile *p, Error *e)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *types = NULL;

        for (size_t i = 0; i < p->n_processes; i++)
                buffer_printf(&b, "%s%s", i > 0 ? ", " : "", p->processes[i].type);
        if (buffer_finish(&b, &types, NULL) < 0)
                return -ENOMEM;
        return error_set(e, -EINVAL, "there is no process type \"%s\" in the current release: it has %s",
                         type, types);
}

static int new_quantity(const Change *c, unsigned now, unsigned *ret, Error *e)
{
        if (c->sign == '-' && c->number > now)
                return error_set(e, -EINVAL, "%s-%u: there are only %u", c->type, c->number, now);
        unsigned quantity = c->sign == '=' ? c->number : c->sign == '+' ? now + c->number : now - c->number;
        if (quantity > FORMATION_MAX_QUANTITY)
                return error_set(e, -EINVAL, "%s: %u are asked for, a process type has at most %d processes",
                                 c->type, quantity, FORMATION_MAX_QUANTITY);
        *ret = quantity;
        return 0;
}

static int apply(Formation *f, const Change *c, const Procfile *p, Error *e)
{
        const FormationEntry *entry = formation_find(f, c->type);
        unsigned quantity;
        int r = new_quantity(c, entry ? entry->quantity : 0, &quantity, e);
        if (r < 0)
                return r;

        /* What an older release had may still be taken down to 0. */
        if (p && !procfile_find(p, c->type) && !(entry && quantity == 0))
                return no_such_type(c->type, p, e);
        if (streq(c->type, "release") && quantity > 0)
                return error_set(e, -EINVAL,
                                 "\"release\" is run once for each release and cannot be scaled");
        return formation_set(f, c->type, quantity, c->size ? c->size->name : NULL);
}

int formation_change(Formation *f, const char *change, const Procfile *p, Error *e)
{
        Change c = {0};
        int r = parse_change(change, &c, e);
        if (r >= 0)
                r = apply(f, &c, p, e);
        free(c.type);
        return r;
}
