/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/routingcheck.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/text.h"
#include "engine/traffic/certificates.h"
#include "engine/traffic/routing-internal.h"
#include "engine/world/unitoutput.h"
#include "model/paths.h"
#include "render/routercheck.h"

#define WORDS_MAX (256 * 1024)
#define VALID "Configuration file is valid"

struct RoutingCheck {
        RoutingCheckDone done;
        void *userdata;
        UnitOutput *output;
        char *path; /* of the candidate; NULL: there is none yet */
};

RoutingCheck *routing_check_free(RoutingCheck *c)
{
        if (!c)
                return NULL;
        if (c->path)
                (void) unlink(c->path);
        unit_output_free(c->output);
        free(c->path);
        free(c);
        return NULL;
}
DEFINE_CLEANUP(RoutingCheck *, routing_check_free)

static int render(const AppSettings *s, char **ret)
{
        _cleanup_buffer_ Buffer out = BUFFER_NULL;
        const RenderTraffic traffic = routing_traffic(s);
        char extra[RENDER_SERVER_EXTRA_SIZE];
        render_traffic(&out, &traffic, PAAS_ROUTER);
        render_server_extra(&traffic, extra);
        buffer_puts(&out, extra);
        return buffer_finish(&out, ret, NULL);
}

bool routing_settings_differ(const AppSettings *a, const AppSettings *b)
{
        _cleanup_free_ char *x = NULL, *y = NULL;
        return render(a, &x) < 0 || render(b, &y) < 0 || !streq(x, y);
}

/* The first alert, without HAProxy's own prefix and the name of the file that nobody ever sees. */
static int refusal(const char *text, const char *path, Error *e)
{
        const char *alert = strstr(text, "[ALERT]"), *colon = alert ? strstr(alert, " : ") : NULL;
        if (!colon)
                return error_set(e, -EIO,
                                 "HAProxy did not say whether it takes these settings: "
                                 "journalctl -u 'paas-routercheck-*' says more");
        const char *words = colon + strlen(" : ");
        if (text_after(words, "config : "))
                words += strlen("config : ");
        const char *name = strstr(words, path), *end = strchrnul(words, '\n');
        if (name && name < end && text_after(name + strlen(path), ":")) {
                const char *message = strstr(name, "] : ");
                words = message && message < end ? message + strlen("] : ") : words;
        }
        return error_set(e, -EINVAL, "HAProxy refuses it, and nothing was changed: %.*s",
                         (int) (end - words), words);
}

static void checked(void *userdata, int r, const char *text, size_t length)
{
        RoutingCheck *c = userdata;
        _cleanup_error_ Error error = ERROR_NULL;
        if (r >= 0 && !strstr(text, VALID))
                r = refusal(text, c->path, &error);
        c->done(c->userdata, r, &error);
}

/* What the two together need, in words of ours: HAProxy would speak of a line that nobody wrote. */
static int check_sense(const RenderTraffic *t, Error *e)
{
        static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
        if (t->balance == TRAFFIC_HEADER && !t->hash_header)
                return error_set(e, -EINVAL,
                                 "balance=header needs the header's name: set hash-header too, "
                                 "for example hash-header=X-User");
        if (t->hash_header && t->hash_header[strspn(t->hash_header, token)] != '\0')
                return error_set(e, -EINVAL, "hash-header: a header's name has letters, digits and dashes");
        if (t->protocol == TRAFFIC_GRPC && t->max_body > 0)
                return error_set(
                        e, -EINVAL,
                        "max-body cannot be set with protocol=grpc: its messages come without a length");
        return 0;
}

/* The checks that ask for a page do it in HTTP/1.1, and find no process that speaks something else. */
static int check_protocol(const AppState *s, const RenderTraffic *t, Error *e)
{
        const Checks *c = &s->release.checks;
        if (t->protocol == TRAFFIC_HTTP1 || !s->release.slug || !procfile_find(&s->procfile, "web") ||
            (!checks_usual(c) && !checks_gate(c, "web", CHECK_PATH)))
                return 0;
        return error_set(
                e, -EINVAL,
                "What runs is asked for a page in HTTP/1.1, which a process that speaks h2c or gRPC "
                "does not answer. Push an app.json with {\"healthchecks\": {\"web\": [{\"type\": "
                "\"startup\", \"name\": \"up\", \"listening\": true}]}} first");
}

static int write_candidate(Engine *e, AppState *s, const AppSettings *after, const char *path, Error *error)
{
        _cleanup_(router_wish_clear) RouterWish wish = {0};
        const AppSettings before = s->settings;
        s->settings = *after; /* borrowed, for the rendering alone */
        int r = router_wish_make(e, &wish, error);
        s->settings = before;
        if (r < 0)
                return r;
        const char *text = wish.files[RENDER_ROUTER_FILES - 1].text;
        r = file_write(path, text, strlen(text), 0640, (FileOwner){0, certificates_group()}, FILE_NO_SYNC);
        return r < 0 ? error_set(error, r, "cannot write %s: %s", path, strerror(-r)) : 0;
}

int routing_check_start(Engine *e, AppState *s, const AppSettings *after, RoutingCheckDone done,
                        void *userdata, RoutingCheck **ret, Error *error)
{
        const RenderTraffic before = routing_traffic(&s->settings), traffic = routing_traffic(after);
        int r = check_sense(&traffic, error);
        if (r >= 0 && traffic.protocol != before.protocol)
                r = check_protocol(s, &traffic, error);
        if (r < 0 || !routing_settings_differ(&s->settings, after))
                return r;
        _cleanup_close_ int fd = -1;
        _cleanup_(routing_check_freep) RoutingCheck *c = calloc(1, sizeof(RoutingCheck));
        if (!c)
                return -ENOMEM;
        *c = (RoutingCheck){.done = done, .userdata = userdata};
        uint64_t number = clock_realtime();
        if (asprintf(&c->path, PAAS_ROUTER "/candidate-%llu.cfg", (unsigned long long) number) < 0) {
                c->path = NULL;
                return -ENOMEM;
        }
        r = write_candidate(e, s, after, c->path, error);
        if (r >= 0)
                r = unit_output_new(e, WORDS_MAX, checked, c, &c->output, &fd);
        if (r < 0)
                return r;
        _cleanup_unit_spec_ UnitSpec *spec = render_router_check(number, c->path, fd);
        r = unit_spec_check(spec);
        if (r >= 0)
                r = units_start(e->units, spec, NULL, 0, NULL, NULL, NULL);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(c);
        return 1;
}
