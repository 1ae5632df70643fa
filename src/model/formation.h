/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How many processes of each type should run, and how large: the wish, changed without a release. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"
#include "model/procfile.h"
#include "json/json.h"

#define FORMATION_MAX_QUANTITY 100

typedef struct FormationEntry {
        char *type;
        char *size;
        unsigned quantity;
        bool stopped; /* by ps:stop: until restarted, scaled or released */
} FormationEntry;

typedef struct Formation {
        FormationEntry *entries; /* sorted by type */
        size_t n_entries;
} Formation;

#define FORMATION_NULL ((Formation){0})

FormationEntry *formation_find(const Formation *f, const char *type); /* NULL: never scaled, quantity 0 */

/* Sets (adding the entry) and clears `stopped`. `size` NULL keeps, or the default for a new entry. */
int formation_set(Formation *f, const char *type, unsigned quantity, const char *size);

/* One "web=2", "web=2:standard-2x", "worker+1", "worker-1" of ps:scale. `p` (NULL: anything goes) is the
 * current release's Procfile: a type that it lacks is refused with the list of those it has. */
int formation_change(Formation *f, const char *change, const Procfile *p, Error *e);

/* How many should run now: 0 while stopped. */
unsigned formation_wanted(const Formation *f, const char *type);

int formation_to_json(const Formation *f, Json **ret);
int formation_from_json(const Json *j, Formation *ret, Error *e);
int formation_copy(const Formation *f, Formation *ret);
void formation_clear(Formation *f);
#define _cleanup_formation_ _cleanup_(formation_clear)
