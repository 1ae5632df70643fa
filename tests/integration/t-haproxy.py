#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The unit tests that ask HAProxy itself, with the HAProxy of each suite: this machine need not have one."""
# suites: bookworm trixie
# timeout: 600
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *

# The sanitizers' libraries are those of the machine that compiles, Debian 12.
SANITIZED = os.path.join(TREE, 'build/sanitize')
BUILD = SANITIZED if SUITE == 'bookworm' and os.path.exists(SANITIZED) else os.path.join(TREE, 'build/release')


def take_along(*paths):
    """To where they are here: the tests know where the template and the pages are."""
    for path in paths:
        inlab('mkdir', '-p', os.path.dirname(path))
        inlab('rm', '-rf', path)
        r = run(LAB, 'cp', path, '%s:%s' % (NAME, path))
        check('%s is there' % os.path.basename(path), r.returncode == 0, r.stdout)


def main():
    r = run(os.path.join(TREE, 'tests/run'), '--compile', BUILD)
    check('they are compiled', r.returncode == 0, r.stdout[-3000:])
    listed = json.loads(run('meson', 'introspect', '--tests', BUILD).stdout)
    programs = [t['cmd'][0] for t in listed if any(suite.endswith('haproxy') for suite in t['suite'])]
    check('there are such tests', len(programs) > 0, listed)
    take_along(os.path.join(TREE, 'haproxy'), os.path.join(BUILD, 'haproxy'), *programs)
    for program in programs:
        r = inlab('env', 'ASAN_OPTIONS=detect_leaks=1', 'UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1', program)
        name = os.path.basename(program)
        done = re.findall(r'^\[ +(OK|FAILED|SKIPPED) +\] (\w+)$', r.stdout, re.M)
        for result, test in dict((test, (result, test)) for result, test in done).values():
            check('%s: %s' % (name, test), result == 'OK', r.stdout)
        check('%s: it came to its end' % name, r.returncode == 0 and done, r.stdout)
    finish()


main()
