/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/unrecognised.h"

#include <dirent.h>
#include <stdlib.h>

#include "basic/buffer.h"
#include "basic/text.h"
#include "build/say.h"

#define ROOT_SHOWN 20 /* names of the root */
#define NAME_SHOWN 60

static int is_shown(const struct dirent *d)
{
        return !streq(d->d_name, ".") && !streq(d->d_name, "..");
}

/* "README.md, src/, and 3 more" */
static char *describe_root(const char *directory)
{
        _cleanup_buffer_ Buffer text = BUFFER_NULL;
        struct dirent **entries = NULL;
        int n = scandir(directory, &entries, is_shown, alphasort);
        char *ret;

        for (int i = 0; entries && i < n; i++) {
                _cleanup_free_ char *name = say_printable(entries[i]->d_name, NAME_SHOWN);
                if (i < ROOT_SHOWN)
                        buffer_printf(&text, "%s%s%s", i > 0 ? ", " : "", name ?: "?",
                                      entries[i]->d_type == DT_DIR ? "/" : "");
                free(entries[i]);
        }
        free(entries);
        if (n > ROOT_SHOWN)
                buffer_printf(&text, ", and %d more", n - ROOT_SHOWN);
        if (n <= 0)
                buffer_puts(&text, "nothing: the tree is empty");
        return buffer_finish(&text, &ret, NULL) < 0 ? NULL : ret;
}

void unrecognised_explain(const char *directory, const Packs *packs)
{
        _cleanup_free_ char *root = describe_root(directory);
        say_problem("No Procfile, and no pack recognises this.");
        say_problem("In the root of the tree: %s", root ?: "");
        say_problem("What the packs looked for:");
        for (size_t i = 0; i < packs->n_packs; i++)
                say_problem("  %-10s %s", packs->packs[i].name,
                            packs->packs[i].looked_for ?: "(it does not say)");
        say_problem("A Procfile in the root with a line \"web: COMMAND\" is enough for anything that runs.");
}
