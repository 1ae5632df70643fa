/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * paas-receive: git's proc-receive hook (githooks(5)) for every ref of an application's repository. git has
 * taken in the objects and leaves the refs to us: the deploy branch is deployed and moves when its release
 * is current, and what git then tells the pusher, a ref at a time, is what happened.
 */

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>

#include "basic/file.h"
#include "basic/text.h"
#include "client/client.h"
#include "ssh/hookinput.h"
#include "ssh/pushdeploy.h"
#include "ssh/pushplan.h"
#include "ssh/repository.h"

#define REASON_MAX 400 /* of a line beside a ref */

static int answer_version(const HookInput *h)
{
        static const char version[] = "version=1\0push-options";
        _cleanup_buffer_ Buffer b = BUFFER_NULL;

        pkt_append(&b, version, h->has_options ? sizeof(version) - 1 : strlen(version));
        pkt_flush(&b);
        return b.failed ? -ENOMEM : fd_write_all(STDOUT_FILENO, b.data, b.length);
}

static int read_input(HookInput *h, Error *e)
{
        bool answered = false;
        char chunk[8192];

        while (h->state != HOOK_COMPLETE) {
                ssize_t n = read(STDIN_FILENO, chunk, sizeof(chunk));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return error_set(e, n < 0 ? -errno : -EPIPE,
                                         "git went away before it had said what to do");
                int r = hook_input_feed(h, chunk, (size_t) n, e);
                if (r < 0)
                        return r;
                if (!answered && h->state != HOOK_VERSION) {
                        r = answer_version(h);
                        if (r < 0)
                                return r;
                        answered = true;
                }
        }
        return 0;
}

/* "ng <ref> <reason>": one line, and nothing in it that a terminal would obey; git shows it as it is. */
static void put_refusal(Buffer *b, const char *ref, const char *reason)
{
        char line[REASON_MAX];
        size_t n = 0;
        for (const char *p = reason; *p && n + 1 < sizeof(line); p++)
                line[n++] = (unsigned char) *p < 0x20 || *p == 0x7f ? ' ' : *p;
        line[n] = '\0';
        pkt_appendf(b, "ng %s %s", ref, line);
}

static int answer(const HookInput *h, const PushPlan *p, const char *reason)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;

        for (size_t i = 0; i < h->n_updates; i++) {
                const char *ref = h->updates[i].ref;
                const char *refusal = i == p->deploy ? reason : p->refusals[i];
                if (refusal)
                        put_refusal(&b, ref, refusal);
                else
                        pkt_appendf(&b, "ok %s", ref);
        }
        pkt_flush(&b);
        return b.failed ? -ENOMEM : fd_write_all(STDOUT_FILENO, b.data, b.length);
}

/* Nothing can be done at all: every ref gets the same answer. */
static int answer_all(const HookInput *h, const char *reason)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;

        deploy_say(" !     %s", reason);
        for (size_t i = 0; i < h->n_updates; i++)
                put_refusal(&b, h->updates[i].ref, reason);
        pkt_flush(&b);
        return b.failed ? -ENOMEM : fd_write_all(STDOUT_FILENO, b.data, b.length);
}

static int deploy(Client *client, const HookInput *h, const char *app, const char *branch)
{
        _cleanup_push_plan_ PushPlan plan = PUSH_PLAN_NULL;
        _cleanup_free_ char *reason = NULL;

        int r = push_plan(h, app, branch, &plan);
        if (r < 0)
                return r;
        if (plan.deploy != SIZE_MAX) {
                const Deploy d = {
                        .client = client,
                        .app = app,
                        .update = &h->updates[plan.deploy],
                        .plan = &plan,
                };
                r = deploy_run(&d, &reason);
                if (r < 0 && !reason)
                        reason = strdup(strerror(-r));
        }
        return answer(h, &plan, reason);
}

static int receive(const char *app, Error *e)
{
        _cleanup_hook_input_ HookInput h = HOOK_INPUT_NULL;
        _cleanup_repository_ Repository repository = REPOSITORY_NULL;
        _cleanup_client_ Client *client = NULL;

        int r = read_input(&h, e);
        if (r < 0)
                return r;
        r = client_open(getenv("PAAS_KEY"), &client, e);
        if (r >= 0)
                r = repository_ask(client, app, false, &repository, e);
        if (r == -CLIENT_EAWAY)
                return answer_all(&h, "the control plane is away: try the push again in a moment");
        if (r < 0)
                return answer_all(&h, error_text(e, r));
        return deploy(client, &h, app, repository.branch);
}

int main(int argc, char **argv)
{
        _cleanup_error_ Error e = ERROR_NULL;
        const char *app = getenv("PAAS_APP");

        if (argc == 2 && streq(argv[1], "--version")) {
                printf("paas-receive %s\n", PAAS_VERSION);
                return EXIT_SUCCESS;
        }
        if (argc > 1 || !app) {
                bool help = argc == 2 && streq(argv[1], "--help");
                fputs("paas-receive is git's proc-receive hook; paas-shell starts git, and git starts it. "
                      "See "
                      "paas-receive(8).\n",
                      help ? stdout : stderr);
                return help ? EXIT_SUCCESS : EXIT_FAILURE;
        }
        /* The pusher's going is seen on PUSHER_FD; what was begun is ended in good order. */
        signal(SIGPIPE, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        int r = receive(app, &e);
        if (r < 0) {
                deploy_say("paas-receive: %s", error_text(&e, r));
                return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
