/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* paasd: the manager. Started by systemd as paasd.service; see paasd(8). */

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "basic/log.h"
#include "paasd/manager.h"

static int terminate(sd_event_source *source, const struct signalfd_siginfo *si, void *userdata)
{
        (void) sd_notify(0, "STOPPING=1");
        return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int watch_signals(sd_event *event)
{
        sigset_t set;
        if (sigemptyset(&set) < 0 || sigaddset(&set, SIGTERM) < 0 || sigaddset(&set, SIGINT) < 0 ||
            sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -1;
        signal(SIGPIPE, SIG_IGN);
        int r = sd_event_add_signal(event, NULL, SIGTERM, terminate, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGINT, terminate, NULL);
        if (r >= 0)
                r = sd_event_set_watchdog(event, true);
        return r;
}

static int run(void)
{
        _cleanup_(manager_freep) Manager *m = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = manager_new(&m, &error);
        if (r >= 0)
                r = watch_signals(m->event);
        if (r >= 0)
                r = manager_start(m, &error);
        if (r < 0)
                return log_error(0, "%s", error_text(&error, r)), r;
        return sd_event_loop(m->event);
}

int main(int argc, char **argv)
{
        static const struct option options[] = {
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, 'V'},
                {0},
        };
        switch (getopt_long(argc, argv, "h", options, NULL)) {
        case -1:
                break;
        case 'h':
                puts("Usage: paasd\n\nThe manager of paas. systemd starts it (paasd.service).\n\nExample: "
                     "systemctl status paasd");
                return EXIT_SUCCESS;
        case 'V':
                puts("paasd " PAAS_VERSION);
                return EXIT_SUCCESS;
        default:
                return EXIT_FAILURE;
        }
        return run() < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
