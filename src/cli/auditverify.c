/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What paas-audit(8) found, for people and programs. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "cli/cli.h"
#include "cli/handlers.h"
#include "cli/term.h"

#define FINDINGS_MAX (1024 * 1024)

typedef struct Finding {
        const char *kind; /* "rewritten", "damaged", "behind", "absent", "compared" */
        const char *ref, *text;
} Finding;

/* Cuts a line at its tabs. */
static bool parse(char *line, Finding *ret)
{
        char *ref = strchr(line, '\t'), *text = ref ? strchr(ref + 1, '\t') : NULL;
        if (!text)
                return false;
        *ref = *text = '\0';
        *ret = (Finding){line, ref + 1, text + 1};
        return true;
}

static bool is_bad(const Finding *f)
{
        return streq(f->kind, "rewritten") || streq(f->kind, "damaged");
}

static void print_finding(const Finding *f)
{
        Style style = is_bad(f) ? STYLE_BAD : STYLE_PLAIN;
        printf("%s%s%s ", term_begin(style), f->kind, term_end(style));
        term_print(f->ref);
        if (streq(f->kind, "rewritten"))
                printf(": the remote has what is not in the history here any more, from ");
        else
                printf(streq(f->kind, "absent") ? ": not on the remote yet, from " : ": ");
        term_print(f->text);
        printf(streq(f->kind, "behind") ? " changes are not on the remote yet\n" : "\n");
}

static int add_finding(Json *list, const Finding *f)
{
        Json *j = js_object();
        int r = js_set_string(j, "kind", f->kind);
        if (r >= 0)
                r = js_set_string(j, "ref", f->ref);
        if (r >= 0)
                r = js_set_string(j, "text", f->text);
        if (r < 0) {
                js_free(j);
                return r;
        }
        return js_add(list, j);
}

static int read_findings(Cli *cli, char ***ret)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_free_ char *text = NULL;
        Client *client;
        int fd;
        int r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_call(client, "VerifyAudit", &reply, &cli->error, NULL);
        if (r >= 0)
                r = sd_bus_message_read(reply, "h", &fd);
        if (r >= 0)
                r = fd_read_all(fd, FINDINGS_MAX, &text, NULL);
        return r < 0 ? r : strv_split(text, "\n", ret);
}

static int summarize(Cli *cli, const Finding *end, unsigned bad)
{
        if (!end->kind)
                return error_set(
                        &cli->error, -EIO,
                        "The comparison did not come to its end: journalctl -u 'paas-audit-verify-*'");
        if (bad > 0)
                return error_set(&cli->error, -EIO, "The history was rewritten or is damaged, see above");
        if (cli_has(cli, OPTION_JSON))
                return CLI_OK;
        if (streq(end->ref, "0"))
                printf("Nothing is damaged. Nothing was compared: the audit's remote has nothing, or there "
                       "is "
                       "none (audit-remote in paas.conf)\n");
        else
                printf("The history is whole: %s refs compared with the remote\n", end->ref);
        return CLI_OK;
}

/* What is on no remote at all is said once, at the end, and not of each ref. */
static bool compared_nothing(char **lines)
{
        STRV_FOREACH(line, lines)
                if (text_after(*line, "compared\t0\t"))
                        return true;
        return false;
}

int verb_audit_verify(Cli *cli)
{
        _cleanup_strv_ char **lines = NULL;
        _cleanup_json_ Json *list = js_array();
        Finding f, end = {0};
        unsigned bad = 0;
        bool json = cli_has(cli, OPTION_JSON);
        int r = list ? read_findings(cli, &lines) : -ENOMEM;
        bool nothing = compared_nothing(lines);
        STRV_FOREACH(line, lines) {
                if (r < 0 || !parse(*line, &f))
                        continue;
                bad += is_bad(&f);
                if (streq(f.kind, "compared"))
                        end = f;
                else if (json)
                        r = add_finding(list, &f);
                else if (!nothing || is_bad(&f))
                        print_finding(&f);
        }
        if (r >= 0 && json)
                r = cli_print_json(cli, list);
        return r < 0 ? r : summarize(cli, &end, bad);
}
