/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fuzz.h"
#include "model/check.h"

/* What is accepted can be sent as a request, and reads back the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_check_ Check c = CHECK_NULL, again = CHECK_NULL;
        if (check_parse((const char *) data, size, &c) < 0)
                return 0;
        fuzz_require(c.attempts >= 1 && c.timeout >= 1 && c.status_first <= c.status_last);
        fuzz_require((c.way == CHECK_PATH) == (c.path != NULL) &&
                     (c.way == CHECK_COMMAND) == (c.command != NULL));
        fuzz_require(c.n_headers <= CHECK_HEADERS_MAX);
        for (size_t i = 0; i < c.n_headers; i++)
                fuzz_require(check_header_name_is_valid(c.headers[i].name) &&
                             check_text_is_valid(c.headers[i].value));
        fuzz_require(!c.content || check_text_is_valid(c.content));

        _cleanup_free_ char *title = check_title(&c);
        fuzz_require(title);
        if (strlen(c.text) > CHECK_TEXT_MAX) /* escapes can make it longer */
                return 0;
        fuzz_require(check_parse(c.text, strlen(c.text), &again) >= 0);
        fuzz_require(streq(c.text, again.text) && c.way == again.way && c.attempts == again.attempts);
        return 0;
}
