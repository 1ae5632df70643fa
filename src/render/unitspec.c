/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/unitspec.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

static void unit_property_clear(UnitProperty *p)
{
        free(p->name);
        if (p->type == UNIT_STRING)
                free(p->string);
        strv_free(p->list);
        strv_free(p->list2);
}

UnitSpec *unit_spec_new(const char *name)
{
        _cleanup_unit_spec_ UnitSpec *s = calloc(1, sizeof(UnitSpec));
        if (!s)
                return NULL;
        s->name = strdup(name);
        return s->name ? TAKE_PTR(s) : NULL;
}

UnitSpec *unit_spec_free(UnitSpec *s)
{
        if (!s)
                return NULL;
        for (size_t i = 0; i < s->n_properties; i++)
                unit_property_clear(s->properties + i);
        free(s->properties);
        free(s->name);
        free(s);
        return NULL;
}

static void spec_fail(UnitSpec *s, int r)
{
        if (s && s->failed == 0)
                s->failed = r;
}

/* The new property, or NULL when the spec has failed (`s` may be NULL: unit_spec_check() says so). */
static UnitProperty *property_add(UnitSpec *s, const char *name, UnitPropertyType type)
{
        if (!s || s->failed < 0)
                return NULL;

        UnitProperty *all = realloc(s->properties, (s->n_properties + 1) * sizeof(UnitProperty));
        if (!all) {
                spec_fail(s, -ENOMEM);
                return NULL;
        }
        s->properties = all;

        UnitProperty *p = all + s->n_properties;
        *p = (UnitProperty){.name = strdup(name), .type = type};
        if (!p->name) {
                spec_fail(s, -ENOMEM);
                return NULL;
        }
        s->n_properties++;
        return p;
}

/* The property that a list item goes to. One name with two types is a mistake in the program. */
static UnitProperty *property_find_or_add(UnitSpec *s, const char *name, UnitPropertyType type)
{
        for (size_t i = 0; s && i < s->n_properties; i++) {
                UnitProperty *p = s->properties + i;
                if (!streq(p->name, name))
                        continue;
                if (p->type == type)
                        return p;
                spec_fail(s, -EINVAL);
                return NULL;
        }
        return property_add(s, name, type);
}

static void add_number(UnitSpec *s, const char *property, UnitPropertyType type, uint64_t value)
{
        UnitProperty *p = property_add(s, property, type);
        if (p)
                p->number = value;
}

/* Takes `value` over. */
static void add_string(UnitSpec *s, const char *property, char *value)
{
        UnitProperty *p = property_add(s, property, UNIT_STRING);
        if (!p) {
                free(value);
                return;
        }
        p->string = value;
        if (!value)
                spec_fail(s, -ENOMEM);
}

void unit_spec_string(UnitSpec *s, const char *property, const char *value)
{
        add_string(s, property, strdup(value));
}

void unit_spec_stringf(UnitSpec *s, const char *property, const char *format, ...)
{
        char *value = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&value, format, ap) < 0)
                value = NULL;
        va_end(ap);
        add_string(s, property, value);
}

void unit_spec_bool(UnitSpec *s, const char *property, bool value)
{
        add_number(s, property, UNIT_BOOL, value);
}

void unit_spec_u64(UnitSpec *s, const char *property, uint64_t value)
{
        add_number(s, property, UNIT_U64, value);
}

void unit_spec_u32(UnitSpec *s, const char *property, uint32_t value)
{
        add_number(s, property, UNIT_U32, value);
}

void unit_spec_i32(UnitSpec *s, const char *property, int32_t value)
{
        add_number(s, property, UNIT_I32, (uint64_t) (int64_t) value);
}

void unit_spec_status(UnitSpec *s, const char *property, int32_t status)
{
        add_number(s, property, UNIT_STATUS, (uint64_t) (int64_t) status);
}

void unit_spec_fd(UnitSpec *s, const char *property, int fd)
{
        UnitProperty *p = property_add(s, property, UNIT_FD);
        if (p)
                p->fd = fd;
}

static bool type_is_list(UnitPropertyType type)
{
        return type == UNIT_STRV || type == UNIT_EXEC || type == UNIT_ENV_FILES || type == UNIT_LOG_FIELDS ||
               type == UNIT_STREAMS;
}

/* Takes `item` over. */
static void add_item(UnitSpec *s, UnitPropertyType type, const char *property, char *item)
{
        if (!type_is_list(type))
                spec_fail(s, -EINVAL);

        UnitProperty *p = property_find_or_add(s, property, type);
        if (!p) {
                free(item);
                return;
        }
        int r = strv_consume(&p->list, item);
        if (r < 0)
                spec_fail(s, r);
}

void unit_spec_list(UnitSpec *s, UnitPropertyType type, const char *property, const char *item)
{
        add_item(s, type, property, strdup(item));
}

void unit_spec_listf(UnitSpec *s, UnitPropertyType type, const char *property, const char *format, ...)
{
        char *item = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&item, format, ap) < 0)
                item = NULL;
        va_end(ap);
        add_item(s, type, property, item);
}

void unit_spec_bind(UnitSpec *s, const char *property, const char *source, const char *destination)
{
        UnitProperty *p = property_find_or_add(s, property, UNIT_BINDS);
        if (!p)
                return;
        int r = strv_append(&p->list, source);
        if (r >= 0)
                r = strv_append(&p->list2, destination);
        if (r < 0)
                spec_fail(s, r);
}

int unit_spec_check(const UnitSpec *s)
{
        return s ? s->failed : -ENOMEM;
}
