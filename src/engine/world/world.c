/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/world.h"

#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

static AppWorld *world_free(AppWorld *w)
{
        if (!w)
                return NULL;
        for (size_t i = 0; i < w->n_instances; i++)
                instance_free(w->instances[i]);
        unit_call_free(w->observation);
        unit_call_free(w->slug_stop);
        sd_event_source_disable_unref(w->later);
        free(w->instances);
        mounted_forget(&w->mounted);
        strv_free(w->stray_sockets);
        free(w->window);
        counts_clear(&w->counts);
        free(w->app);
        free(w);
        return NULL;
}

AppWorld *world_find(Engine *e, const char *app)
{
        for (size_t i = 0; i < e->n_worlds; i++)
                if (streq(e->worlds[i]->app, app))
                        return e->worlds[i];
        return NULL;
}

AppWorld *world_get(Engine *e, const char *app)
{
        AppWorld *w = world_find(e, app);
        if (w)
                return w;

        w = calloc(1, sizeof(AppWorld));
        AppWorld **longer = w ? reallocarray(e->worlds, e->n_worlds + 1, sizeof(AppWorld *)) : NULL;
        if (longer)
                e->worlds = longer;
        if (!longer || !(w->app = strdup(app)))
                return world_free(w);
        w->engine = e;
        e->worlds[e->n_worlds++] = w;
        return w;
}

void world_remove(Engine *e, AppWorld *w)
{
        for (size_t i = 0; i < e->n_worlds; i++) {
                if (e->worlds[i] != w)
                        continue;
                memmove(&e->worlds[i], &e->worlds[i + 1], (e->n_worlds - i - 1) * sizeof(AppWorld *));
                e->n_worlds--;
                world_free(w);
                return;
        }
}

Instance *world_find_instance(AppWorld *w, const InstanceName *name)
{
        for (size_t i = 0; i < w->n_instances; i++) {
                const InstanceName *n = &w->instances[i]->name;
                if (n->index == name->index && n->version == name->version &&
                    n->operation == name->operation && n->oneoff == name->oneoff &&
                    streq(n->type, name->type))
                        return w->instances[i];
        }
        return NULL;
}

Instance *world_find_named(const AppWorld *w, const char *short_name)
{
        for (size_t i = 0; w && i < w->n_instances; i++)
                if (streq(w->instances[i]->short_name, short_name))
                        return w->instances[i];
        return NULL;
}

Instance *world_add(AppWorld *w, const InstanceName *name, unsigned port)
{
        Instance *i = instance_new(name);
        Instance **longer = i ? reallocarray(w->instances, w->n_instances + 1, sizeof(Instance *)) : NULL;
        if (longer)
                w->instances = longer;
        if (!longer)
                return instance_free(i);
        i->port = port;
        w->instances[w->n_instances++] = i;
        return i;
}

void world_drop(AppWorld *w, Instance *instance)
{
        for (size_t i = 0; i < w->n_instances; i++) {
                if (w->instances[i] != instance)
                        continue;
                memmove(&w->instances[i], &w->instances[i + 1],
                        (w->n_instances - i - 1) * sizeof(Instance *));
                w->n_instances--;
                instance_free(instance);
                return;
        }
}

uint64_t world_last_operation(AppWorld *w)
{
        uint64_t last = 0;
        for (size_t i = 0; i < w->n_instances; i++)
                if (w->instances[i]->name.operation > last)
                        last = w->instances[i]->name.operation;
        return last;
}
