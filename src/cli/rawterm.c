/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/rawterm.h"

#include <errno.h>
#include <unistd.h>

bool rawterm_is_possible(void)
{
        return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

void rawterm_size(struct winsize *ret)
{
        if (ioctl(STDIN_FILENO, TIOCGWINSZ, ret) < 0 || ret->ws_row == 0 || ret->ws_col == 0)
                *ret = (struct winsize){.ws_row = 24, .ws_col = 80};
}

static int set_raw(const RawTerm *t)
{
        struct termios raw = t->before;
        cfmakeraw(&raw);
        return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0 ? -errno : 0;
}

int rawterm_begin(RawTerm *t)
{
        if (tcgetattr(STDIN_FILENO, &t->before) < 0)
                return -errno;
        t->active = true;
        return set_raw(t);
}

void rawterm_again(const RawTerm *t)
{
        if (t->active)
                (void) set_raw(t);
}

void rawterm_end(RawTerm *t)
{
        if (t->active)
                (void) tcsetattr(STDIN_FILENO, TCSADRAIN, &t->before);
        t->active = false;
}
