/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "build/cache.h"
#include "build/command.h"
#include "build/pack.h"
#include "build/processes.h"
#include "build/say.h"
#include "build/slug.h"
#include "build/slugignore.h"
#include "build/unrecognised.h"
#include "model/buildresult.h"

/* Written by a pack's compile: "python=3.11.2" a line. */
#define VERSIONS_FILE ".paas/versions"
#define VERSIONS_MAX_BYTES 4096

typedef struct Build {
        const BuildOptions *o; /* borrowed */
        char *env_dir;
        PackPlace place;
        char **env;
        int app_fd; /* BUILD_DIR */
        Packs packs;
        Declared declared;
        char **warnings; /* not shown yet */
        Cache cache;
        bool compiled;
        BuildResult result;
} Build;

static void build_clear(Build *b)
{
        free(b->env_dir);
        strv_free(b->env);
        closep(&b->app_fd);
        packs_clear(&b->packs);
        declared_clear(&b->declared);
        strv_free(b->warnings);
        cache_clear(&b->cache);
        build_result_clear(&b->result);
}

static void show_warnings(Build *b)
{
        STRV_FOREACH(w, b->warnings)
                say_problem("%s", *w);
        b->warnings = strv_free(b->warnings);
}

static BuildOutcome refused(const Error *e, int r)
{
        say_problem("%s", error_text(e, r));
        return BUILD_REFUSED;
}

static BuildOutcome broken(const Error *e, int r)
{
        say_problem("This server could not build it: %s", error_text(e, r));
        return BUILD_BROKEN;
}

/* The two names of BUILD_DIR must be one directory. */
static int open_app(Build *b, Error *e)
{
        _cleanup_free_ char *app = NULL;
        struct stat here, there;
        if (asprintf(&app, "%s/app", b->o->work) < 0)
                return -ENOMEM;

        b->app_fd = open(b->o->build_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (b->app_fd < 0)
                return error_set(e, -errno, "opening %s: %s", b->o->build_dir, strerror(errno));
        if (fstat(b->app_fd, &here) < 0 || stat(app, &there) < 0)
                return error_set(e, -errno, "looking at %s: %s", app, strerror(errno));
        if (here.st_dev != there.st_dev || here.st_ino != there.st_ino)
                return error_set(e, -EINVAL,
                                 "%s and %s are not the same directory; the unit of the build binds "
                                 "one to the other",
                                 b->o->build_dir, app);
        return 0;
}

static int prepare(Build *b, Error *e)
{
        int r = command_adopt();
        if (r >= 0)
                r = open_app(b, e);
        if (r >= 0)
                r = packs_load(b->o->packs, &b->packs, e);
        if (r >= 0 && asprintf(&b->env_dir, "%s/env", b->o->work) < 0)
                r = -ENOMEM;
        if (r < 0)
                return r;
        b->place = (PackPlace){.app = b->o->build_dir, .env = b->env_dir, .stack = b->o->stack};
        return pack_environment(&b->place, &b->env);
}

static BuildOutcome read_tree(Build *b, int tar_fd)
{
        _cleanup_error_ Error e = ERROR_NULL;
        UnpackFigures figures;
        int r = unpack(tar_fd, b->app_fd, b->o->limits, &figures, &e);
        if (r == -EPERM || r == -EFBIG)
                return refused(&e, r);
        if (r < 0)
                return broken(&e, r);

        uint64_t removed;
        r = slugignore_apply(b->o->build_dir, &removed, &b->warnings, &e);
        if (r >= 0)
                r = declared_read(b->app_fd, &b->declared, &b->warnings, &e);
        if (r == -ENOMEM)
                return broken(&e, r);
        show_warnings(b);
        if (r < 0)
                return refused(&e, r);
        if (removed > 0)
                say_step(".slugignore: %llu paths removed", (unsigned long long) removed);
        return BUILD_DONE;
}

/* `ret` NULL: none takes it. */
static int detect(Build *b, Pack **ret, Error *e)
{
        *ret = NULL;
        if (faccessat(b->app_fd, ".buildpacks", F_OK, AT_SYMLINK_NOFOLLOW) >= 0)
                say_problem(".buildpacks is not read: the pack is found by what is in the tree.");
        for (size_t i = 0; i < b->packs.n_packs; i++) {
                _cleanup_free_ char *title = NULL;
                int r = pack_detect(&b->packs.packs[i], &b->place, b->env, &title, e);
                if (r < 0)
                        return r;
                if (r == 0)
                        continue;
                say_step("%s app detected", title);
                *ret = &b->packs.packs[i];
                return 0;
        }
        return 0;
}

static BuildOutcome bound_cache(Build *b)
{
        _cleanup_error_ Error e = ERROR_NULL;
        uint64_t bytes = 0;
        int r = cache_bound(&b->cache, b->o->cache_quota, &bytes, &e);
        if (r < 0)
                return broken(&e, r);
        if (r > 0)
                say_problem(
                        "The build cache has %.1f MB, of which %.1f MB are allowed: it is emptied, and the "
                        "next build starts with an empty one.",
                        (double) bytes / 1e6, (double) b->o->cache_quota / 1e6);
        return BUILD_DONE;
}

static BuildOutcome compile(Build *b, Pack *p)
{
        _cleanup_error_ Error e = ERROR_NULL;
        bool lost = false;
        int r = cache_begin(b->o->cache, b->o->stack, p->name, &b->cache, &lost, &e);
        if (r < 0)
                return broken(&e, r);
        if (lost)
                say_problem("The build cache could not be read; this build starts with an empty one.");
        b->place.cache = b->cache.next;

        int status = pack_compile(p, &b->place, b->env, &e);
        command_end_orphans();
        if (status != 0)
                cache_discard(&b->cache);
        if (status < 0)
                return broken(&e, status);
        if (status != 0) {
                _cleanup_free_ char *how = command_describe(status);
                say_problem("The %s pack could not build this: %s.", p->name, how ?: "");
                return BUILD_REFUSED;
        }
        b->compiled = true;
        return bound_cache(b);
}

/* What the pack says about interpreters; nonsense there is dropped, the result must be canonical. */
static int read_versions(Build *b)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_strv_ char **lines = NULL;
        int r = file_read_at(b->app_fd, VERSIONS_FILE, VERSIONS_MAX_BYTES, &text, NULL);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return 0;
        r = strv_split(text, "\r\n", &lines);
        STRV_FOREACH(l, lines) {
                const char *equals = strchr(*l, '=');
                bool plain = equals && equals != *l && equals[1] && strlen(*l) <= 128;
                for (const char *c = *l; *c; c++)
                        plain = plain && *c > 0x20 && *c < 0x7f;
                if (r >= 0 && plain && !strv_contains(b->result.versions, *l))
                        r = strv_append(&b->result.versions, *l);
        }
        strv_sort(b->result.versions);
        return r;
}

static void show_processes(const Procfile *p)
{
        if (!procfile_find(p, "web"))
                say_problem("There is no process type 'web': nothing will answer HTTP.");
}

static BuildOutcome find_processes(Build *b, Pack *p)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_procfile_ Procfile defaults = PROCFILE_NULL;
        _cleanup_free_ char *declared = processes_list(&b->declared.procfile), *added = NULL;

        Listen listen =
                LISTEN_PORT; /* of the pack's own web command: how the developer's listens is not known */
        bool own_web = !procfile_find(&b->declared.procfile, "web");
        int r = pack_release(p, &b->place, b->env, &defaults, &listen, &b->warnings, &e);
        b->result.listen = own_web ? listen : LISTEN_PORT;
        show_warnings(b);
        if (r == -EINVAL)
                return refused(&e, r);
        if (r >= 0)
                r = processes_merge(&b->declared.procfile, &defaults, &added);
        if (r == -E2BIG)
                return refused(&e, r);
        if (r < 0)
                return broken(&e, r);
        if (b->declared.procfile.n_processes == 0) {
                say_problem("There is no Procfile, and the %s pack does not know how to start this.",
                            p->name);
                say_problem("Add a file Procfile to the root with a line \"web: COMMAND\".");
                return BUILD_REFUSED;
        }

        say_step("Discovering process types");
        if (declared && *declared)
                say_detail("Procfile declares types   -> %s", declared);
        if (added)
                say_detail("Default types of the pack -> %s", added);
        show_processes(&b->declared.procfile);
        return BUILD_DONE;
}

static int fill_result(Build *b, const Pack *p, Error *e)
{
        _cleanup_slug_figures_ SlugFigures figures = SLUG_FIGURES_NULL;
        b->result.procfile = b->declared.procfile;
        b->result.app_json = b->declared.app_json;
        b->declared = DECLARED_NULL;

        int r = text_replace(&b->result.pack, p->name);
        if (r >= 0)
                r = read_versions(b);
        if (r >= 0)
                r = slug_seal(b->o->build_dir, &figures, e);
        if (r < 0)
                return r;
        if (figures.removed > 0)
                say_problem("%llu sockets, pipes or devices of the built tree are not kept.",
                            (unsigned long long) figures.removed);
        b->result.bytes = figures.bytes;
        b->result.files = figures.files;
        b->result.manifest = TAKE_PTR(figures.manifest);
        return 0;
}

/* The tree and the cache are on disk before the file that says that all is complete. */
static int write_result(Build *b, Error *e)
{
        _cleanup_free_ char *path = NULL, *text = NULL;
        if (asprintf(&path, "%s/result.json", b->o->work) < 0)
                return -ENOMEM;
        int r = build_result_format(&b->result, &text);
        if (r < 0)
                return r;
        if (syncfs(b->app_fd) < 0)
                return error_set(e, -errno, "syncing the slug to disk: %s", strerror(errno));
        r = cache_commit(&b->cache, b->app_fd, e);
        if (r < 0)
                return r;
        r = file_write(path, text, strlen(text), 0644, FILE_OWNER_SELF, FILE_SYNC);
        return r < 0 ? error_set(e, r, "writing %s: %s", path, strerror(-r)) : 0;
}

static BuildOutcome finish(Build *b, const Pack *p)
{
        _cleanup_error_ Error e = ERROR_NULL;
        int r = fill_result(b, p, &e);
        if (r >= 0)
                r = write_result(b, &e);
        if (r < 0)
                return broken(&e, r);
        double kilobytes = (double) b->result.bytes / 1e3;
        say_step(kilobytes < 1000 ? "Slug: %llu files, %.0f kB" : "Slug: %llu files, %.1f MB",
                 (unsigned long long) b->result.files, kilobytes < 1000 ? kilobytes : kilobytes / 1000);
        return BUILD_DONE;
}

BuildOutcome build(const BuildOptions *o, int tar_fd)
{
        _cleanup_(build_clear) Build b = {.o = o, .app_fd = -1};
        _cleanup_error_ Error e = ERROR_NULL;
        Pack *pack;

        int r = prepare(&b, &e);
        if (r < 0)
                return broken(&e, r);
        BuildOutcome outcome = read_tree(&b, tar_fd);
        if (outcome != BUILD_DONE)
                return outcome;

        r = detect(&b, &pack, &e);
        if (r < 0)
                return broken(&e, r);
        if (!pack)
                return unrecognised_explain(o->build_dir, &b.packs), BUILD_REFUSED;
        outcome = compile(&b, pack);
        if (outcome == BUILD_DONE)
                outcome = find_processes(&b, pack);
        if (outcome == BUILD_DONE)
                return finish(&b, pack);
        /* What was downloaded is good, even if nothing can be started. */
        if (outcome == BUILD_REFUSED && b.compiled)
                (void) cache_commit(&b.cache, -1, NULL);
        return outcome;
}
