/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/pack.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "basic/text.h"
#include "build/command.h"
#include "build/packrelease.h"
#include "build/say.h"

#define DETECT_MAX_BYTES 4096
#define TITLE_MAX 60
#define LOOKED_FOR_MAX 120

extern char **environ;

static int packs_add(Packs *p, const char *path, const char *entry)
{
        size_t digits = strspn(entry, "0123456789");
        const char *name = entry + digits + (digits > 0 && entry[digits] == '-');

        Pack *packs = reallocarray(p->packs, p->n_packs + 1, sizeof(Pack));
        if (!packs)
                return -ENOMEM;
        p->packs = packs;
        Pack pack = {.name = strdup(name)};
        if (asprintf(&pack.path, "%s/%s", path, entry) < 0)
                pack.path = NULL;
        if (!pack.name || !pack.path) {
                free(pack.name);
                free(pack.path);
                return -ENOMEM;
        }
        packs[p->n_packs++] = pack;
        return 0;
}

/* "NN-name", and it can be asked. */
static bool is_pack(const char *path, const char *entry)
{
        _cleanup_free_ char *detect = NULL;
        const char *name = entry + strspn(entry, "0123456789-");
        if (!islower((unsigned char) *name) || asprintf(&detect, "%s/%s/bin/detect", path, entry) < 0)
                return false;
        return access(detect, X_OK) >= 0;
}

int packs_load(const char *path, Packs *ret, Error *e)
{
        struct dirent **entries = NULL;
        _cleanup_packs_ Packs p = PACKS_NULL;
        int r = 0;

        int n = scandir(path, &entries, NULL, alphasort);
        if (n < 0)
                return error_set(e, -errno, "reading the packs in %s: %s", path, strerror(errno));
        for (int i = 0; i < n; i++) {
                if (r >= 0 && is_pack(path, entries[i]->d_name))
                        r = packs_add(&p, path, entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
        if (r < 0)
                return r;
        if (p.n_packs == 0)
                return error_set(e, -ENOENT, "there is no pack in %s; reinstall the package paas", path);
        *ret = p;
        p = PACKS_NULL;
        return 0;
}

void packs_clear(Packs *p)
{
        for (size_t i = 0; i < p->n_packs; i++) {
                free(p->packs[i].name);
                free(p->packs[i].path);
                free(p->packs[i].looked_for);
        }
        free(p->packs);
        *p = PACKS_NULL;
}

/* What systemd tells the unit's own program, and what would mislead a git, make or compiler. */
static bool is_ours_alone(const char *assignment)
{
        static const char *const names[] = {
                "INVOCATION_ID=", "JOURNAL_STREAM=",  "NOTIFY_SOCKET=", "LISTEN_", "CREDENTIALS_DIRECTORY=",
                "SYSTEMD_",       "MEMORY_PRESSURE_", "MAINPID=",       "GIT_",    "PAAS_",
                "USER=",          "LOGNAME=",         "SHELL=",         "HOME=",   "STACK=",
                "OLDPWD=",        "MAKEFLAGS=",       "MAKELEVEL=",
        };
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (text_after(assignment, names[i]))
                        return true;
        return false;
}

int pack_environment(const PackPlace *place, char ***ret)
{
        _cleanup_strv_ char **env = NULL;
        char self[PATH_MAX] = "";
        bool has_lang = false, has_path = false;
        int r = 0;

        for (char **p = environ; p && *p && r >= 0; p++) {
                has_lang = has_lang || text_after(*p, "LANG=");
                has_path = has_path || text_after(*p, "PATH=");
                if (!is_ours_alone(*p))
                        r = strv_append(&env, *p);
        }
        if (r >= 0 && !has_lang)
                r = strv_append(&env, "LANG=C.UTF-8");
        if (r >= 0 && !has_path)
                r = strv_append(&env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin");
        if (r >= 0)
                r = strv_appendf(&env, "HOME=%s", place->app);
        if (r >= 0)
                r = strv_appendf(&env, "STACK=%s", place->stack);
        if (r >= 0)
                r = strv_append(&env, "SHELL=/bin/bash");
        if (r >= 0 && readlink("/proc/self/exe", self, sizeof(self) - 1) > 0)
                r = strv_appendf(&env, "PAAS_BUILD=%s", self);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(env);
        return 0;
}

/* Runs bin/PROGRAM of the pack in BUILD_DIR. `out` and `err` as in Command. Returns the wait status. */
static int run_program(const Pack *p, const PackPlace *place, char *const *env, const char *program,
                       bool all_arguments, int out, int err, Error *e)
{
        _cleanup_free_ char *path = NULL;
        if (asprintf(&path, "%s/bin/%s", p->path, program) < 0)
                return -ENOMEM;

        /* detect and release get BUILD_DIR alone. */
        const char *argv[] = {path, place->app, all_arguments ? place->cache : NULL, place->env, NULL};
        Command c = COMMAND_NULL;
        c.argv = argv;
        c.environ = env;
        c.directory = place->app;
        c.stdout_fd = out;
        c.stderr_fd = err;
        int status = command_run(&c);
        return status < 0 ? error_set(e, status, "starting %s: %s", path, strerror(-status)) : status;
}

/* The first line of what a program wrote, fit to be shown. NULL: it wrote nothing. */
static int first_line(int fd, size_t max, char **ret)
{
        _cleanup_free_ char *text = NULL;
        int r = command_scratch_read(fd, DETECT_MAX_BYTES, &text, NULL);
        if (r < 0 && r != -EFBIG)
                return r;
        *ret = NULL;
        if (r < 0)
                return 0;
        text[strcspn(text, "\r\n")] = '\0';
        if (!*text)
                return 0;
        *ret = say_printable(text, max);
        return *ret ? 0 : -ENOMEM;
}

int pack_detect(Pack *p, const PackPlace *place, char *const *env, char **ret_title, Error *e)
{
        _cleanup_close_ int out = command_scratch("detect"), err = command_scratch("detect");
        if (out < 0 || err < 0)
                return out < 0 ? out : err;

        int status = run_program(p, place, env, "detect", false, out, err, e);
        if (status < 0)
                return status;
        free(p->looked_for);
        p->looked_for = NULL;
        int r = first_line(err, LOOKED_FOR_MAX, &p->looked_for);
        if (r < 0 || status != 0)
                return r;

        r = first_line(out, TITLE_MAX, ret_title);
        if (r >= 0 && !*ret_title)
                r = (*ret_title = strdup(p->name)) ? 0 : -ENOMEM;
        return r < 0 ? r : 1;
}

int pack_compile(const Pack *p, const PackPlace *place, char *const *env, Error *e)
{
        return run_program(p, place, env, "compile", true, -1, -1, e);
}

int pack_release(const Pack *p, const PackPlace *place, char *const *env, Procfile *ret, Listen *ret_listen,
                 char ***warnings, Error *e)
{
        _cleanup_free_ char *path = NULL, *text = NULL;
        if (asprintf(&path, "%s/bin/release", p->path) < 0)
                return -ENOMEM;
        if (access(path, X_OK) < 0)
                return 0;

        _cleanup_close_ int out = command_scratch("release");
        if (out < 0)
                return out;
        int status = run_program(p, place, env, "release", false, out, -1, e);
        if (status < 0)
                return status;
        if (status != 0) {
                _cleanup_free_ char *how = command_describe(status);
                return error_set(e, -EINVAL, "bin/release of the pack %s failed: %s", p->name, how ?: "");
        }
        size_t length;
        int r = command_scratch_read(out, PACK_RELEASE_MAX_BYTES + 1, &text, &length);
        if (r == -EFBIG)
                return error_set(e, -EINVAL, "bin/release of the pack %s wrote more than %d bytes", p->name,
                                 PACK_RELEASE_MAX_BYTES);
        return r < 0 ? r : pack_release_parse(text, length, ret, ret_listen, warnings, e);
}
