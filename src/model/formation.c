/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/formation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/excerpt.h"
#include "model/name.h"
#include "model/size.h"

/* Where `type` is, or belongs. */
static bool locate(const Formation *f, const char *type, size_t *ret)
{
        size_t i = 0;
        int order = -1;
        for (; i < f->n_entries; i++) {
                order = strcmp(f->entries[i].type, type);
                if (order >= 0)
                        break;
        }
        *ret = i;
        return order == 0;
}

FormationEntry *formation_find(const Formation *f, const char *type)
{
        size_t i;
        return locate(f, type, &i) ? &f->entries[i] : NULL;
}

static int add_entry(Formation *f, size_t i, const char *type, const char *size, unsigned quantity)
{
        FormationEntry *entries = reallocarray(f->entries, f->n_entries + 1, sizeof(FormationEntry));
        if (!entries)
                return -ENOMEM;
        f->entries = entries;

        _cleanup_free_ char *t = strdup(type), *s = strdup(size);
        if (!t || !s)
                return -ENOMEM;
        memmove(entries + i + 1, entries + i, (f->n_entries - i) * sizeof(FormationEntry));
        entries[i] = (FormationEntry){.type = TAKE_PTR(t), .size = TAKE_PTR(s), .quantity = quantity};
        f->n_entries++;
        return 0;
}

int formation_set(Formation *f, const char *type, unsigned quantity, const char *size)
{
        if (process_type_check(type, NULL) < 0)
                return -EINVAL;
        if (quantity > FORMATION_MAX_QUANTITY)
                return -ERANGE;
        const Size *known = size ? size_find(size) : NULL;
        if (size && !known)
                return -EINVAL;

        size_t i;
        if (!locate(f, type, &i))
                return add_entry(f, i, type, known ? known->name : SIZE_DEFAULT, quantity);
        if (known) {
                int r = text_replace(&f->entries[i].size, known->name);
                if (r < 0)
                        return r;
        }
        f->entries[i].quantity = quantity;
        f->entries[i].stopped = false;
        return 0;
}

unsigned formation_wanted(const Formation *f, const char *type)
{
        const FormationEntry *entry = formation_find(f, type);
        return !entry || entry->stopped ? 0 : entry->quantity;
}

int formation_to_json(const Formation *f, Json **ret)
{
        _cleanup_json_ Json *all = js_object();
        if (!all)
                return -ENOMEM;

        for (size_t i = 0; i < f->n_entries; i++) {
                const FormationEntry *entry = &f->entries[i];
                _cleanup_json_ Json *j = js_object();
                int r = js_set_number(j, "quantity", entry->quantity);
                if (r >= 0)
                        r = js_set_string(j, "size", entry->size);
                if (r >= 0 && entry->stopped)
                        r = js_set_bool(j, "stopped", true);
                if (r >= 0)
                        r = js_set(all, entry->type, TAKE_PTR(j));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(all);
        return 0;
}

static int entry_from_json(Formation *f, const char *type, const Json *j, Error *e)
{
        const char *size;
        int64_t quantity;
        bool stopped = false;

        int r = -EINVAL;
        if (js_get_number(j, "quantity", &quantity) >= 0 && quantity >= 0 &&
            quantity <= FORMATION_MAX_QUANTITY && js_get_string(j, "size", &size) >= 0 &&
            js_get_bool(j, "stopped", &stopped) != -EINVAL)
                r = formation_set(f, type, (unsigned) quantity, size);
        if (r == -EINVAL) {
                char shown[EXCERPT_SIZE];
                return error_set(e, -EBADMSG,
                                 "the stored formation is damaged: \"%s\" is not a process type with a "
                                 "quantity and a size",
                                 excerpt(type, strlen(type), shown));
        }
        if (r < 0)
                return r;
        formation_find(f, type)->stopped = stopped;
        return 0;
}

int formation_from_json(const Json *j, Formation *ret, Error *e)
{
        if (!js_is_object(j))
                return error_set(e, -EBADMSG, "the stored formation is not a JSON object");

        _cleanup_formation_ Formation f = FORMATION_NULL;
        const char *type;
        const Json *entry;
        void *iter = NULL;
        while (js_next(j, &iter, &type, &entry)) {
                int r = entry_from_json(&f, type, entry, e);
                if (r < 0)
                        return r;
        }
        *ret = f;
        f = FORMATION_NULL;
        return 0;
}

int formation_copy(const Formation *f, Formation *ret)
{
        _cleanup_formation_ Formation copy = FORMATION_NULL;

        for (size_t i = 0; i < f->n_entries; i++) {
                const FormationEntry *entry = &f->entries[i];
                int r = add_entry(&copy, i, entry->type, entry->size, entry->quantity);
                if (r < 0)
                        return r;
                copy.entries[i].stopped = entry->stopped;
        }
        *ret = copy;
        copy = FORMATION_NULL;
        return 0;
}

void formation_clear(Formation *f)
{
        for (size_t i = 0; i < f->n_entries; i++) {
                free(f->entries[i].type);
                free(f->entries[i].size);
        }
        free(f->entries);
        *f = FORMATION_NULL;
}
