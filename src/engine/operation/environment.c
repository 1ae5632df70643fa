/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/hostfiles.h"
#include "model/config.h"
#include "model/paths.h"
#include "render/envfile.h"

/* A sealed value is its text, the version byte and the tag. */
#define SEALED_MAX (CONFIG_VALUE_MAX + 64)

static int read_var(Engine *e, const AppState *s, const char *commit, const char *name, Config *c)
{
        _cleanup_free_ char *path = NULL, *sealed = NULL;
        char *value = NULL;
        size_t n, length;

        if (asprintf(&path, "config/%s", name) < 0)
                return -ENOMEM;
        int r = store_read(e->store, commit, path, SEALED_MAX, &sealed, &n);
        if (r >= 0)
                r = seal_reveal(e->seal, s->app.id, name, sealed, n, &value, &length);
        if (r < 0)
                return r;
        r = config_set(c, name, value);
        explicit_bzero(value, length);
        free(value);
        return r < 0 ? r : 0;
}

int hostfiles_read_config(Engine *e, const AppState *s, const char *commit, Config *ret, Error *error)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        _cleanup_strv_ char **names = NULL;

        int r = commit && commit[0] ? store_list(e->store, commit, "config", &names) : 0;
        if (r < 0)
                return error_prefix(error, r, "cannot read the config of %s", s->app.name);
        STRV_FOREACH(name, names) {
                r = read_var(e, s, commit, *name, &c);
                if (r < 0)
                        return error_set(error, r, "cannot read config var %s of %s: %s", *name, s->app.name,
                                         r == -EBADMSG ? "it was not sealed with this host's key"
                                                       : strerror(-r));
        }
        *ret = c;
        c = CONFIG_NULL;
        return 0;
}

static int write_secret(const char *path, const Config *c)
{
        char *text = NULL;
        size_t length;
        int r = render_env_file(c, &text, &length);
        if (r < 0)
                return r;
        r = file_write(path, text, length, 0600, (FileOwner){0, 0}, FILE_NO_SYNC);
        explicit_bzero(text, length);
        free(text);
        return r;
}

static int write_command(const AppState *s, uint64_t version, const Process *p)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        char path[512];
        snprintf(path, sizeof(path), PAAS_ENV_TYPE, s->app.name, (unsigned long long) version, p->type);
        int r = config_set(&c, "PAAS_COMMAND", p->command);
        return r < 0 ? r : write_secret(path, &c);
}

/* $PAAS_CHECK_1 and on, for whoever asks. A header may hold what not everybody is to read. */
static int write_checks(const AppState *s, const Release *release, const char *type)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        char path[512], name[32];
        unsigned n = 0;
        int r = 0;
        for (size_t i = 0; r >= 0 && i < release->checks.n; i++) {
                const Check *check = &release->checks.list[i];
                if (!streq(check->process, type))
                        continue;
                snprintf(name, sizeof(name), "PAAS_CHECK_%u", ++n);
                r = config_set(&c, name, check->text);
        }
        snprintf(path, sizeof(path), PAAS_ENV_CHECKS, s->app.name, (unsigned long long) release->version,
                 type);
        return r < 0 ? r : n > 0 ? write_secret(path, &c) : 0;
}

int hostfiles_write_environment(Engine *e, const AppState *s, const char *commit, const Release *release,
                                const Procfile *procfile, Error *error)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        char path[512];
        int r = hostfiles_read_config(e, s, commit, &c, error);
        if (r < 0)
                return r;
        snprintf(path, sizeof(path), PAAS_ENV, s->app.name, (unsigned long long) release->version);
        r = write_secret(path, &c);
        for (size_t i = 0; r >= 0 && i < procfile->n_processes; i++) {
                r = write_command(s, release->version, &procfile->processes[i]);
                if (r >= 0)
                        r = write_checks(s, release, procfile->processes[i].type);
        }
        return r < 0 ? error_set(error, r, "cannot write %s: %s", path, strerror(-r)) : 0;
}

int hostfiles_write_run(const AppState *s, const char *short_name, const char *command, const Config *env)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        char path[512];
        snprintf(path, sizeof(path), PAAS_ENV_RUN, s->app.name, short_name);
        int r = config_set(&c, "PAAS_COMMAND", command);
        for (size_t i = 0; r >= 0 && i < env->n_vars; i++)
                r = config_set(&c, env->vars[i].name, env->vars[i].value);
        return r < 0 ? r : write_secret(path, &c);
}

void hostfiles_remove_run(const char *app, const char *short_name)
{
        char path[512];
        snprintf(path, sizeof(path), PAAS_ENV_RUN, app, short_name);
        (void) unlink(path);
        snprintf(path, sizeof(path), PAAS_ENV_ABOUT, app, short_name);
        (void) unlink(path);
}

/* "v12" and "v12.web", whatever process types that release had. */
void hostfiles_remove_environment(const char *app, uint64_t version)
{
        char path[512], name[32];
        snprintf(path, sizeof(path), PAAS_ENV_DIR, app);
        size_t n = (size_t) snprintf(name, sizeof(name), "v%llu", (unsigned long long) version);
        DIR *d = opendir(path);
        if (!d)
                return;
        for (struct dirent *entry = readdir(d); entry; entry = readdir(d))
                if (strncmp(entry->d_name, name, n) == 0 && (!entry->d_name[n] || entry->d_name[n] == '.'))
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
        closedir(d);
}
