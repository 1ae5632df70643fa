/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/gitobjects.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "basic/text.h"
#include "ssh/git.h"

#define OBJECT_MAX (8 * 1024 * 1024)

void objects_close(Objects *o)
{
        closep(&o->to_git);
        if (o->from_git)
                fclose(o->from_git);
        if (o->pid > 0)
                waitpid(o->pid, NULL, 0);
        *o = OBJECTS_NULL;
}

int objects_open(Objects *o, const char *repository)
{
        _cleanup_strv_ char **argv = NULL;
        int ends[2];

        int r = git_command(&argv, repository, "cat-file", "--batch", NULL);
        if (r < 0)
                return r;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return -errno;
        o->pid = fork();
        if (o->pid == 0) {
                dup2(ends[1], STDIN_FILENO);
                dup2(ends[1], STDOUT_FILENO);
                execvp(argv[0], argv);
                _exit(127);
        }
        close(ends[1]);
        o->to_git = fcntl(ends[0], F_DUPFD_CLOEXEC, 3);
        o->from_git = fdopen(ends[0], "r");
        return o->to_git >= 0 && o->from_git && o->pid > 0 ? 0 : -EIO;
}

int objects_read(Objects *o, const char *oid, char **ret)
{
        char header[256];
        unsigned long size;

        *ret = NULL;
        if (dprintf(o->to_git, "%s\n", oid) < 0 || !fgets(header, sizeof(header), o->from_git))
                return -EIO;
        if (text_ends_with(header, " missing\n"))
                return 0;
        if (sscanf(header, "%*s %*s %lu", &size) != 1 || size > OBJECT_MAX)
                return -EBADMSG;
        _cleanup_free_ char *text = malloc(size + 1);
        if (!text)
                return -ENOMEM;
        if (fread(text, 1, size, o->from_git) != size || fgetc(o->from_git) != '\n')
                return -EIO;
        text[size] = '\0';
        *ret = TAKE_PTR(text);
        return 0;
}
