/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the wish is made of; catalog.h says what is done with it. */

#include <stdbool.h>
#include <stdint.h>

#include "model/access.h"
#include "model/app.h"
#include "model/applock.h"
#include "model/pipeline.h"
#include "model/release.h"
#include "model/setting.h"
#include "model/team.h"
#include "model/user.h"
#include "store/store.h"

/* Who is responsible for a change, and which request asked for it. */
typedef struct Actor {
        const char *name;
        const char *email;   /* "" when there is none */
        const char *request; /* request id; NULL: none */
        const char *from;    /* "uid 0 (root)", "key SHA256:… from 192.0.2.7"; NULL: not known */
} Actor;

typedef struct AppState {
        App app;
        Formation formation;
        char **domains;                   /* custom ones, sorted */
        Access access;                    /* who has a role on it besides its owner */
        AppSettings settings;             /* what was set on it and on its process types */
        char head[STORE_ID_SIZE];         /* commit of refs/paas/app/<name> */
        char release_head[STORE_ID_SIZE]; /* tip of refs/paas/release/<name>; "" when there is none */
        char current[STORE_ID_SIZE];      /* commit of the current release; "" when there is none */
        char recorded[STORE_ID_SIZE]; /* of a release that was not started: the next one goes on from it */
        AppLock lock;                 /* of whoever holds releases back */
        Release release;              /* the current one; version 0 when there is none */
        Procfile procfile;            /* its Procfile */
        char built[STORE_ID_SIZE];    /* newest release with a slug, current or not; \"\": none */
        bool built_known;             /* the history was asked for it */
        uint64_t crashed_version;     /* whose crash is on record; 0: none since our start */
        uint64_t last_version;        /* the number that the newest release got */
        uint64_t last_operation;      /* the largest number that an operation had */
} AppState;

typedef struct UserState {
        User user;
        char head[STORE_ID_SIZE];
} UserState;

typedef struct TeamState {
        Team team;
        char head[STORE_ID_SIZE];
} TeamState;
typedef struct PipelineState {
        Pipeline pipeline;
        char head[STORE_ID_SIZE]; /* commit of refs/paas/pipeline/<name> */
} PipelineState;
/* A destroyed application. Its record stays for ever, its files for a while (docs/cleanup.md). */
typedef struct GoneApp {
        App app;                  /* as it was */
        char head[STORE_ID_SIZE]; /* commit of refs/paas/gone/<uuid> */
        uint64_t destroyed;       /* realtime, usec */
        char *actor;              /* by whom */
} GoneApp;

typedef struct Record Record;

typedef struct Catalog {
        Store *store;         /* borrowed */
        const Settings *host; /* borrowed; what paas.conf says is the default of what was not set */
        AppState **apps;      /* sorted by name; owned */
        size_t n_apps;
        GoneApp *gone; /* in no order; owned */
        size_t n_gone;
        UserState **users; /* sorted by name; owned */
        size_t n_users;
        TeamState **teams; /* sorted by name; owned */
        size_t n_teams;
        PipelineState **pipelines; /* sorted by name; owned */
        size_t n_pipelines;
        char *base_domain; /* of refs/paas/host; NULL before setup */
        /* Hears of each commit; `app` NULL: not of an application. */
        void (*recorded)(void *userdata, const char *app, const Record *record);
        void *userdata;
        char host_head[STORE_ID_SIZE];
        char audit_head[STORE_ID_SIZE]; /* of refs/paas/audit; "" when there is none */
} Catalog;

/* One commit on an object: what happened, to what end, by whom. */
struct Record {
        const Actor *actor;
        const char *action;  /* "deploy", "config:set", … */
        const char *subject; /* one line for people */
        uint64_t operation;  /* 0: none */
        uint64_t version;    /* release, 0: none */
        const char *status;  /* "succeeded", "failed", "canceled", "refused"; NULL: none */
        const char *reason;  /* of a failure, one line; NULL: none */
        unsigned count;      /* how often it happened, when that is more than once */
};
