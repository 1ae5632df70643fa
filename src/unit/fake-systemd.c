/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "unit/fake-systemd.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/socket.h>

#include "basic/strv.h"
#include "basic/text.h"

#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER NAME ".Manager"

FakeUnit *fake_unit(Fake *f, const char *name)
{
        for (size_t i = 0; i < f->n_units; i++)
                if (streq(f->units[i].name, name))
                        return f->units + i;
        return NULL;
}

FakeUnit *fake_add(Fake *f, const char *name, const char *active)
{
        if (f->n_units == ELEMENTSOF(f->units))
                abort();
        f->units[f->n_units] = (FakeUnit){.name = strdup(name),
                                          .load = "loaded",
                                          .active = active,
                                          .sub = "running",
                                          .result = "success"};
        return f->units + f->n_units++;
}

void fake_remove(Fake *f, const char *name)
{
        FakeUnit *u = fake_unit(f, name);
        if (!u)
                return;
        free(u->name);
        *u = f->units[--f->n_units];
}

static char *unit_path(const char *name)
{
        char *path;
        return sd_bus_path_encode(PATH "/unit", name, &path) < 0 ? NULL : path;
}

static char *job_path(uint32_t job)
{
        char *path;
        return asprintf(&path, PATH "/job/%u", job) < 0 ? NULL : path;
}

void fake_job_removed(Fake *f, uint32_t job, const char *unit, const char *result)
{
        _cleanup_free_ char *path = job_path(job);
        sd_bus_emit_signal(f->bus, PATH, MANAGER, "JobRemoved", "uoss", job, path, unit, result);
}

void fake_unit_changed(Fake *f, const char *name)
{
        _cleanup_free_ char *path = unit_path(name);
        sd_bus_emit_properties_changed(f->bus, path, NAME ".Unit", "ActiveState", NULL);
}

void fake_unit_removed(Fake *f, const char *name)
{
        _cleanup_free_ char *path = unit_path(name);
        sd_bus_emit_signal(f->bus, PATH, MANAGER, "UnitRemoved", "so", name, path);
}

void fake_reloaded(Fake *f)
{
        sd_bus_emit_signal(f->bus, PATH, MANAGER, "Reloading", "b", 0);
}

/* One value of any type as text. */
static int dump(Buffer *b, sd_bus_message *m)
{
        char type;
        const char *contents, *s;
        uint64_t number = 0; /* little endian, or a test fails */
        int r = sd_bus_message_peek_type(m, &type, &contents);
        if (r <= 0)
                return r;
        if (type == 's' || type == 'o') {
                r = sd_bus_message_read_basic(m, type, &s);
                buffer_printf(b, " %s", r < 0 ? "?" : s);
        } else if (type == 'h') {
                int fd;
                r = sd_bus_message_read_basic(m, type, &fd);
                buffer_printf(b, " fd:%s", r >= 0 && fd >= 0 ? "yes" : "no");
        } else if (contents && streq(contents, "y")) {
                const void *bytes;
                size_t n;
                r = sd_bus_message_read_array(m, 'y', &bytes, &n);
                buffer_printf(b, " %.*s", (int) n, (const char *) bytes);
        } else if (contents) {
                if (type == 'v')
                        buffer_printf(b, " %s", contents);
                else
                        buffer_puts(b, type == 'a' ? " [" : " (");
                r = sd_bus_message_enter_container(m, type, contents);
                for (int more = 1; r >= 0 && more > 0;) {
                        more = dump(b, m);
                        if (more < 0)
                                r = more;
                }
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
                if (type != 'v')
                        buffer_puts(b, type == 'a' ? "]" : ")");
        } else {
                r = sd_bus_message_read_basic(m, type, &number);
                buffer_printf(b, " %llu", (unsigned long long) number);
        }
        return r < 0 ? r : 1;
}

static void log_request(Fake *f, sd_bus_message *m)
{
        buffer_puts(&f->log, sd_bus_message_get_member(m));
        while (dump(&f->log, m) > 0)
                ;
        buffer_puts(&f->log, "\n");
        sd_bus_message_rewind(m, 1);
}

/* Makes a job, which ends as the test has told, and answers with it. */
static int answer_job(Fake *f, sd_bus_message *m, const char *unit)
{
        uint32_t job = ++f->last_job;
        _cleanup_free_ char *path = job_path(job), *name = strdup(unit);
        FakeUnit *u = fake_unit(f, name);
        int r = 0;

        if (u && !f->job_result)
                u->job = job;
        if (f->job_result && f->job_before_answer)
                fake_job_removed(f, job, name, f->job_result);
        if (!f->silent)
                r = sd_bus_reply_method_return(m, "o", path);
        if (f->job_result && !f->job_before_answer)
                fake_job_removed(f, job, name, f->job_result);
        return r < 0 ? r : 1;
}

static int no_such_unit(sd_bus_message *m, const char *name)
{
        return sd_bus_reply_method_errorf(m, NAME ".NoSuchUnit", "Unit %s not loaded.", name);
}

static int on_start_transient(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        Fake *f = userdata;
        const char *name;
        log_request(f, m);
        int r = sd_bus_message_read(m, "s", &name);
        if (r < 0)
                return r;
        if (f->silent)
                return 1;
        if (fake_unit(f, name))
                return sd_bus_reply_method_errorf(
                        m, NAME ".UnitExists", "Unit %s was already loaded or has a fragment file.", name);
        fake_add(f, name, f->job_result && streq(f->job_result, "done") ? "active" : "activating");
        return answer_job(f, m, name);
}

static int on_start_or_stop(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        Fake *f = userdata;
        const char *name;
        log_request(f, m);
        int r = sd_bus_message_read(m, "s", &name);
        if (r < 0)
                return r;
        return fake_unit(f, name) ? answer_job(f, m, name) : no_such_unit(m, name);
}

static int on_log_only(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        log_request(userdata, m);
        return sd_bus_reply_method_return(m, NULL);
}

static int on_get_unit(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        const char *name;
        int r = sd_bus_message_read(m, "s", &name);
        if (r < 0)
                return r;
        if (!fake_unit(userdata, name))
                return no_such_unit(m, name);
        _cleanup_free_ char *path = unit_path(name);
        return sd_bus_reply_method_return(m, "o", path);
}

static int on_list(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        Fake *f = userdata;
        _cleanup_strv_ char **states = NULL, **patterns = NULL;
        __attribute__((cleanup(sd_bus_message_unrefp))) sd_bus_message *reply = NULL;

        log_request(f, m);
        int r = sd_bus_message_read_strv(m, &states);
        if (r >= 0)
                r = sd_bus_message_read_strv(m, &patterns);
        if (r >= 0)
                r = sd_bus_message_new_method_return(m, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "(ssssssouso)");
        for (size_t i = 0; r >= 0 && i < f->n_units; i++) {
                const FakeUnit *u = f->units + i;
                bool wanted = false;
                STRV_FOREACH(p, patterns)
                        wanted = wanted || fnmatch(*p, u->name, 0) == 0;
                if (!wanted)
                        continue;
                _cleanup_free_ char *path = unit_path(u->name);
                r = sd_bus_message_append(reply, "(ssssssouso)", u->name, "", u->load, u->active, u->sub, "",
                                          path, u->job, u->job_type ? u->job_type : "", "/");
        }
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_send(NULL, reply, NULL);
}

static const sd_bus_vtable manager_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o", on_start_transient,
                      SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("StartUnit", "ss", "o", on_start_or_stop, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("StopUnit", "ss", "o", on_start_or_stop, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("KillUnit", "ssi", NULL, on_log_only, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("ResetFailedUnit", "s", NULL, on_log_only, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Subscribe", NULL, NULL, on_log_only, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("GetUnit", "s", "o", on_get_unit, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("ListUnitsByPatterns", "asas", "a(ssssssouso)", on_list, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static int find_unit(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret,
                     sd_bus_error *e)
{
        Fake *f = userdata;
        _cleanup_free_ char *name = NULL;
        int r = sd_bus_path_decode(path, PATH "/unit", &name);
        FakeUnit *u = r > 0 ? fake_unit(f, name) : NULL;

        if (u && f->answers_with_nothing)
                return 0;
        *ret = u;
        return u ? 1 : 0;
}

static int get_text(sd_bus *bus, const char *path, const char *interface, const char *property,
                    sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        const FakeUnit *u = userdata;
        const char *text = streq(property, "Id")            ? u->name
                           : streq(property, "LoadState")   ? u->load
                           : streq(property, "ActiveState") ? u->active
                           : streq(property, "SubState")    ? u->sub
                                                            : u->result;
        return sd_bus_message_append(m, "s", text);
}

static int get_number(sd_bus *bus, const char *path, const char *interface, const char *property,
                      sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        const FakeUnit *u = userdata;
        if (streq(property, "ExecMainCode"))
                return sd_bus_message_append(m, "i", u->exit_code);
        if (streq(property, "ExecMainStatus"))
                return sd_bus_message_append(m, "i", u->exit_status);
        if (streq(property, "NRestarts"))
                return sd_bus_message_append(m, "u", 3);
        return sd_bus_message_append(m, "u", 4711);
}

static int get_job(sd_bus *bus, const char *path, const char *interface, const char *property,
                   sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        const FakeUnit *u = userdata;
        _cleanup_free_ char *job = job_path(u->job);
        return sd_bus_message_append(m, "(uo)", u->job, u->job ? job : "/");
}

static int get_environment(sd_bus *bus, const char *path, const char *interface, const char *property,
                           sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        return sd_bus_message_append(m, "as", 2, "PORT=20003", "DYNO=web.1");
}

static const sd_bus_vtable unit_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Id", "s", get_text, 0, 0),
        SD_BUS_PROPERTY("LoadState", "s", get_text, 0, 0),
        SD_BUS_PROPERTY("ActiveState", "s", get_text, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("SubState", "s", get_text, 0, 0),
        SD_BUS_PROPERTY("Job", "(uo)", get_job, 0, 0),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable service_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Result", "s", get_text, 0, 0),
        SD_BUS_PROPERTY("ExecMainCode", "i", get_number, 0, 0),
        SD_BUS_PROPERTY("ExecMainStatus", "i", get_number, 0, 0),
        SD_BUS_PROPERTY("NRestarts", "u", get_number, 0, 0),
        SD_BUS_PROPERTY("MainPID", "u", get_number, 0, 0),
        SD_BUS_PROPERTY("Environment", "as", get_environment, 0, 0),
        SD_BUS_VTABLE_END,
};

static int count_calls(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        Fake *f = userdata;
        if (sd_bus_message_is_method_call(m, "org.freedesktop.DBus.Properties", "GetAll"))
                f->calls++;
        return 0;
}

static int open_pair(sd_event *event, Fake *f)
{
        int fds[2];
        sd_id128_t id;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
                return -errno;
        int r = sd_id128_randomize(&id);
        if (r >= 0)
                r = sd_bus_new(&f->bus);
        if (r >= 0)
                r = sd_bus_set_fd(f->bus, fds[0], fds[0]);
        if (r >= 0)
                r = sd_bus_set_server(f->bus, 1, id);
        if (r >= 0)
                r = sd_bus_negotiate_fds(f->bus, 1);
        if (r >= 0)
                r = sd_bus_set_sender(f->bus, NAME); /* as systemd does where there is no bus daemon */
        if (r >= 0)
                r = sd_bus_attach_event(f->bus, event, 0);
        if (r >= 0)
                r = sd_bus_start(f->bus);
        if (r >= 0)
                r = sd_bus_new(&f->client);
        if (r >= 0)
                r = sd_bus_set_fd(f->client, fds[1], fds[1]);
        if (r >= 0)
                r = sd_bus_negotiate_fds(f->client, 1);
        if (r >= 0)
                r = sd_bus_attach_event(f->client, event, 0);
        return r < 0 ? r : sd_bus_start(f->client);
}

int fake_new(sd_event *event, Fake **ret)
{
        Fake *f = calloc(1, sizeof(Fake));
        if (!f)
                return -ENOMEM;
        f->job_result = "done";
        int r = open_pair(event, f);
        if (r >= 0)
                r = sd_bus_add_filter(f->bus, NULL, count_calls, f);
        if (r >= 0)
                r = sd_bus_add_object_vtable(f->bus, NULL, PATH, MANAGER, manager_vtable, f);
        if (r >= 0)
                r = sd_bus_add_fallback_vtable(f->bus, NULL, PATH "/unit", NAME ".Unit", unit_vtable,
                                               find_unit, f);
        if (r >= 0)
                r = sd_bus_add_fallback_vtable(f->bus, NULL, PATH "/unit", NAME ".Service", service_vtable,
                                               find_unit, f);
        if (r < 0) {
                fake_free(f);
                return r;
        }
        *ret = f;
        return 0;
}

void fake_free(Fake *f)
{
        if (!f)
                return;
        sd_bus_close_unref(f->client);
        sd_bus_close_unref(f->bus);
        while (f->n_units > 0)
                fake_remove(f, f->units[0].name);
        buffer_clear(&f->log);
        free(f);
}
