/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/codec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/strv.h"

int doc_open(const char *text, size_t length, const char *what, DocReader *ret, Error *e)
{
        Json *root = NULL;
        int r = js_parse(text, length, &root, e);
        if (r < 0)
                return error_prefix(e, r, "%s", what);
        if (!js_is_object(root)) {
                js_free(root);
                return error_set(e, -EBADMSG, "%s is not a JSON object", what);
        }
        *ret = (DocReader){.root = root, .at = root, .what = what, .e = e};
        return 0;
}

DocReader doc_enter(const DocReader *d, const Json *object)
{
        DocReader inner = {.at = object, .what = d->what, .e = d->e, .failed = d->failed};
        if (!js_is_object(object))
                doc_fail(&inner, -EBADMSG, NULL, "a part of it is not an object");
        return inner;
}

void doc_leave(DocReader *d, const DocReader *inner)
{
        if (d->failed == 0)
                d->failed = inner->failed;
}

void doc_clear(DocReader *d)
{
        js_free(d->root);
        *d = (DocReader){0};
}

void doc_fail(DocReader *d, int code, const char *key, const char *why)
{
        if (d->failed < 0)
                return;
        d->failed = code;
        if (code == -ENOMEM || !why)
                return;
        if (key)
                error_set(d->e, code, "%s is damaged: \"%s\" %s", d->what, key, why);
        else
                error_set(d->e, code, "%s is damaged: %s", d->what, why);
}

void doc_text_optional(DocReader *d, const char *key, char **ret)
{
        const Json *j = js_get(d->at, key);
        if (d->failed < 0 || !j)
                return;
        if (!js_is_string(j)) {
                doc_fail(d, -EBADMSG, key, "is not a string");
                return;
        }
        char *copy = strdup(js_string_value(j));
        if (!copy) {
                doc_fail(d, -ENOMEM, key, NULL);
                return;
        }
        free(*ret);
        *ret = copy;
}

void doc_text(DocReader *d, const char *key, char **ret)
{
        if (!js_get(d->at, key))
                doc_fail(d, -EBADMSG, key, "is missing");
        doc_text_optional(d, key, ret);
}

void doc_uuid(DocReader *d, const char *key, char ret[UUID_TEXT_SIZE])
{
        const char *s = js_string_value(js_get(d->at, key));
        if (!s || strlen(s) != UUID_TEXT_SIZE - 1 || !uuid_is_valid(s)) {
                doc_fail(d, -EBADMSG, key, "is not a UUID");
                return;
        }
        memcpy(ret, s, UUID_TEXT_SIZE);
}

void doc_number(DocReader *d, const char *key, uint64_t min, uint64_t max, uint64_t *ret)
{
        const Json *j = js_get(d->at, key);
        int64_t n = js_number_value(j);
        if (!js_is_number(j) || n < 0 || (uint64_t) n < min || (uint64_t) n > max) {
                doc_fail(d, -EBADMSG, key, "is not a number within its bounds");
                return;
        }
        *ret = (uint64_t) n;
}

void doc_bool(DocReader *d, const char *key, bool *ret)
{
        const Json *j = js_get(d->at, key);
        if (j && !js_is_bool(j)) {
                doc_fail(d, -EBADMSG, key, "is neither true nor false");
                return;
        }
        *ret = js_bool_value(j);
}

void doc_time(DocReader *d, const char *key, uint64_t *ret)
{
        const char *s = js_string_value(js_get(d->at, key));
        if (!s || clock_parse(s, ret) < 0)
                doc_fail(d, -EBADMSG, key, "is not a time as in \"2026-11-21T03:27:00Z\"");
}

void doc_list(DocReader *d, const char *key, char ***ret)
{
        const Json *j = js_get(d->at, key);
        if (d->failed < 0 || !j)
                return;
        if (!js_is_array(j)) {
                doc_fail(d, -EBADMSG, key, "is not a list");
                return;
        }

        /* Not by strv_append(), which walks the list each time: the document may be foreign. */
        size_t n = js_size(j);
        _cleanup_strv_ char **list = calloc(n + 1, sizeof(char *));
        if (!list) {
                doc_fail(d, -ENOMEM, key, NULL);
                return;
        }
        for (size_t i = 0; i < n; i++) {
                const char *s = js_string_value(js_at(j, i));
                if (!s) {
                        doc_fail(d, -EBADMSG, key, "is not a list of strings");
                        return;
                }
                list[i] = strdup(s);
                if (!list[i]) {
                        doc_fail(d, -ENOMEM, key, NULL);
                        return;
                }
        }
        if (n > 0) {
                strv_free(*ret);
                *ret = TAKE_PTR(list);
        }
}

DocWriter doc_new(void)
{
        Json *root = js_object();
        return (DocWriter){.root = root, .failed = root ? 0 : -ENOMEM};
}

void doc_note(DocWriter *w, int r)
{
        if (r < 0 && w->failed == 0)
                w->failed = r;
}

void doc_put(DocWriter *w, const char *key, Json *value)
{
        doc_note(w, js_set(w->root, key, value));
}

void doc_put_text(DocWriter *w, const char *key, const char *s)
{
        doc_note(w, js_set_string(w->root, key, s));
}

void doc_put_number(DocWriter *w, const char *key, uint64_t n)
{
        doc_note(w, n > INT64_MAX ? -ERANGE : 0);
        doc_put(w, key, js_number((int64_t) n));
}

void doc_put_bool(DocWriter *w, const char *key, bool b)
{
        if (b)
                doc_put(w, key, js_bool(b));
}

void doc_put_time(DocWriter *w, const char *key, uint64_t usec)
{
        char text[CLOCK_TEXT_SIZE];
        clock_format(usec, text);
        doc_put_text(w, key, text);
}

void doc_put_list(DocWriter *w, const char *key, char *const *list)
{
        if (!list || !list[0])
                return;

        Json *array = js_array();
        for (size_t i = 0; list[i]; i++)
                doc_note(w, js_add_string(array, list[i]));
        doc_put(w, key, array);
}

int doc_take(DocWriter *w, Json **ret)
{
        int r = w->failed;
        if (r < 0)
                js_free(w->root);
        else
                *ret = w->root;
        *w = (DocWriter){0};
        return r;
}

int doc_finish(DocWriter *w, char **ret)
{
        _cleanup_json_ Json *j = NULL;
        int r = doc_take(w, &j);
        return r < 0 ? r : js_format(j, ret);
}
