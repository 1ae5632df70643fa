/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/helptext.h"

#include <stdio.h>
#include <string.h>

#include "cli/term.h"
#include "cli/verbtable.h"

#define LINE_WIDTH 78

/* Broken at blanks, each line indented. */
static void print_wrapped(const char *text, int indent)
{
        int room = LINE_WIDTH - indent, used = 0;

        for (const char *p = text; *p;) {
                int n = (int) strcspn(p, " ");
                if (used > 0 && used + 1 + n > room) {
                        printf("\n");
                        used = 0;
                }
                if (used == 0)
                        printf("%*s%.*s", indent, "", n, p);
                else
                        printf(" %.*s", n, p);
                used += n + (used > 0);
                p += n + (p[n] == ' ');
        }
        printf("\n");
}

static void print_option(const OptionInfo *o)
{
        char left[40];
        if (o->letter)
                snprintf(left, sizeof(left), "-%c, --%s%s%s", o->letter, o->name, o->argument ? " " : "",
                         o->argument ? o->argument : "");
        else
                snprintf(left, sizeof(left), "    --%s%s%s", o->name, o->argument ? " " : "",
                         o->argument ? o->argument : "");
        printf("  %-24s %s\n", left, o->help);
}

static void print_heading(const char *heading)
{
        printf("\n%s%s%s\n", term_begin(STYLE_HEAD), heading, term_end(STYLE_HEAD));
}

void help_print(const Verb *v)
{
        printf("paas %s%s%s: %s\n", v->name, *v->arguments ? " " : "", v->arguments, v->summary);
        if (v->text) {
                printf("\n");
                print_wrapped(v->text, 0);
        }
        if (v->alias)
                printf("\nAlso: paas %s\n", v->alias);

        print_heading("Options");
        for (Option o = 0; o < _OPTION_MAX; o++)
                if (o == OPTION_HELP || option_in(o, v->options))
                        print_option(option_info(o));

        print_heading(strchr(v->example, '\n') ? "Examples" : "Example");
        for (const char *p = v->example; *p;) {
                int n = (int) strcspn(p, "\n");
                printf("  %.*s\n", n, p);
                p += n + (p[n] == '\n');
        }
}

void help_print_all(void)
{
        printf("paas: applications on this host, by `git push`\n\n"
               "Usage: paas COMMAND [ARGUMENTS] [OPTIONS]\n");
        print_heading("Commands");
        int width = 0;
        for (const Verb *v = verbs; v->name; v++)
                if ((int) strlen(v->name) > width)
                        width = (int) strlen(v->name);
        for (const Verb *v = verbs; v->name; v++)
                printf("  %-*s  %s\n", width, v->name, v->summary);
        printf("\n`paas help COMMAND` explains one. `config set` may be written for `config:set`.\n"
               "Over ssh: ssh paas@HOST COMMAND. From a laptop: set PAAS_HOST=paas@HOST, see paas(1).\n");
}
