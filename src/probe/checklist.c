/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/checklist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static bool belongs_here(const Check *c, CheckType type, bool commands)
{
        if (c->type != type)
                return false;
        return commands ? c->way == CHECK_COMMAND : c->way == CHECK_PATH || c->way == CHECK_LISTENING;
}

int checklist_read(CheckType type, bool commands, Checklist *ret)
{
        char name[32];
        int r = 0;
        ret->n = 0;
        for (unsigned i = 1; r >= 0 && i <= CHECKLIST_MAX; i++) {
                Check c;
                snprintf(name, sizeof(name), "PAAS_CHECK_%u", i);
                const char *text = getenv(name);
                if (!text)
                        break;
                r = check_parse(text, strlen(text), &c);
                if (r < 0)
                        break;
                if (belongs_here(&c, type, commands))
                        ret->list[ret->n++] = c;
                else
                        check_clear(&c);
                (void) unsetenv(name);
        }
        if (r < 0)
                checklist_clear(ret);
        return r;
}

void checklist_clear(Checklist *l)
{
        for (size_t i = 0; i < l->n; i++)
                check_clear(&l->list[i]);
        l->n = 0;
}

/* In one write, so that the lines of several do not mix. */
static bool ask_one(const Asked *asked, const Check *check)
{
        _cleanup_buffer_ Buffer why = BUFFER_NULL;
        bool passed = ask(asked, check, &why);
        if (!passed && check && check->warn)
                fputs("warning: ", stdout);
        if (why.data)
                fputs(why.data, stdout);
        (void) fflush(stdout);
        return passed || (check && check->warn);
}

static int start(const Asked *asked, const Check *check)
{
        pid_t pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                _exit(ask_one(asked, check) ? EXIT_SUCCESS : EXIT_FAILURE);
        return 0;
}

bool checklist_ask(const Asked *asked, const Checklist *l)
{
        static char lines[16384];
        (void) setvbuf(stdout, lines, _IOFBF, sizeof(lines));
        if (l->n <= 1)
                return ask_one(asked, l->n == 1 ? &l->list[0] : NULL);
        for (size_t i = 0; i < l->n; i++) {
                int r = start(asked, &l->list[i]);
                if (r < 0) {
                        printf("cannot make %zu checks at once: %s\n", l->n, strerror(-r));
                        return false;
                }
        }
        for (size_t i = 0; i < l->n; i++) {
                int status;
                if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
                        return false; /* systemd ends those that still ask */
        }
        return true;
}
