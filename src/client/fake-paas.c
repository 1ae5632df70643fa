/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/fake-paas.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "basic/file.h"
#include "basic/text.h"
#include "bus/bus.h"

#define JOB_PATH BUS_PATH "/job/blog_7"

typedef struct State {
        sd_bus *bus;
        const FakeJob *job;
        int log; /* the write end of the job's log; -1: closed */
        bool over, canceled;
} State;

static int authenticate(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        const char *key, *address;
        int r = sd_bus_message_read(m, "ss", &key, &address);
        if (r < 0)
                return r;
        if (!streq(key, FAKE_KEY))
                return sd_bus_error_set(e, "org.paas1.Error.NotPermitted", "nobody has this key");
        return sd_bus_reply_method_return(m, "s", "ana");
}

static int get_repository(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        const char *app;
        int r = sd_bus_message_read(m, "s", &app);
        if (r < 0)
                return r;
        if (!streq(app, "blog"))
                return sd_bus_error_set(e, "org.paas1.Error.NoSuchApp",
                                        "there is no application of that name");
        return sd_bus_reply_method_return(m, "sss", "/tmp/blog.git", "main",
                                          "1111111111111111111111111111111111111111");
}

static int list_apps(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        return sd_bus_reply_method_return(m, "aa{sv}", 2, 5, "name", "s", "blog", "owner", "s", "ana",
                                          "web_url", "s", "https://blog.example.com", "version", "t",
                                          UINT64_C(12), "created", "t", UINT64_C(1), 3, "name", "s", "shop",
                                          "owner", "s", "ben", "version", "t", UINT64_C(0));
}

static int get_job(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        const char *id;
        int r = sd_bus_message_read(m, "s", &id);
        if (r < 0)
                return r;
        if (!streq(id, "blog/7"))
                return sd_bus_error_set(e, "org.paas1.Error.NoSuchJob", "there is no such job");
        return sd_bus_reply_method_return(m, "o", JOB_PATH);
}

static int get_config(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        return sd_bus_reply_method_return(m, "a{ss}", 3, "A", "x y; $z", "B", "it's", "LINES", "one\ntwo");
}

static int get_config_vars(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        const char *name;
        int r = sd_bus_message_enter_container(m, 'a', "s");
        if (r >= 0)
                r = sd_bus_message_read(m, "s", &name);
        if (r < 0)
                return r;
        return streq(name, "LINES") ? sd_bus_reply_method_return(m, "a{ss}", 1, "LINES", "one\ntwo")
                                    : sd_bus_reply_method_return(m, "a{ss}", 0);
}

static int diff_config(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        uint64_t from, to;
        int values;
        int r = sd_bus_message_read(m, "ttb", &from, &to, &values);
        if (r < 0 || from == to)
                return r < 0 ? r : sd_bus_reply_method_return(m, "aa{sv}", 0);
        return values ? sd_bus_reply_method_return(m, "aa{sv}", 2, 4, "name", "s", "A", "change", "s",
                                                   "changed", "from", "s", "1", "to", "s", "2", 3, "name",
                                                   "s", "NEW", "change", "s", "added", "to", "s", "x")
                      : sd_bus_reply_method_return(m, "aa{sv}", 2, 2, "name", "s", "A", "change", "s",
                                                   "changed", 2, "name", "s", "NEW", "change", "s", "added");
}

static int list_deploys(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        return sd_bus_reply_method_return(m, "aa{sv}", 2, 7, "id", "s", "blog/7", "kind", "s", "deploy",
                                          "commit", "s", "1a2b3c4d5e6f", "user", "s", "ana", "step", "s",
                                          "building", "state", "s", "running", "version", "t", UINT64_C(0),
                                          7, "id", "s", "blog/8", "kind", "s", "deploy", "commit", "s",
                                          "ffffffffff", "user", "s", "ben", "step", "s", "queued", "state",
                                          "s", "queued", "waits_for", "s", "blog/7 before it");
}

static int set_config(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        const char *name, *value;
        int r = sd_bus_message_enter_container(m, 'a', "{ss}");
        if (r < 0)
                return r;
        r = sd_bus_message_read(m, "{ss}", &name, &value);
        if (r < 0)
                return r;
        /* "SAME=…" changes nothing. */
        return sd_bus_reply_method_return(m, "o", r > 0 && streq(name, "SAME") ? "/" : JOB_PATH);
}

static int list_instances(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        return sd_bus_reply_method_return(m, "aa{sv}", 2, 6, "name", "s", "web.1", "state", "s", "up",
                                          "version", "t", UINT64_C(12), "size", "s", "standard-1x", "memory",
                                          "t", UINT64_C(35651584), "command", "s", "python3 app.py", 6,
                                          "name", "s", "worker.1", "state", "s", "crashed", "version", "t",
                                          UINT64_C(12), "restarts", "u", 5U, "command", "s", "./worker",
                                          "last_lines", "as", 2, "one", "two \033[31mred");
}

static int deploy(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        return sd_bus_reply_method_return(m, "o", JOB_PATH);
}

static void end_job(State *s)
{
        s->over = true;
        closep(&s->log);
        s->log = -1;
        (void) sd_bus_emit_properties_changed(s->bus, JOB_PATH, BUS_JOB_INTERFACE, "State", NULL);
}

static int open_log(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        State *s = userdata;
        const char *text = s->job->log ? s->job->log : "";
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        _cleanup_close_ int out = ends[0];
        s->log = ends[1];
        int r = fd_write_all(s->log, text, strlen(text));
        if (r >= 0)
                r = sd_bus_reply_method_return(m, "h", out);
        if (r >= 0 && s->job->late) {
                closep(&s->log);
                s->log = -1;
        } else if (r >= 0 && !s->job->endless)
                end_job(s);
        return r;
}

static int cancel(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        State *s = userdata;
        s->canceled = true;
        end_job(s);
        return sd_bus_reply_method_return(m, NULL);
}

static int get_property(sd_bus *bus, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *e)
{
        State *s = userdata;
        if (streq(property, "Version"))
                return sd_bus_message_append(reply, "t", UINT64_C(13));
        if (streq(property, "Ahead"))
                return sd_bus_message_append(reply, "u", 0U);
        const char *text = "";
        if (streq(property, "Id"))
                text = "blog/7";
        else if (streq(property, "App"))
                text = "blog";
        else if (streq(property, "Url"))
                text = "https://blog.example.com";
        else if (streq(property, "Error"))
                text = s->job->error ? s->job->error : "";
        else if (streq(property, "State"))
                text = s->canceled ? "canceled" : s->over ? s->job->state : "running";
        /* Asked once while it still runs, a late one is over the next time. */
        if (streq(property, "State") && s->job->late)
                s->over = true;
        return sd_bus_message_append(reply, "s", text);
}

static const sd_bus_vtable manager_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Authenticate", "ss", "s", authenticate, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("GetRepository", "s", "sss", get_repository, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("ListApps", NULL, "aa{sv}", list_apps, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("GetJob", "s", "o", get_job, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable app_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("GetConfig", NULL, "a{ss}", get_config, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("GetConfigVars", "as", "a{ss}", get_config_vars, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("DiffConfig", "ttb", "aa{sv}", diff_config, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("ListDeploys", NULL, "aa{sv}", list_deploys, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("SetConfig", "a{ss}asa{sv}", "o", set_config, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("ListInstances", NULL, "aa{sv}", list_instances, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Deploy", "sa{sv}", "o", deploy, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static const sd_bus_vtable job_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("OpenLog", NULL, "h", open_log, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Cancel", NULL, NULL, cancel, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_PROPERTY("Id", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("App", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("State", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Url", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("Error", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("Version", "t", get_property, 0, 0),
        SD_BUS_PROPERTY("Ahead", "u", get_property, 0, 0),
        SD_BUS_VTABLE_END,
};

static int serve(int fd, const FakeJob *job)
{
        _cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
        State s = {.job = job, .log = -1};
        sd_id128_t id;

        int r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_id128_randomize(&id);
        if (r >= 0)
                r = sd_bus_set_fd(bus, fd, fd);
        if (r >= 0)
                r = sd_bus_set_server(bus, true, id);
        if (r >= 0)
                r = sd_bus_negotiate_fds(bus, true);
        if (r >= 0)
                r = sd_bus_add_object_vtable(bus, NULL, BUS_PATH, BUS_MANAGER_INTERFACE, manager_vtable, &s);
        if (r >= 0)
                r = sd_bus_add_object_vtable(bus, NULL, BUS_PATH "/app/blog", BUS_APP_INTERFACE, app_vtable,
                                             &s);
        if (r >= 0)
                r = sd_bus_add_object_vtable(bus, NULL, JOB_PATH, BUS_JOB_INTERFACE, job_vtable, &s);
        if (r >= 0)
                r = sd_bus_start(bus);
        s.bus = bus;
        while (r >= 0) {
                r = sd_bus_process(bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(bus, UINT64_MAX);
        }
        return r;
}

static int connect_client(int fd, const char *key, Client **ret)
{
        _cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
        int r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_fd(bus, fd, fd);
        if (r >= 0)
                r = sd_bus_negotiate_fds(bus, true);
        if (r >= 0)
                r = sd_bus_start(bus);
        return r < 0 ? r : client_new(bus, key, ret);
}

int fake_start(const char *key, const FakeJob *job, Fake *ret)
{
        static const FakeJob none = {.state = "succeeded"};
        Fake f = {0};
        int ends[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return -errno;
        f.pid = fork();
        if (f.pid < 0)
                return -errno;
        if (f.pid == 0) {
                close(ends[0]);
                _exit(serve(ends[1], job ? job : &none) < 0);
        }
        close(ends[1]);
        int r = connect_client(ends[0], key, &f.client);
        if (r < 0) {
                fake_stop(&f);
                return r;
        }
        *ret = f;
        return 0;
}

void fake_kill(Fake *f)
{
        if (f->pid <= 0)
                return;
        kill(f->pid, SIGKILL);
        waitpid(f->pid, NULL, 0);
        f->pid = 0;
}

void fake_stop(Fake *f)
{
        fake_kill(f);
        f->client = client_free(f->client);
}
