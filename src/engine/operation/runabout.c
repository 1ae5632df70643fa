/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/runabout.h"

#include <errno.h>
#include <string.h>

#include "basic/file.h"
#include "model/codec.h"
#include "model/paths.h"

#define ABOUT_MAX 8192

int run_about_write(const char *app, const char *short_name, const RunAbout *about)
{
        _cleanup_free_ char *text = NULL;
        char path[512];
        DocWriter w = doc_new();
        doc_put_text(&w, "command", about->command);
        doc_put_text(&w, "user", about->user);
        doc_put_text(&w, "size", about->size);
        doc_put_bool(&w, "detached", about->detached);
        int r = doc_finish(&w, &text);
        if (r < 0)
                return r;
        snprintf(path, sizeof(path), PAAS_ENV_ABOUT, app, short_name);
        return file_write(path, text, strlen(text), 0600, (FileOwner){0, 0}, FILE_NO_SYNC);
}

int run_about_read(const char *app, const char *short_name, RunAbout *ret)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_doc_ DocReader d = {0};
        _cleanup_run_about_ RunAbout about = RUN_ABOUT_NULL;
        char path[512];
        size_t n;
        snprintf(path, sizeof(path), PAAS_ENV_ABOUT, app, short_name);
        int r = file_read(path, ABOUT_MAX, &text, &n);
        if (r >= 0)
                r = doc_open(text, n, "what is known of a run", &d, NULL);
        if (r < 0)
                return r;
        doc_text(&d, "command", &about.command);
        doc_text(&d, "user", &about.user);
        doc_text(&d, "size", &about.size);
        doc_bool(&d, "detached", &about.detached);
        if (d.failed < 0)
                return d.failed;
        *ret = about;
        about = RUN_ABOUT_NULL;
        return 0;
}

void run_about_clear(RunAbout *a)
{
        free(a->command);
        free(a->user);
        free(a->size);
        *a = RUN_ABOUT_NULL;
}
