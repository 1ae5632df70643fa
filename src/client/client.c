/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "model/name.h"

/* A method never blocks paasd, so that a longer silence means that it is gone or stuck. Few wait for
 * something: client_set_patience(). */
#define CALL_TIMEOUT (60 * USEC_PER_SEC)

struct Client {
        sd_bus *bus;                /* a reference */
        char *key;                  /* owned; NULL: the caller's uid counts */
        sd_bus_slot *authenticated; /* owned; the answer to Authenticate is still to come */
        int refused;                /* negative errno when Authenticate failed */
        Error refusal;
        uint64_t patience; /* usec; 0: CALL_TIMEOUT */
};

static int away(Error *e, const char *why)
{
        return error_set(e, -CLIENT_EAWAY,
                         "paasd, the control plane of this host, does not answer (%s). Applications go on "
                         "without it; try again in a moment. `systemctl status paasd` says why",
                         why);
}

typedef struct ForeignError {
        const char *name;
        int code;
} ForeignError;

static const ForeignError foreign_errors[] = {
        {SD_BUS_ERROR_SERVICE_UNKNOWN, CLIENT_EAWAY},
        {SD_BUS_ERROR_NAME_HAS_NO_OWNER, CLIENT_EAWAY},
        {SD_BUS_ERROR_NO_REPLY, CLIENT_EAWAY},
        {SD_BUS_ERROR_DISCONNECTED, CLIENT_EAWAY},
        {SD_BUS_ERROR_TIMEOUT, CLIENT_EAWAY},
        {"org.freedesktop.DBus.Error.TimedOut", CLIENT_EAWAY},
        {SD_BUS_ERROR_ACCESS_DENIED, EPERM},
        {SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, EPERM},
        {SD_BUS_ERROR_UNKNOWN_OBJECT, ENOENT},
        {SD_BUS_ERROR_UNKNOWN_INTERFACE, ENOENT},
        {SD_BUS_ERROR_INVALID_ARGS, EINVAL},
        {SD_BUS_ERROR_LIMITS_EXCEEDED, EBUSY},
};

static bool is_broken(int r)
{
        return r == -ENOTCONN || r == -ECONNRESET || r == -EPIPE || r == -ETIMEDOUT;
}

/* The errno and the words for what a call came back with. */
static int explain(const sd_bus_error *error, int r, Error *e)
{
        /* sd-bus names what went wrong on our side after the errno. */
        if (!error->name || text_after(error->name, "System.Error."))
                return is_broken(r) ? away(e, strerror(-r))
                                    : error_set(e, r, "The call to paasd failed: %s", strerror(-r));

        int code = bus_error_to_errno(error->name);
        for (size_t i = 0; code == 0 && i < ELEMENTSOF(foreign_errors); i++)
                if (streq(error->name, foreign_errors[i].name))
                        code = foreign_errors[i].code;

        /* The bus has asked systemd to start paasd, and that did not work. */
        if (code == 0 && (text_after(error->name, "org.freedesktop.systemd1.") ||
                          text_after(error->name, "org.freedesktop.DBus.Error.Spawn.")))
                code = CLIENT_EAWAY;

        const char *text = error->message ? error->message : error->name;
        if (code == CLIENT_EAWAY || code == -CLIENT_EAWAY)
                return away(e, text);
        if (code == 0)
                return error_set(e, -EIO, "%s", text);
        return error_set(e, code < 0 ? code : -code, "%s", text);
}

static int on_authenticated(sd_bus_message *m, void *userdata, sd_bus_error *ret)
{
        Client *c = userdata;
        (void) ret;

        c->authenticated = sd_bus_slot_unref(c->authenticated);
        if (sd_bus_message_is_method_error(m, NULL))
                c->refused = explain(sd_bus_message_get_error(m), -sd_bus_message_get_errno(m), &c->refusal);
        return 1;
}

/* paas-shell says it; whoever else sets it is not believed, as with the key. */
static const char *client_address(void)
{
        const char *address = getenv("PAAS_FROM");
        return address ? address : "";
}

int client_new(sd_bus *bus, const char *key, Client **ret)
{
        _cleanup_client_ Client *c = calloc(1, sizeof(Client));
        if (!c)
                return -ENOMEM;
        c->bus = sd_bus_ref(bus);
        if (key && *key) {
                c->key = strdup(key);
                if (!c->key)
                        return -ENOMEM;
                int r = sd_bus_call_method_async(bus, &c->authenticated, BUS_NAME, BUS_PATH,
                                                 BUS_MANAGER_INTERFACE, "Authenticate", on_authenticated, c,
                                                 "ss", key, client_address());
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(c);
        return 0;
}

int client_open(const char *key, Client **ret, Error *e)
{
        _cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
        int r = sd_bus_open_system(&bus);
        if (r < 0)
                return error_set(e, -CLIENT_EAWAY, "The system bus of this host cannot be reached: %s",
                                 strerror(-r));
        r = client_new(bus, key, ret);
        if (r < 0)
                return explain(&SD_BUS_ERROR_NULL, r, e);
        return 0;
}

Client *client_free(Client *c)
{
        if (!c)
                return NULL;
        sd_bus_slot_unref(c->authenticated);
        sd_bus_flush(c->bus);
        sd_bus_close(c->bus);
        sd_bus_unref(c->bus);
        error_clear(&c->refusal);
        free(c->key);
        free(c);
        return NULL;
}

sd_bus *client_bus(Client *c)
{
        return c->bus;
}

/* Takes in what has arrived, so that the answer to Authenticate is known once a later call was answered. */
static int settle(Client *c, int r, Error *e)
{
        if (r == -CLIENT_EAWAY)
                return r;
        while (c->authenticated && sd_bus_process(c->bus, NULL) > 0)
                ;
        if (c->refused < 0)
                return error_set(e, c->refused, "%s", error_text(&c->refusal, c->refused));
        return r;
}

int client_authenticate(Client *c, Error *e)
{
        if (!c->key)
                return 0;

        c->authenticated = sd_bus_slot_unref(c->authenticated);
        c->refused = 0;
        error_clear(&c->refusal);
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = sd_bus_call_method(c->bus, BUS_NAME, BUS_PATH, BUS_MANAGER_INTERFACE, "Authenticate", &error,
                                   NULL, "ss", c->key, client_address());
        return r < 0 ? explain(&error, r, e) : 0;
}

int client_message(Client *c, const char *path, const char *interface, const char *method,
                   sd_bus_message **ret, Error *e)
{
        int r = sd_bus_message_new_method_call(c->bus, ret, BUS_NAME, path, interface, method);
        return r < 0 ? explain(&SD_BUS_ERROR_NULL, r, e) : 0;
}

void client_set_patience(Client *c, unsigned seconds)
{
        c->patience = seconds * USEC_PER_SEC;
}

int client_send(Client *c, sd_bus_message *m, sd_bus_message **ret_reply, Error *e)
{
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *reply = NULL;

        int r = sd_bus_call(c->bus, m, c->patience > 0 ? c->patience : CALL_TIMEOUT, &error, &reply);
        if (r < 0)
                r = settle(c, explain(&error, r, e), e);
        if (r < 0)
                return r;
        if (ret_reply)
                *ret_reply = TAKE_PTR(reply);
        return 0;
}

static int call_varargs(Client *c, const char *path, const char *interface, const char *method,
                        sd_bus_message **ret_reply, Error *e, const char *types, va_list ap)
{
        _cleanup_message_ sd_bus_message *m = NULL;
        int r = client_message(c, path, interface, method, &m, e);
        if (r < 0)
                return r;
        if (types && *types) {
                r = sd_bus_message_appendv(m, types, ap);
                if (r < 0)
                        return error_set(e, r, "An argument of %s cannot be sent: %s", method, strerror(-r));
        }
        return client_send(c, m, ret_reply, e);
}

int client_object_call(Client *c, const char *path, const char *interface, const char *method,
                       sd_bus_message **ret_reply, Error *e, const char *types, ...)
{
        va_list ap;
        va_start(ap, types);
        int r = call_varargs(c, path, interface, method, ret_reply, e, types, ap);
        va_end(ap);
        return r;
}

int client_call(Client *c, const char *method, sd_bus_message **ret_reply, Error *e, const char *types, ...)
{
        va_list ap;
        va_start(ap, types);
        int r = call_varargs(c, BUS_PATH, BUS_MANAGER_INTERFACE, method, ret_reply, e, types, ap);
        va_end(ap);
        return r;
}

/* An application's object path is made of its name: no call is needed to find it. */
static int app_path(const char *app, char **ret, Error *e)
{
        int r = app_name_check(app, e);
        if (r < 0)
                return r;
        _cleanup_free_ char *escaped = name_escape(app);
        if (!escaped || asprintf(ret, BUS_PATH "/app/%s", escaped) < 0)
                return -ENOMEM;
        return 0;
}

/* sd-bus answers for an object that is not there with one of three names, according to what else is. */
static int no_such_app(const char *app, int r, Error *e)
{
        if (r == -ENOENT && (!e || !e->message || strstr(e->message, BUS_PATH "/app/")))
                return error_set(e, r, "There is no application %s. `paas apps` lists those there are", app);
        return r;
}

int client_app_message(Client *c, const char *app, const char *method, sd_bus_message **ret, Error *e)
{
        _cleanup_free_ char *path = NULL;
        int r = app_path(app, &path, e);
        if (r < 0)
                return r;
        return client_message(c, path, BUS_APP_INTERFACE, method, ret, e);
}

int client_app_send(Client *c, const char *app, sd_bus_message *m, sd_bus_message **ret_reply, Error *e)
{
        return no_such_app(app, client_send(c, m, ret_reply, e), e);
}

int client_app_call(Client *c, const char *app, const char *method, sd_bus_message **ret_reply, Error *e,
                    const char *types, ...)
{
        _cleanup_free_ char *path = NULL;
        int r = app_path(app, &path, e);
        if (r < 0)
                return r;

        va_list ap;
        va_start(ap, types);
        r = call_varargs(c, path, BUS_APP_INTERFACE, method, ret_reply, e, types, ap);
        va_end(ap);
        return no_such_app(app, r, e);
}

int client_get_string(Client *c, const char *property, char **ret, Error *e)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        int r = client_object_call(c, BUS_PATH, "org.freedesktop.DBus.Properties", "Get", &reply, e, "ss",
                                   BUS_MANAGER_INTERFACE, property);
        if (r < 0)
                return r;
        const char *s;
        r = sd_bus_message_read(reply, "v", "s", &s);
        if (r < 0)
                return error_set(e, r, "paasd's property %s is not text", property);
        *ret = strdup(s);
        return *ret ? 0 : -ENOMEM;
}
