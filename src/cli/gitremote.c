/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/gitremote.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "basic/file.h"
#include "basic/text.h"
#include "model/name.h"

extern char **environ;

int git_url_app(const char *url, char **ret)
{
        size_t n = strlen(url);
        while (n > 0 && url[n - 1] == '/')
                n--;
        if (n > 4 && strncmp(url + n - 4, ".git", 4) == 0)
                n -= 4;
        size_t begin = n;
        while (begin > 0 && url[begin - 1] != '/' && url[begin - 1] != ':')
                begin--;
        if (begin == 0)
                return -EINVAL;
        _cleanup_free_ char *app = strndup(url + begin, n - begin);
        if (!app)
                return -ENOMEM;
        int r = app_name_check(app, NULL);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(app);
        return 0;
}

static int spawn_git(char *const *argv, int output, pid_t *ret)
{
        posix_spawn_file_actions_t actions;
        int r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        if (r == 0)
                r = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        if (r == 0)
                r = posix_spawnp(ret, argv[0], &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        return -r;
}

int git_remote_url(const char *remote, char **ret)
{
        _cleanup_free_ char *key = NULL, *url = NULL;
        int ends[2], status;
        pid_t pid;

        if (asprintf(&key, "remote.%s.url", remote) < 0)
                return -ENOMEM;
        char git[] = "git", config[] = "config", get[] = "--get";
        char *const argv[] = {git, config, get, key, NULL};
        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        int r = spawn_git(argv, ends[1], &pid);
        close(ends[1]);
        if (r >= 0) {
                r = fd_read_all(ends[0], 64 * 1024, &url, NULL);
                while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                        ;
        }
        close(ends[0]);
        if (r < 0)
                return r;
        url[strcspn(url, "\n")] = '\0';
        if (!*url)
                return -ENOENT;
        *ret = TAKE_PTR(url);
        return 0;
}
