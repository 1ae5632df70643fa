/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdint.h>
#include <string.h>

#include "basic/text.h"
#include "render/haproxy.h"

static const char prefix[] = "setenv " RENDER_STATIC " ";

/* FNV-1a of all lines but those of servers, which are changed live, and the limit of old workers' lives,
 * which no worker's requests depend on. */
static uint64_t hash_of(const char *text)
{
        uint64_t hash = UINT64_C(0xcbf29ce484222325);
        for (const char *next; *text; text = next) {
                next = strchrnul(text, '\n');
                next += *next == '\n';
                if (text_after(text, "    server ") || text_after(text, "    hard-stop-after "))
                        continue;
                for (; text < next; text++)
                        hash = (hash ^ (unsigned char) *text) * UINT64_C(0x100000001b3);
        }
        return hash;
}

void render_static_put(char *config)
{
        char *at = strstr(config, prefix), word[RENDER_STATIC_SIZE];
        if (!at || strnlen(at + strlen(prefix), RENDER_STATIC_SIZE) < RENDER_STATIC_SIZE)
                return;
        snprintf(word, sizeof(word), "%016llx", (unsigned long long) hash_of(config));
        memcpy(at + strlen(prefix), word, RENDER_STATIC_SIZE - 1);
}

void render_static_of(const char *config, char ret[static RENDER_STATIC_SIZE])
{
        const char *at = strstr(config, prefix);
        size_t n = at ? strnlen(at + strlen(prefix), RENDER_STATIC_SIZE - 1) : 0;
        if (n > 0)
                memcpy(ret, at + strlen(prefix), n);
        ret[n] = '\0';
}
