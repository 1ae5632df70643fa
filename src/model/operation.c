/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/operation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/codec.h"
#include "model/name.h"

static const char *const kind_names[_OPERATION_KIND_MAX] = {
        [OPERATION_DEPLOY] = "deploy",   [OPERATION_CONFIG] = "config",   [OPERATION_SCALE] = "scale",
        [OPERATION_RESTART] = "restart", [OPERATION_STOP] = "stop",       [OPERATION_ROLLBACK] = "rollback",
        [OPERATION_RETRY] = "retry",     [OPERATION_PROMOTE] = "promote",
};

static const char *const step_names[_OPERATION_STEP_MAX] = {
        [STEP_QUEUED] = "queued",       [STEP_BUILDING] = "building", [STEP_RELEASING] = "releasing",
        [STEP_STARTING] = "starting",   [STEP_CHECKING] = "checking", [STEP_CANARY] = "canary",
        [STEP_SWITCHING] = "switching", [STEP_DONE] = "done",         [STEP_FAILED] = "failed",
        [STEP_CANCELED] = "canceled",
};

const char *operation_kind_to_string(OperationKind k)
{
        return (unsigned) k < _OPERATION_KIND_MAX ? kind_names[k] : NULL;
}

static int index_of(const char *const *names, int n, const char *s)
{
        for (int i = 0; s && i < n; i++)
                if (streq(s, names[i]))
                        return i;
        return -EINVAL;
}

int operation_kind_from_string(const char *s, OperationKind *ret)
{
        int i = index_of(kind_names, _OPERATION_KIND_MAX, s);
        if (i < 0)
                return i;
        *ret = (OperationKind) i;
        return 0;
}

const char *operation_step_to_string(OperationStep s)
{
        return (unsigned) s < _OPERATION_STEP_MAX ? step_names[s] : NULL;
}

int operation_step_from_string(const char *s, OperationStep *ret)
{
        int i = index_of(step_names, _OPERATION_STEP_MAX, s);
        if (i < 0)
                return i;
        *ret = (OperationStep) i;
        return 0;
}

int operation_format(const Operation *o, char **ret)
{
        DocWriter w = doc_new();
        doc_put_text(&w, "app", o->app);
        doc_put_number(&w, "number", o->number);
        doc_put_text(&w, "kind", operation_kind_to_string(o->kind));
        doc_put_text(&w, "step", operation_step_to_string(o->step));
        doc_put_text(&w, "actor", o->actor);
        doc_put_text(&w, "request", o->request);
        doc_put_text(&w, "from", o->from);
        doc_put_number(&w, "created", o->created);
        doc_put_text(&w, "commit", o->commit);
        doc_put_text(&w, "old_commit", o->old_commit);
        doc_put_text(&w, "branch", o->branch);
        doc_put_bool(&w, "forced", o->forced);
        doc_put_bool(&w, "detached", o->detached);
        doc_put_bool(&w, "no_rollback", o->no_rollback);
        doc_put_bool(&w, "skip_release", o->skip_release);
        doc_put_bool(&w, "release_begun", o->release_begun);
        doc_put_bool(&w, "supersede", o->supersede);
        doc_put_bool(&w, "no_restart", o->no_restart);
        doc_put_text(&w, "canary", o->canary);
        doc_put_bool(&w, "automatic", o->automatic);
        doc_put_text(&w, "reason", o->reason);
        doc_put_text(&w, "slug", o->slug);
        doc_put_number(&w, "version", o->version);
        doc_put_text(&w, "release", o->release);
        doc_put_text(&w, "previous", o->previous);
        doc_put_list(&w, "arguments", o->arguments);
        return doc_finish(&w, ret);
}

static void read_fields(DocReader *d, Operation *o)
{
        doc_text(d, "app", &o->app);
        doc_number(d, "number", 1, INT64_MAX, &o->number);
        doc_text(d, "actor", &o->actor);
        doc_text_optional(d, "request", &o->request);
        doc_text_optional(d, "from", &o->from);
        doc_number(d, "created", 0, INT64_MAX, &o->created);
        doc_text_optional(d, "commit", &o->commit);
        doc_text_optional(d, "old_commit", &o->old_commit);
        doc_text_optional(d, "branch", &o->branch);
        doc_bool(d, "forced", &o->forced);
        doc_bool(d, "detached", &o->detached);
        doc_bool(d, "no_rollback", &o->no_rollback);
        doc_bool(d, "skip_release", &o->skip_release);
        doc_bool(d, "release_begun", &o->release_begun);
        doc_bool(d, "supersede", &o->supersede);
        doc_bool(d, "no_restart", &o->no_restart);
        doc_text_optional(d, "canary", &o->canary);
        doc_bool(d, "automatic", &o->automatic);
        doc_text_optional(d, "reason", &o->reason);
        doc_text_optional(d, "slug", &o->slug);
        doc_number(d, "version", 0, INT64_MAX, &o->version);
        doc_text_optional(d, "release", &o->release);
        doc_text_optional(d, "previous", &o->previous);
        doc_list(d, "arguments", &o->arguments);
}

int operation_parse(const char *text, size_t length, Operation *ret, Error *e)
{
        _cleanup_doc_ DocReader d = {0};
        _cleanup_operation_ Operation o = OPERATION_NULL;
        _cleanup_free_ char *kind = NULL, *step = NULL;

        int r = doc_open(text, length, "the stored operation", &d, e);
        if (r < 0)
                return r;
        read_fields(&d, &o);
        doc_text(&d, "kind", &kind);
        doc_text(&d, "step", &step);
        if (d.failed == 0 && app_name_check(o.app, NULL) < 0)
                doc_fail(&d, -EBADMSG, "app", "is not an application's name");
        if (d.failed == 0 && operation_kind_from_string(kind, &o.kind) < 0)
                doc_fail(&d, -EBADMSG, "kind", "is not a kind of operation");
        if (d.failed == 0 && operation_step_from_string(step, &o.step) < 0)
                doc_fail(&d, -EBADMSG, "step", "is not a step of an operation");
        if (d.failed < 0)
                return d.failed;

        *ret = o;
        o = OPERATION_NULL;
        return 0;
}

void operation_clear(Operation *o)
{
        free(o->app);
        free(o->actor);
        free(o->request);
        free(o->from);
        free(o->commit);
        free(o->old_commit);
        free(o->branch);
        free(o->canary);
        free(o->reason);
        free(o->slug);
        free(o->release);
        free(o->previous);
        strv_free(o->arguments);
        *o = OPERATION_NULL;
}
