/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/app.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/codec.h"
#include "model/name.h"

int app_format(const App *a, char **ret)
{
        DocWriter w = doc_new();
        doc_put_text(&w, "id", a->id);
        doc_put_text(&w, "name", a->name);
        doc_put_text(&w, "owner", a->owner);
        doc_put_text(&w, "host", a->host);
        doc_put_text(&w, "branch", a->branch);
        doc_put_time(&w, "created", a->created);
        doc_put_number(&w, "run_uid", a->run_uid);
        doc_put_number(&w, "build_uid", a->build_uid);
        doc_put_text(&w, "backend", a->backend);
        doc_put_list(&w, "walls", a->walls);
        return doc_finish(&w, ret);
}

static void check_app(DocReader *d, const App *a)
{
        if (d->failed < 0)
                return;
        if (app_name_check(a->name, NULL) < 0)
                doc_fail(d, -EBADMSG, "name", "is not an application's name");
        if (holder_check(a->owner, NULL) < 0)
                doc_fail(d, -EBADMSG, "owner", "is neither a user's name nor a team's");
        if (a->run_uid % 2 != 0 || a->build_uid != a->run_uid + 1)
                doc_fail(d, -EBADMSG, "build_uid", "is not the one behind an even \"run_uid\"");
}

int app_parse(const char *text, size_t length, App *ret, Error *e)
{
        _cleanup_doc_ DocReader d = {0};
        _cleanup_app_ App a = APP_NULL;
        uint64_t run_uid = 0, build_uid = 0;

        int r = doc_open(text, length, "the stored application", &d, e);
        if (r < 0)
                return r;
        doc_uuid(&d, "id", a.id);
        doc_text(&d, "name", &a.name);
        doc_text(&d, "owner", &a.owner);
        doc_text(&d, "host", &a.host);
        doc_text_optional(&d, "branch", &a.branch);
        doc_time(&d, "created", &a.created);
        doc_number(&d, "run_uid", APP_UID_FIRST, APP_UID_LAST, &run_uid);
        doc_number(&d, "build_uid", APP_UID_FIRST, APP_UID_LAST, &build_uid);
        doc_text_optional(&d, "backend", &a.backend);
        doc_list(&d, "walls", &a.walls);
        a.run_uid = (uid_t) run_uid;
        a.build_uid = (uid_t) build_uid;
        check_app(&d, &a);
        if (d.failed < 0)
                return d.failed;

        *ret = a;
        a = APP_NULL;
        return 0;
}

void app_clear(App *a)
{
        free(a->name);
        free(a->owner);
        free(a->host);
        free(a->branch);
        free(a->backend);
        strv_free(a->walls);
        *a = APP_NULL;
}
