/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Fills in, when paas is built, what is made of the table of verbs: `verbdoc TEMPLATE`. The template of the
 * man page and that of the completion have the hand-written parts; a line "@NAME@" is replaced.
 */

#include <stdio.h>
#include <stdlib.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/text.h"
#include "cli/verbtable.h"

#define TEMPLATE_MAX (256 * 1024)

typedef struct Section {
        const char *name; /* "@COMMANDS@" */
        void (*print)(void);
} Section;

/* In roff a dash is a minus only with a backslash, and a line must not begin with a dot or a quote. */
static void put_roff(const char *text)
{
        if (*text == '.' || *text == '\'')
                printf("\\&");
        for (; *text; text++) {
                if (*text == '-')
                        printf("\\-");
                else if (*text == '\\')
                        printf("\\e");
                else
                        putchar(*text);
        }
}

static void print_synopsis(void)
{
        for (const Verb *v = verbs; v->name; v++) {
                printf(".B paas ");
                put_roff(v->name);
                if (*v->arguments) {
                        printf("\n.I ");
                        put_roff(v->arguments);
                }
                printf("\n.br\n");
        }
}

static void print_options_of(const Verb *v)
{
        printf(".br\nOptions:");
        for (Option o = 0; o < _OPTION_MAX; o++) {
                if (!option_in(o, v->options))
                        continue;
                const OptionInfo *info = option_info(o);
                printf("\n.BR \\-\\-");
                put_roff(info->name);
                if (info->argument) {
                        printf(" \" \" \"");
                        put_roff(info->argument);
                        printf("\"");
                }
        }
        printf("\n");
}

static void print_examples(const char *example)
{
        printf(".IP\n.EX\n");
        while (*example) {
                size_t n = strcspn(example, "\n");
                _cleanup_free_ char *line = strndup(example, n);
                if (!line)
                        exit(EXIT_FAILURE);
                put_roff(line);
                printf("\n");
                example += n + (example[n] == '\n');
        }
        printf(".EE\n");
}

static void print_commands(void)
{
        for (const Verb *v = verbs; v->name; v++) {
                printf(".TP\n.BR \"");
                put_roff(v->name);
                printf("\"");
                if (*v->arguments) {
                        printf(" \" \" \"");
                        put_roff(v->arguments);
                        printf("\"");
                }
                printf("\n");
                printf("%c", v->summary[0] - 'a' + 'A');
                put_roff(v->summary + 1);
                printf(".\n");
                if (v->text) {
                        put_roff(v->text);
                        printf("\n");
                }
                if (v->alias) {
                        printf("Also called\n.BR ");
                        put_roff(v->alias);
                        printf(" .\n");
                }
                if (v->options)
                        print_options_of(v);
                print_examples(v->example);
        }
}

static void print_options(void)
{
        for (Option o = 0; o < _OPTION_MAX; o++) {
                const OptionInfo *info = option_info(o);
                printf(".TP\n.BR ");
                if (info->letter)
                        printf("\\-%c \", \" ", info->letter);
                printf("\\-\\-");
                put_roff(info->name);
                if (info->argument) {
                        printf(" \" \" ");
                        put_roff(info->argument);
                }
                printf("\n");
                put_roff(info->help);
                printf("\n");
        }
}

static void print_words(void)
{
        printf("_paas_verbs='");
        for (const Verb *v = verbs; v->name; v++)
                printf("%s%s", v == verbs ? "" : " ", v->name);
        printf("'\n");
}

static void print_cases(void)
{
        for (const Verb *v = verbs; v->name; v++) {
                printf("        %s%s%s) options='--help", v->name, v->alias ? "|" : "",
                       v->alias ? v->alias : "");
                for (Option o = 0; o < _OPTION_MAX; o++)
                        if (option_in(o, v->options))
                                printf(" --%s", option_info(o)->name);
                printf("' ;;\n");
        }
}

static const Section sections[] = {
        {"@SYNOPSIS@", print_synopsis}, {"@COMMANDS@", print_commands}, {"@OPTIONS@", print_options},
        {"@WORDS@", print_words},       {"@CASES@", print_cases},
};

static void print_line(const char *line, size_t length)
{
        for (size_t i = 0; i < ELEMENTSOF(sections); i++)
                if (strlen(sections[i].name) == length && strncmp(sections[i].name, line, length) == 0) {
                        sections[i].print();
                        return;
                }
        printf("%.*s\n", (int) length, line);
}

int main(int argc, char **argv)
{
        _cleanup_free_ char *template = NULL;

        if (argc != 2) {
                fprintf(stderr, "Usage: verbdoc TEMPLATE\n");
                return EXIT_FAILURE;
        }
        int r = file_read(argv[1], TEMPLATE_MAX, &template, NULL);
        if (r < 0) {
                fprintf(stderr, "verbdoc: %s: %s\n", argv[1], strerror(-r));
                return EXIT_FAILURE;
        }
        for (const char *p = template; *p;) {
                size_t n = strcspn(p, "\n");
                print_line(p, n);
                p += n + (p[n] == '\n');
        }
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
