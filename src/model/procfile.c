/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/procfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/text.h"
#include "model/name.h"

static bool is_blank(char c)
{
        return c == ' ' || c == '\t';
}

/* A command that one line of a Procfile can hold, and gives back unchanged. */
static bool command_is_valid(const char *s)
{
        size_t n = strlen(s);
        if (n == 0 || n > PROCFILE_MAX_BYTES || is_blank(s[0]) || is_blank(s[n - 1]))
                return false;
        for (const char *p = s; *p; p++)
                if (((unsigned char) *p < 0x20 && *p != '\t') || *p == 0x7f)
                        return false;
        return text_is_utf8(s, n);
}

const Process *procfile_find(const Procfile *p, const char *type)
{
        for (size_t i = 0; i < p->n_processes; i++)
                if (streq(p->processes[i].type, type))
                        return &p->processes[i];
        return NULL;
}

int procfile_add(Procfile *p, const char *type, const char *command)
{
        if (process_type_check(type, NULL) < 0 || !command_is_valid(command))
                return -EINVAL;
        if (procfile_find(p, type))
                return -EEXIST;
        if (p->n_processes >= PROCFILE_MAX_PROCESSES)
                return -E2BIG;

        Process *processes = reallocarray(p->processes, p->n_processes + 1, sizeof(Process));
        if (!processes)
                return -ENOMEM;
        p->processes = processes;

        _cleanup_free_ char *t = strdup(type), *c = strdup(command);
        if (!t || !c)
                return -ENOMEM;
        processes[p->n_processes++] = (Process){.type = TAKE_PTR(t), .command = TAKE_PTR(c)};
        return 0;
}

int procfile_format(const Procfile *p, char **ret)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;

        for (size_t i = 0; i < p->n_processes; i++)
                buffer_printf(&b, "%s: %s\n", p->processes[i].type, p->processes[i].command);
        return buffer_finish(&b, ret, NULL);
}

void procfile_clear(Procfile *p)
{
        for (size_t i = 0; i < p->n_processes; i++) {
                free(p->processes[i].type);
                free(p->processes[i].command);
        }
        free(p->processes);
        *p = PROCFILE_NULL;
}
