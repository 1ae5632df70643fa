/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/release.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/codec.h"

static const char *const kind_names[_RELEASE_KIND_MAX] = {
        [RELEASE_DEPLOY] = "deploy",
        [RELEASE_CONFIG] = "config",
        [RELEASE_ROLLBACK] = "rollback",
        [RELEASE_PROMOTION] = "promotion",
};

const char *release_kind_to_string(ReleaseKind k)
{
        return (unsigned) k < _RELEASE_KIND_MAX ? kind_names[k] : NULL;
}

int release_kind_from_string(const char *s, ReleaseKind *ret)
{
        for (int i = 0; s && i < _RELEASE_KIND_MAX; i++) {
                if (streq(s, kind_names[i])) {
                        *ret = (ReleaseKind) i;
                        return 0;
                }
        }
        return -EINVAL;
}

int release_format(const Release *r, char **ret)
{
        DocWriter w = doc_new();
        doc_put_text(&w, "id", r->id);
        doc_put_number(&w, "version", r->version);
        doc_put_text(&w, "kind", release_kind_to_string(r->kind));
        doc_put_text(&w, "description", r->description);
        doc_put_text(&w, "slug", r->slug);
        doc_put_text(&w, "manifest", r->manifest);
        doc_put_text(&w, "stack", r->stack);
        doc_put_text(&w, "commit", r->commit);
        doc_put_text(&w, "branch", r->branch);
        doc_put_text(&w, "actor", r->actor);
        doc_put_time(&w, "created", r->created);
        doc_put_text(&w, "listen", r->listen == LISTEN_PORT ? NULL : listen_to_string(r->listen));
        doc_put_bool(&w, "no_rollback", r->no_rollback);
        doc_put_list(&w, "versions", r->versions);
        return doc_finish(&w, ret);
}

int release_parse(const char *text, size_t length, Release *ret, Error *e)
{
        _cleanup_doc_ DocReader d = {0};
        _cleanup_release_ Release r = RELEASE_NULL;
        _cleanup_free_ char *kind = NULL, *listen = NULL;

        int k = doc_open(text, length, "the stored release", &d, e);
        if (k < 0)
                return k;
        doc_uuid(&d, "id", r.id);
        doc_number(&d, "version", 1, INT64_MAX, &r.version);
        doc_text(&d, "kind", &kind);
        doc_text(&d, "description", &r.description);
        doc_text_optional(&d, "slug", &r.slug);
        doc_text_optional(&d, "manifest", &r.manifest);
        doc_text(&d, "stack", &r.stack);
        doc_text_optional(&d, "commit", &r.commit);
        doc_text_optional(&d, "branch", &r.branch);
        doc_text(&d, "actor", &r.actor);
        doc_time(&d, "created", &r.created);
        doc_text_optional(&d, "listen", &listen);
        doc_bool(&d, "no_rollback", &r.no_rollback);
        doc_list(&d, "versions", &r.versions);
        if (d.failed == 0 && release_kind_from_string(kind, &r.kind) < 0)
                doc_fail(&d, -EBADMSG, "kind", "is not a kind of release");
        if (d.failed == 0 && listen && listen_from_string(listen, &r.listen) < 0)
                doc_fail(&d, -EBADMSG, "listen", "is none of port, socket and proxy");
        if (d.failed < 0)
                return d.failed;

        *ret = r;
        r = RELEASE_NULL;
        return 0;
}

static int copy_text(const char *from, char **to)
{
        *to = from ? strdup(from) : NULL;
        return from && !*to ? -ENOMEM : 0;
}

int release_copy(const Release *r, Release *ret)
{
        _cleanup_release_ Release copy = *r;
        copy.description = copy.slug = copy.manifest = copy.stack = copy.commit = copy.actor = NULL;
        copy.branch = NULL;
        copy.versions = NULL;
        copy.checks = CHECKS_NULL;

        if (copy_text(r->description, &copy.description) < 0 || copy_text(r->slug, &copy.slug) < 0 ||
            copy_text(r->manifest, &copy.manifest) < 0 || copy_text(r->stack, &copy.stack) < 0 ||
            copy_text(r->commit, &copy.commit) < 0 || copy_text(r->actor, &copy.actor) < 0 ||
            copy_text(r->branch, &copy.branch) < 0)
                return -ENOMEM;
        STRV_FOREACH(v, r->versions)
                if (strv_append(&copy.versions, *v) < 0)
                        return -ENOMEM;
        int k = checks_copy(&r->checks, &copy.checks);
        if (k < 0)
                return k;
        *ret = copy;
        copy = RELEASE_NULL;
        return 0;
}

void release_clear(Release *r)
{
        free(r->description);
        free(r->slug);
        free(r->manifest);
        free(r->stack);
        free(r->commit);
        free(r->branch);
        free(r->actor);
        strv_free(r->versions);
        checks_clear(&r->checks);
        *r = RELEASE_NULL;
}
