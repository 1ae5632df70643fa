/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/hostfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "basic/strv.h"
#include "model/paths.h"
#include "json/json.h"

extern char **environ;

static const FileOwner root = {0, 0};

static int write_derived(const char *path, const char *text, size_t length, mode_t mode)
{
        _cleanup_free_ char *old = NULL;
        size_t n;
        if (file_read(path, length + 1, &old, &n) >= 0 && n == length && memcmp(old, text, n) == 0)
                return 0;
        return file_write(path, text, length, mode, root, FILE_SYNC);
}

static int account_json(const AppState *s, uid_t uid, bool group, char **ret)
{
        char name[32], real[128];
        snprintf(name, sizeof(name), "paas-%u", (unsigned) uid);
        snprintf(real, sizeof(real), "paas application %s%s", s->app.name,
                 uid == s->app.run_uid ? "" : " (builds)");

        _cleanup_json_ Json *j = js_object();
        int r = js_set_string(j, group ? "groupName" : "userName", name);
        if (r >= 0)
                r = js_set_number(j, "gid", uid);
        if (r >= 0 && !group)
                r = js_set_number(j, "uid", uid);
        if (r >= 0 && !group)
                r = js_set_string(j, "realName", real);
        if (r >= 0 && !group)
                r = js_set_string(j, "homeDirectory", "/app");
        if (r >= 0 && !group)
                r = js_set_string(j, "shell", "/usr/sbin/nologin");
        if (r >= 0 && !group)
                r = js_set_bool(j, "locked", true);
        if (r >= 0)
                r = js_set_string(j, "disposition", "system");
        return r < 0 ? r : js_format(j, ret);
}

static int write_account(const AppState *s, uid_t uid, bool group)
{
        _cleanup_free_ char *text = NULL, *path = NULL, *link_path = NULL, *target = NULL;
        const char *suffix = group ? "group" : "user";
        int r = account_json(s, uid, group, &text);
        if (r < 0)
                return r;
        if (asprintf(&target, "paas-%u.%s", (unsigned) uid, suffix) < 0 ||
            asprintf(&path, PAAS_USERDB "/%s", target) < 0 ||
            asprintf(&link_path, PAAS_USERDB "/%u.%s", (unsigned) uid, suffix) < 0)
                return -ENOMEM;
        r = write_derived(path, text, strlen(text), 0644);
        if (r < 0)
                return r;
        return symlink(target, link_path) < 0 && errno != EEXIST ? -errno : 0;
}

int hostfiles_write_accounts(const AppState *s)
{
        if (mkdir(PAAS_USERDB, 0755) < 0 && errno != EEXIST)
                return -errno;
        int r = 0;
        for (uid_t uid = s->app.run_uid; r >= 0 && uid <= s->app.run_uid + 1; uid++) {
                r = write_account(s, uid, false);
                if (r >= 0)
                        r = write_account(s, uid, true);
        }
        return r;
}

bool hostfiles_have_accounts(uid_t run_uid)
{
        char path[128];
        snprintf(path, sizeof(path), PAAS_USERDB "/paas-%u.user", (unsigned) run_uid);
        return access(path, F_OK) == 0;
}

void hostfiles_remove_accounts(uid_t run_uid)
{
        static const char *const suffixes[] = {"user", "group"};
        for (uid_t uid = run_uid; uid <= run_uid + 1; uid++)
                for (size_t i = 0; i < ELEMENTSOF(suffixes); i++) {
                        char path[128];
                        snprintf(path, sizeof(path), PAAS_USERDB "/%u.%s", (unsigned) uid, suffixes[i]);
                        (void) unlink(path);
                        snprintf(path, sizeof(path), PAAS_USERDB "/paas-%u.%s", (unsigned) uid, suffixes[i]);
                        (void) unlink(path);
                }
}

static int own_directory(const char *parent, const char *name, mode_t mode, FileOwner owner)
{
        _cleanup_free_ char *path = NULL;
        if (asprintf(&path, "%s%s%s", parent, name[0] ? "/" : "", name) < 0)
                return -ENOMEM;
        return dir_make(path, mode, owner);
}

int hostfiles_make_repository(const AppState *s, Error *e)
{
        static const char config[] =
                "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
                "\tlogAllRefUpdates = false\n";
        static const char attributes[] = "* -export-ignore -export-subst\n";
        struct passwd *pw = getpwnam("paas");
        if (!pw)
                return error_set(e, -ENOENT,
                                 "there is no user \"paas\" on this host: reinstall the package");
        /* The top is root's and sticky: git makes its lock files there, and replaces nothing of root's. */
        const FileOwner git = {pw->pw_uid, pw->pw_gid}, shared = {0, pw->pw_gid};
        const struct {
                const char *name;
                mode_t mode;
                FileOwner owner;
        } directories[] = {
                {"", 01770, shared},         {"objects", 0750, git},  {"objects/info", 0750, git},
                {"objects/pack", 0750, git}, {"refs", 0750, git},     {"refs/heads", 0750, git},
                {"refs/tags", 0750, git},    {"hooks", 0750, shared}, {"info", 0750, shared},
        };
        const struct {
                const char *name, *text;
                FileOwner owner;
        } files[] = {
                {"config", config, shared},
                {"info/attributes", attributes, shared},
                {"HEAD", "ref: refs/heads/main\n", git},
        };

        _cleanup_free_ char *path = NULL;
        if (asprintf(&path, PAAS_REPOSITORY, s->app.name) < 0)
                return -ENOMEM;
        int r = 0;
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(directories); i++)
                r = own_directory(path, directories[i].name, directories[i].mode, directories[i].owner);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(files); i++) {
                _cleanup_free_ char *file = NULL;
                if (asprintf(&file, "%s/%s", path, files[i].name) < 0)
                        return -ENOMEM;
                if (access(file, F_OK) < 0)
                        r = file_write(file, files[i].text, strlen(files[i].text), 0640, files[i].owner,
                                       FILE_SYNC);
        }
        return r < 0 ? error_set(e, r, "cannot make the repository %s: %s", path, strerror(-r)) : 0;
}

int hostfiles_make_directories(const AppState *s, Error *e)
{
        const FileOwner build = {s->app.build_uid, s->app.build_uid};
        const struct {
                const char *format;
                mode_t mode;
                FileOwner owner;
        } directories[] = {
                {PAAS_SLUGS, 0700, root},          {PAAS_CACHE, 0700, build},
                {PAAS_LAYERS, 0711, root},         {PAAS_ENV_DIR, 0700, root},
                {PAAS_RUN "/slug/%s", 0711, root}, {PAAS_RUN "/assets/%s", 0711, root},
                {PAAS_RUN "/app/%s", 0711, root},  {PAAS_SOCKETS, 0711, root},
        };
        for (size_t i = 0; i < ELEMENTSOF(directories); i++) {
                char path[256];
                _cleanup_free_ char *rest = strdup(directories[i].format);
                if (!rest)
                        return -ENOMEM;
                *strstr(rest, "%s") = '\0';
                snprintf(path, sizeof(path), "%s%s", rest, s->app.name);
                int r = dir_make_parents(rest, 0755);
                if (r >= 0)
                        r = dir_make(path, directories[i].mode, directories[i].owner);
                if (r < 0)
                        return error_set(e, r, "cannot make %s: %s", path, strerror(-r));
        }
        return 0;
}

/* Its processes have it for as long as they stop; another application of that name gets its own. */
static int set_etc_aside(const char *app)
{
        char etc[256], gone[256];
        snprintf(etc, sizeof(etc), PAAS_ETC, app);
        snprintf(gone, sizeof(gone), PAAS_ETC_GONE, app);
        int r = tree_remove(gone);
        if (r < 0)
                return r;
        return rename(etc, gone) < 0 && errno != ENOENT ? -errno : 0;
}

static const struct {
        const char *before, *after, *name; /* where it is: "/var/lib/paas/repos/APP.git"; and in gone/UUID */
} kept[] = {
        {PAAS_STATE "/repos/", ".git", "repository.git"},
        {PAAS_STATE "/slugs/", "", "slugs"},
        {PAAS_STATE "/cache/", "", "cache"},
        {PAAS_STATE "/assets/", "", "assets"},
};

int hostfiles_set_aside(const char *app, const char *id)
{
        char gone[256];
        snprintf(gone, sizeof(gone), PAAS_GONE, id);
        int r = dir_make_parents(PAAS_STATE "/gone", 0700);
        if (r >= 0)
                r = dir_make(gone, 0700, root);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(kept); i++) {
                char from[256], to[512];
                snprintf(from, sizeof(from), "%s%s%s", kept[i].before, app, kept[i].after);
                snprintf(to, sizeof(to), "%s/%s", gone, kept[i].name);
                if (rename(from, to) < 0 && errno != ENOENT)
                        r = -errno;
        }
        char environment[256];
        snprintf(environment, sizeof(environment), PAAS_ENV_DIR, app);
        if (r >= 0)
                r = tree_remove(environment);
        return r < 0 ? r : set_etc_aside(app);
}

int hostfiles_bring_back(const char *app, const char *id)
{
        char gone[256];
        snprintf(gone, sizeof(gone), PAAS_GONE, id);
        for (size_t i = 0; i < ELEMENTSOF(kept); i++) {
                char from[512], to[256];
                snprintf(from, sizeof(from), "%s/%s", gone, kept[i].name);
                snprintf(to, sizeof(to), "%s%s%s", kept[i].before, app, kept[i].after);
                if (rename(from, to) < 0 && errno != ENOENT)
                        return -errno;
        }
        return rmdir(gone) < 0 && errno != ENOENT ? -errno : 0;
}

bool hostfiles_are_home(const char *app)
{
        for (size_t i = 0; i < ELEMENTSOF(kept); i++) {
                char path[256];
                snprintf(path, sizeof(path), "%s%s%s", kept[i].before, app, kept[i].after);
                if (access(path, F_OK) == 0)
                        return true;
        }
        return false;
}

bool hostfiles_are_aside(const char *id)
{
        char path[512];
        snprintf(path, sizeof(path), PAAS_GONE "/%s", id, kept[0].name);
        return access(path, F_OK) == 0;
}

void hostfiles_forget(const char *app)
{
        char gone[256];
        snprintf(gone, sizeof(gone), PAAS_ETC_GONE, app);
        (void) tree_remove(gone);
        snprintf(gone, sizeof(gone), PAAS_SOCKETS, app);
        (void) rmdir(gone); /* a new application of this name may have sockets in it */
}

static int run_program(char *const *argv)
{
        pid_t pid;
        int status, r = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);
        if (r != 0)
                return -r;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

int hostfiles_make_etc(const AppState *s)
{
        char path[256], uid[32];
        snprintf(path, sizeof(path), PAAS_ETC "/passwd", s->app.name);
        if (access(path, F_OK) == 0)
                return 0;
        snprintf(uid, sizeof(uid), "%u", (unsigned) s->app.run_uid);
        char program[] = PAAS_LIB "/paas-etc", home[] = "/app";
        char *argv[] = {program, s->app.name, uid, home, NULL};
        return run_program(
                argv); /* copies half a dozen small files: milliseconds, once an application and boot */
}

int hostfiles_make_layer(const AppState *s, const char *short_name)
{
        const FileOwner run = {s->app.run_uid, s->app.run_uid};
        char layer[512], mount[512];
        snprintf(layer, sizeof(layer), PAAS_LAYER, s->app.name, short_name);
        snprintf(mount, sizeof(mount), PAAS_APP_MOUNT, s->app.name, short_name);

        int r = tree_remove(layer);
        if (r >= 0)
                r = dir_make(layer, 0711, root);
        if (r >= 0)
                r = own_directory(layer, "upper", 0755, run);
        if (r >= 0)
                r = own_directory(layer, "work", 0700, root);
        if (r >= 0)
                r = dir_make(mount, 0755, root);
        return r;
}

int hostfiles_remove_mount_point(const char *app, const char *short_name)
{
        char path[512];
        snprintf(path, sizeof(path), PAAS_APP_MOUNT, app, short_name);
        return rmdir(path) < 0 && errno != ENOENT ? -errno : 0;
}

int hostfiles_write_keys(Engine *e)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *text = NULL;
        size_t length;

        buffer_puts(&b, "# Written by paasd from the users' keys; see keys:add in paas(1).\n");
        for (size_t i = 0; i < e->catalog.n_users; i++) {
                const User *u = &e->catalog.users[i]->user;
                for (size_t k = 0; !u->disabled && k < u->n_keys; k++)
                        buffer_printf(&b, "restrict,pty,command=\"" PAAS_LIB "/paas-shell %s\" %s %s %s\n",
                                      u->keys[k].fingerprint, u->keys[k].type, u->keys[k].blob, u->name);
        }
        int r = buffer_finish(&b, &text, &length);
        if (r >= 0)
                r = dir_make_parents(PAAS_STATE "/ssh", 0755);
        return r < 0 ? r : write_derived(PAAS_AUTHORIZED_KEYS, text, length, 0644);
}
