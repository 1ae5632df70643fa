/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fuzz.h"
#include "model/dotenv.h"

static void check_round_trip(const Config *c)
{
        _cleanup_config_ Config again = CONFIG_NULL;
        _cleanup_free_ char *text = NULL;

        fuzz_require(c->n_vars <= DOTENV_MAX_VARS && config_check_total(c, NULL) >= 0);
        fuzz_require(dotenv_format(c, &text) >= 0);
        fuzz_require(dotenv_parse(text, strlen(text), ".env", &again, NULL) >= 0);
        fuzz_require(again.n_vars == c->n_vars);
        for (size_t i = 0; i < c->n_vars; i++) {
                fuzz_require(config_var_check(c->vars[i].name, c->vars[i].value, strlen(c->vars[i].value),
                                              NULL) >= 0);
                fuzz_require(streq(again.vars[i].name, c->vars[i].name));
                fuzz_require(streq(again.vars[i].value, c->vars[i].value));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = dotenv_parse((const char *) data, size, ".env", &c, &e);
        fuzz_require((r < 0) == (e.message != NULL));
        fuzz_check_text(e.message);
        if (r >= 0)
                check_round_trip(&c);
        return 0;
}
