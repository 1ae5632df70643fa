/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/treeinspect.h"

#include <errno.h>

#include "basic/text.h"
#include "ssh/gitobjects.h"

#define ENTRY_MAX 8192
#define POINTER_BEGINS "version https://git-lfs."

void inspect_clear(Inspect *i)
{
        for (size_t n = 0; n < i->n; n++) {
                free(i->oids[n]);
                free(i->paths[n]);
        }
        free(i->oids);
        free(i->paths);
        buffer_clear(&i->entry);
        *i = INSPECT_NULL;
}

static int reserve(Inspect *i)
{
        if (i->n < i->allocated)
                return 0;
        size_t wanted = i->allocated ? i->allocated * 2 : 64;
        char **oids = reallocarray(i->oids, wanted, sizeof(char *));
        if (!oids)
                return -ENOMEM;
        i->oids = oids;
        char **paths = reallocarray(i->paths, wanted, sizeof(char *));
        if (!paths)
                return -ENOMEM;
        i->paths = paths;
        i->allocated = wanted;
        return 0;
}

static int keep(Inspect *i, const char *oid, const char *path)
{
        if (i->n >= INSPECT_FILES_MAX)
                return 0;
        int r = reserve(i);
        if (r < 0)
                return r;
        _cleanup_free_ char *oid_copy = strdup(oid), *path_copy = strdup(path);
        if (!oid_copy || !path_copy)
                return -ENOMEM;
        i->oids[i->n] = TAKE_PTR(oid_copy);
        i->paths[i->n] = TAKE_PTR(path_copy);
        i->n++;
        return 0;
}

/* "<mode> <type> <object> <size>\t<path>" */
static int take_entry(Inspect *i, char *entry)
{
        char *tab = strchr(entry, '\t');
        if (!tab)
                return 0;
        *tab = '\0';
        const char *path = tab + 1;
        const char *name = strrchr(path, '/');
        if (streq(name ? name + 1 : path, ".gitattributes"))
                i->attributes = true;

        char *state = NULL;
        const char *mode = strtok_r(entry, " ", &state), *type = strtok_r(NULL, " ", &state);
        const char *oid = strtok_r(NULL, " ", &state), *size = strtok_r(NULL, " ", &state);
        uint64_t bytes;
        if (!mode || !type || !oid || !size)
                return 0;
        if (streq(type, "commit"))
                i->submodules++;
        if (text_parse_uint(size, INSPECT_POINTER_MAX, &bytes) < 0 || bytes < INSPECT_POINTER_MIN)
                return 0;
        return keep(i, oid, path);
}

int inspect_feed(Inspect *i, const char *data, size_t length)
{
        while (length > 0) {
                const char *end = memchr(data, '\0', length);
                size_t n = end ? (size_t) (end - data) : length;
                if (i->entry.length + n <= ENTRY_MAX)
                        buffer_append(&i->entry, data, n);
                if (i->entry.failed)
                        return -ENOMEM;
                if (!end)
                        return 0;
                int r = i->entry.data ? take_entry(i, i->entry.data) : 0;
                buffer_clear(&i->entry);
                if (r < 0)
                        return r;
                data += n + 1;
                length -= n + 1;
        }
        return 0;
}

int inspect_pointers(const Inspect *i, const char *repository, char ***ret)
{
        _cleanup_objects_ Objects objects = OBJECTS_NULL;
        _cleanup_strv_ char **found = NULL;

        *ret = NULL;
        if (!i->attributes || i->n == 0)
                return 0;
        int r = objects_open(&objects, repository);
        for (size_t n = 0; r >= 0 && n < i->n; n++) {
                _cleanup_free_ char *text = NULL;
                r = objects_read(&objects, i->oids[n], &text);
                if (r >= 0 && text && text_after(text, POINTER_BEGINS))
                        r = strv_append(&found, i->paths[n]);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(found);
        return 0;
}
