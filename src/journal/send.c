/* SPDX-License-Identifier: LGPL-2.1-or-later */

#define SD_JOURNAL_SUPPRESS_LOCATION

#include "journal/journal.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include "basic/strv.h"

int journal_send(char *const *fields)
{
        size_t n = strv_length(fields);
        if (n == 0 || n > 256)
                return -EINVAL;

        struct iovec vector[256];
        for (size_t i = 0; i < n; i++)
                vector[i] = (struct iovec){.iov_base = fields[i], .iov_len = strlen(fields[i])};
        int r = sd_journal_sendv(vector, (int) n);
        return r < 0 ? r : 0;
}
