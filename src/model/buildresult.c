/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The document comes from a process of the application's build user. Only one spelling of each result is
 * accepted: what was read is written again and must give the same bytes, so there is no field that is
 * ignored and no second way to say a thing.
 */

#include "model/buildresult.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/codec.h"

#define PACK_NAME_MAX 30
#define VERSIONS_MAX 64
#define VERSION_MAX 128
#define HEX_SHA256 64

static Json *process_to_json(const Process *p)
{
        DocWriter w = doc_new();
        Json *j = NULL;
        doc_put_text(&w, "type", p->type);
        doc_put_text(&w, "command", p->command);
        return doc_take(&w, &j) < 0 ? NULL : j;
}

int build_result_format(const BuildResult *b, char **ret)
{
        Json *processes = js_array();
        DocWriter w = doc_new();

        for (size_t i = 0; i < b->procfile.n_processes; i++)
                doc_note(&w, js_add(processes, process_to_json(&b->procfile.processes[i])));
        doc_put(&w, "processes", processes);
        doc_put_text(&w, "app_json", b->app_json.text);
        doc_put_text(&w, "pack", b->pack);
        doc_put_text(&w, "listen", b->listen == LISTEN_PORT ? NULL : listen_to_string(b->listen));
        doc_put_text(&w, "manifest", b->manifest);
        doc_put_list(&w, "versions", b->versions);
        doc_put_number(&w, "bytes", b->bytes);
        doc_put_number(&w, "files", b->files);
        return doc_finish(&w, ret);
}

static void read_processes(DocReader *d, Procfile *p)
{
        const Json *list = js_get(d->at, "processes");
        if (!js_is_array(list) || js_size(list) == 0 || js_size(list) > PROCFILE_MAX_PROCESSES) {
                doc_fail(d, -EBADMSG, "processes", "is not a list of 1 to 64 process types");
                return;
        }
        for (size_t i = 0; d->failed == 0 && i < js_size(list); i++) {
                _cleanup_free_ char *type = NULL, *command = NULL;
                DocReader inner = doc_enter(d, js_at(list, i));
                doc_text(&inner, "type", &type);
                doc_text(&inner, "command", &command);
                doc_leave(d, &inner);
                int r = d->failed == 0 ? procfile_add(p, type, command) : 0;
                if (r < 0)
                        doc_fail(d, r == -ENOMEM ? r : -EBADMSG, "processes",
                                 "has a process type that cannot be one");
        }
}

static void read_app_json(DocReader *d, AppJson *a)
{
        _cleanup_free_ char *text = NULL;
        doc_text_optional(d, "app_json", &text);
        if (d->failed < 0 || !text)
                return;
        int r = appjson_parse(text, strlen(text), a, NULL, NULL);
        if (r < 0)
                doc_fail(d, r == -ENOMEM ? r : -EBADMSG, "app_json", "is not a valid app.json");
}

static bool pack_is_valid(const char *s)
{
        size_t n = strlen(s);
        return n > 0 && n <= PACK_NAME_MAX && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static bool manifest_is_valid(const char *s)
{
        const char *hex = text_after(s, "sha256:");
        return hex && strlen(hex) == HEX_SHA256 && strspn(hex, "0123456789abcdef") == HEX_SHA256;
}

/* NAME=VERSION of printable ASCII, in strict order. */
static bool versions_are_valid(char *const *list)
{
        if (strv_length(list) > VERSIONS_MAX)
                return false;
        for (size_t i = 0; list && list[i]; i++) {
                const char *equals = strchr(list[i], '=');
                if (!equals || equals == list[i] || !equals[1] || strlen(list[i]) > VERSION_MAX)
                        return false;
                for (const char *p = list[i]; *p; p++)
                        if (*p <= 0x20 || *p >= 0x7f)
                                return false;
                if (i > 0 && strcmp(list[i - 1], list[i]) >= 0)
                        return false;
        }
        return true;
}

static void read_listen(DocReader *d, Listen *ret)
{
        _cleanup_free_ char *text = NULL;
        doc_text_optional(d, "listen", &text);
        if (d->failed == 0 && text && listen_from_string(text, ret) < 0)
                doc_fail(d, -EBADMSG, "listen", "is none of port, socket and proxy");
}

static int read_result(DocReader *d, BuildResult *b)
{
        read_processes(d, &b->procfile);
        read_app_json(d, &b->app_json);
        doc_text(d, "pack", &b->pack);
        read_listen(d, &b->listen);
        doc_text(d, "manifest", &b->manifest);
        doc_list(d, "versions", &b->versions);
        doc_number(d, "bytes", 0, INT64_MAX, &b->bytes);
        doc_number(d, "files", 0, INT64_MAX, &b->files);
        if (d->failed == 0 && !pack_is_valid(b->pack))
                doc_fail(d, -EBADMSG, "pack", "is not a pack's name");
        if (d->failed == 0 && !manifest_is_valid(b->manifest))
                doc_fail(d, -EBADMSG, "manifest", "is not \"sha256:\" and 64 digits");
        if (d->failed == 0 && !versions_are_valid(b->versions))
                doc_fail(d, -EBADMSG, "versions", "is not a sorted list of NAME=VERSION");
        return d->failed;
}

int build_result_parse(const char *text, size_t length, BuildResult *ret, Error *e)
{
        if (length > BUILD_RESULT_MAX_BYTES)
                return error_set(e, -EFBIG, "the build's result has %zu bytes, %d are possible at most",
                                 length, BUILD_RESULT_MAX_BYTES);

        _cleanup_doc_ DocReader d = {0};
        _cleanup_build_result_ BuildResult b = BUILD_RESULT_NULL;
        _cleanup_free_ char *again = NULL;

        int r = doc_open(text, length, "the build's result", &d, e);
        if (r >= 0)
                r = read_result(&d, &b);
        if (r >= 0)
                r = build_result_format(&b, &again);
        if (r < 0)
                return r;
        if (strlen(again) != length || memcmp(again, text, length) != 0)
                return error_set(e, -EBADMSG, "the build's result is not in its canonical form");

        *ret = b;
        b = BUILD_RESULT_NULL;
        return 0;
}

void build_result_clear(BuildResult *b)
{
        procfile_clear(&b->procfile);
        appjson_clear(&b->app_json);
        free(b->pack);
        free(b->manifest);
        strv_free(b->versions);
        *b = BUILD_RESULT_NULL;
}
