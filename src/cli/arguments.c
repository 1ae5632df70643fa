/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/arguments.h"

#include <errno.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "cli/verbtable.h"

void arguments_clear(Invocation *i)
{
        strv_free(i->arguments);
        for (char **value = i->many; value && *value; value++)
                explicit_bzero(*value, strlen(*value));
        strv_free(i->many);
        *i = (Invocation){0};
}

/* "config" "set" is "config:set"; returns how many words it took. */
static size_t find_verb(char *const *words, const Verb **ret)
{
        _cleanup_free_ char *joined = NULL;

        if (words[1] && words[1][0] != '-' && !strchr(words[0], ':') &&
            asprintf(&joined, "%s:%s", words[0], words[1]) >= 0) {
                *ret = verb_find(joined);
                if (*ret)
                        return 2;
        }
        *ret = verb_find(words[0]);
        return 1;
}

static int unknown_verb(const char *word, Error *e)
{
        const char *near = verb_nearest(word);
        if (near)
                return error_set(e, -EINVAL,
                                 "There is no command '%s'. Is '%s' meant? `paas help` lists them", word,
                                 near);
        return error_set(e, -EINVAL, "There is no command '%s'. `paas help` lists them", word);
}

static bool allows(const Verb *v, Option o)
{
        return o == OPTION_HELP || option_in(o, v->options);
}

static Option find_long(const Verb *v, const char *name, size_t length)
{
        for (Option o = 0; o < _OPTION_MAX; o++) {
                const char *known = option_info(o)->name;
                if (allows(v, o) && strlen(known) == length && strncmp(known, name, length) == 0)
                        return o;
        }
        return _OPTION_MAX;
}

static Option find_letter(const Verb *v, char letter)
{
        for (Option o = 0; o < _OPTION_MAX; o++)
                if (allows(v, o) && option_info(o)->letter == letter)
                        return o;
        return _OPTION_MAX;
}

static int misuse(const Verb *v, Error *e, const char *what, const char *word)
{
        return error_set(e, -EINVAL, "%s %s. `paas help %s` explains the command", word, what, v->name);
}

static int set_value(Invocation *i, Option o, const char *value)
{
        i->values[o] = value;
        return option_info(o)->many ? strv_append(&i->many, value) : 0;
}

/* "--app=blog", "--app blog". Moves on when it took the next word. */
static int take_long(Invocation *i, char *const **word, Error *e)
{
        const char *name = **word + 2, *equals = strchr(name, '=');
        Option o = find_long(i->verb, name, equals ? (size_t) (equals - name) : strlen(name));

        if (o == _OPTION_MAX)
                return misuse(i->verb, e, "is not an option of this command", **word);
        if (!option_info(o)->argument) {
                if (equals)
                        return misuse(i->verb, e, "has a value, but takes none", **word);
                i->values[o] = "";
                return 0;
        }
        if (equals)
                return set_value(i, o, equals + 1);
        if (!(*word)[1])
                return misuse(i->verb, e, "needs a value", **word);
        return set_value(i, o, *++*word);
}

/* "-t", "-ablog", "-a blog", "-tn 5". */
static int take_letters(Invocation *i, char *const **word, Error *e)
{
        for (const char *p = **word + 1; *p; p++) {
                Option o = find_letter(i->verb, *p);
                if (o == _OPTION_MAX)
                        return misuse(i->verb, e, "is not an option of this command", **word);
                if (!option_info(o)->argument) {
                        i->values[o] = "";
                        continue;
                }
                if (p[1])
                        return set_value(i, o, p + 1);
                if (!(*word)[1])
                        return misuse(i->verb, e, "needs a value", **word);
                return set_value(i, o, *++*word);
        }
        return 0;
}

static int check_number(const Invocation *i, Error *e)
{
        const Verb *v = i->verb;
        if (i->n_arguments < v->min)
                return error_set(e, -EINVAL, "Something is missing: paas %s %s", v->name, v->arguments);
        if (i->n_arguments <= v->max)
                return 0;
        const char *word = i->arguments[v->max];
        bool hint = allows(v, OPTION_APP) && !i->values[OPTION_APP];
        return error_set(e, -EINVAL, "'%s' is one word too many: paas %s%s%s%s%s", word, v->name,
                         *v->arguments ? " " : "", v->arguments,
                         hint ? ". An application is named by an option: -a " : "", hint ? word : "");
}

static int take_words(Invocation *i, char *const *words, Error *e)
{
        bool options = true;
        int r = 0;

        for (char *const *w = words; r >= 0 && *w; w++) {
                if (i->verb->command && i->arguments)
                        options = false;
                if (options && streq(*w, "--"))
                        options = false;
                else if (options && text_after(*w, "--"))
                        r = take_long(i, &w, e);
                else if (options && (*w)[0] == '-' && (*w)[1])
                        r = take_letters(i, &w, e);
                else
                        r = strv_append(&i->arguments, *w);
        }
        i->n_arguments = strv_length(i->arguments);
        return r;
}

int arguments_parse(char *const *words, Invocation *ret, Error *e)
{
        _cleanup_arguments_ Invocation i = {0};

        size_t n = find_verb(words, &i.verb);
        if (!i.verb)
                return unknown_verb(words[0], e);
        int r = take_words(&i, words + n, e);
        if (r >= 0 && !i.values[OPTION_HELP])
                r = check_number(&i, e);
        if (r < 0)
                return r;
        *ret = i;
        i = (Invocation){0};
        return 0;
}
