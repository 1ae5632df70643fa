/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include "basic/strv.h"
#include "journal/journal.h"

int journal_send(char *const *fields)
{
        size_t n = strv_length(fields);
        _cleanup_free_ struct iovec *iov = calloc(n + 1, sizeof(struct iovec));
        if (!iov)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                iov[i] = (struct iovec){.iov_base = fields[i], .iov_len = strlen(fields[i])};
        return sd_journal_sendv(iov, (int) n);
}
