/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * For tests: a HAProxy with the rendered configuration, all of it on unix sockets in a directory of its own,
 * and two applications, each a thread that answers with the head of the request, so that a test sees what
 * the router made of it.
 */

#include <pthread.h>
#include <stddef.h>

#include "router/router.h"

#define FIXTURE_APPS 2

typedef struct App {
        int fd;            /* listens */
        char address[128]; /* "127.0.0.1:40000" */
        pthread_t thread;
} App;

extern char fixture_directory[];
extern App fixture_apps[FIXTURE_APPS];
extern Router *fixture_router;
extern int fixture_journal; /* receives what the router logs */

int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* The thread of an application, an App, on its `fd`. */
void *fixture_serve(void *userdata);

void fixture_path(char *ret, size_t size, const char *name);

/* Writes the router's files; application "blog" has pool_0 without a server. `extra` follows the
 * configuration. */
int fixture_write(const char *extra);

/* Makes `name`.pem in the directory. */
int fixture_certificate(const char *name);

int fixture_connect(void);
extern unsigned fixture_port; /* that it connects to */

/* Reads until the empty line. */
size_t fixture_read_head(int fd, char *text, size_t size);

/* One request in a connection of its own; the whole answer. */
char *fixture_ask_raw(const char *request, size_t length);
char *fixture_ask(const char *path, const char *host, const char *headers);
unsigned fixture_status_of(const char *answer);

/* These fail the test. */

/* A download from blog.example.com that has begun and goes on. */
int fixture_hold(void);
void fixture_expect_status(const char *path, const char *host, unsigned status);
void fixture_expect_text(const char *text, const char *part);
void fixture_expect_no_text(const char *text, const char *part);
void fixture_no_error(int r, const Error *e);

/* A server of pool_0 that is the application's; takes it out again. */
void fixture_add(const char *name, const App *a);
void fixture_take_out(const char *name);
