/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * roledoc: the pages about roles, made of the one table (model/action.c). Without arguments the table of
 * docs/roles.md, with --man the page paas-roles(7).
 */

#include <stdio.h>
#include <string.h>

#include "basic/text.h"
#include "model/action.h"

static const struct {
        Role role;
        const char *name, *text;
} sections[] = {
        {ROLE_NONE, "every user", "What needs no role: one's own things, and lists of what one may see."},
        {ROLE_VIEWER, "viewer", "Sees an application."},
        {ROLE_DEPLOYER, "deployer",
         "Changes which code runs. Is not shown config values; the code that runs gets them."},
        {ROLE_OPERATOR, "operator", "Reads and changes config, and how it runs."},
        {ROLE_OWNER, "owner",
         "Gives access, and destroys. An application has exactly one. Of a team it is the lead."},
        {ROLE_ADMIN, "admin", "Of the host. May do everything above, too, on every application and team."},
};

static void print_markdown(void)
{
        for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
                printf("\n### %s\n\n%s\n\n| action | what it is |\n| --- | --- |\n", sections[i].name,
                       sections[i].text);
                for (Action a = 0; a < _ACTION_MAX; a++)
                        if (action_role(a) == sections[i].role)
                                printf("| `%s` | %s |\n", action_to_string(a), action_describe(a));
        }
        printf("\n");
}

/* In roff a dash is written so that it can be copied, and a word must not begin with a dot or quote. */
static void print_roff(const char *s)
{
        for (; *s; s++)
                if (*s == '-')
                        printf("\\-");
                else if (*s == '\'')
                        printf("\\(aq");
                else
                        putchar(*s);
}

static void print_man(void)
{
        printf(".\\\" SPDX-License-Identifier: LGPL-2.1-or-later\n"
               ".TH PAAS\\-ROLES 7 \"\" \"paas\" \"Overview\"\n"
               ".SH NAME\npaas\\-roles \\- who may do what\n"
               ".SH DESCRIPTION\n"
               "Somebody has a role on an application because they own it, because they were given one\n"
               ".RB ( \"paas access:add\" ),\nor because a team of theirs was; the highest counts. Each "
               "role "
               "includes those before it.\nAn action stands for all commands of its kind: config:set for "
               "config:unset, too.\n");
        for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
                printf(".SS %s\n%s\n", sections[i].name, sections[i].text);
                for (Action a = 0; a < _ACTION_MAX; a++) {
                        if (action_role(a) != sections[i].role)
                                continue;
                        printf(".TP\n.B ");
                        print_roff(action_to_string(a));
                        printf("\n");
                        print_roff(action_describe(a));
                        printf("\n");
                }
        }
        printf(".SH SEE ALSO\n.BR paas (1),\n.BR paasd (8)\n");
}

int main(int argc, char **argv)
{
        if (argc == 2 && streq(argv[1], "--man"))
                print_man();
        else
                print_markdown();
        return 0;
}
