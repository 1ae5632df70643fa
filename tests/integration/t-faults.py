#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# paasd dies between any two steps of a push, and at random moments, while somebody asks the application all the time: it goes on
# answering, the push goes on or is undone, the pusher is told the truth, and everything that can be asked agrees.
# suites: bookworm
# timeout: 900
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import *

BEFORE = ['deploy:queued', 'deploy:before-building', 'deploy:building', 'built', 'deploy:before-releasing', 'deploy:releasing']
AFTER = ['release-committed', 'deploy:before-starting', 'deploy:starting', 'deploy:before-checking', 'deploy:checking',
         'deploy:before-switching', 'deploy:switching', 'servers-added', 'committed', 'deploy:before-done', 'deploy:done']
# A push that ends there has been recorded: nothing undoes it any more.
FINAL = ['committed', 'deploy:before-done', 'deploy:done']
APP_NAME = 'faults'
RANDOM_KILLS = int(os.environ.get('RANDOM_KILLS', '12'))


def arm(point):
    inlab('sh', '-c', 'printf %s "$1" >/run/paas/fault', 'sh', point)


def disarm():
    """Whether the point was not met."""
    return inlab('rm', '/run/paas/fault').returncode == 0


def push_under(what, directory, text, before, disturb):
    """Pushes a new version, with `disturb` called once the push is on its way. What is current then, as (commit, text)."""
    new = write(directory, {'version': text})
    load = Load(APP_NAME)
    pushing = start(*push_command(directory, APP_NAME))
    disturb(pushing)
    try:
        output, _ = pushing.communicate(timeout=150)
    except subprocess.TimeoutExpired:
        pushing.kill()
        check(what + ': git push ends', False)
        output = ''
    code = pushing.returncode
    within(60, what + ': paasd is back', paasd_back)
    now = (new, text) if code == 0 else before
    good = agree('%s (exit code %s)' % (what, code), APP_NAME, *now)
    said = load.end()
    good &= check(what + ': the application always answered', said['bad'] == 0 and set(said['answers']) <= {before[1], text}, said)
    if not good:
        note_log(output)
    if code != 0:
        check(what + ': the failed push says why', 'remote:  !' in output or 'remote rejected' in output, output)
    return (new, text) if current(APP_NAME)['commit'] == new else before, code, output


def note_log(output):
    for line in output.splitlines():
        print('# ' + line)
    for line in inlab('journalctl', '-q', '--no-pager', '-o', 'short-precise', '-n', '60', '-u', 'paasd.service').stdout.splitlines():
        print('# | ' + line)


def retry(what, directory, state):
    """After an undone push the same one succeeds; `state` as (commit, text) is what is current."""
    head = git(directory, 'rev-parse', 'HEAD')
    if state[0] == head:
        return state
    r = push(directory, APP_NAME, timeout=150)
    text = open(os.path.join(directory, 'version')).read()
    if check(what + ': pushed again it succeeds', r.returncode == 0, r.stdout):
        return head, text
    note_log('')
    return state


def at_points(directory, state, points):
    for point in points:
        arm(point)
        state, code, output = push_under(point, directory, 'at ' + point, state, lambda pushing: None)
        check(point + ': paasd died there', not disarm())
        if point in FINAL:
            check(point + ': what was recorded stays', code == 0, output)
        state = retry(point, directory, state)
    return state


def failing_builds(directory, state):
    """A push that is refused, and paasd dies while it says so."""
    for point in ('deploy:before-failed', 'deploy:failed'):
        arm(point)
        refused(point, directory, state)
    return state


def refused(point, directory, state):
    git(directory, 'checkout', '-q', '-b', 'bad')
    write(directory, {'Procfile': 'web: [\nnot a line\n'})
    r = push(directory, APP_NAME, 'HEAD:main', timeout=150)
    check(point + ': paasd died there', not disarm())
    within(60, point + ': paasd is back', paasd_back)
    check(point + ': the push was refused', r.returncode == 1 and 'rejected' in r.stdout, r.returncode, r.stdout)
    agree(point, APP_NAME, *state)
    git(directory, 'checkout', '-q', '-f', 'main')
    git(directory, 'branch', '-q', '-D', 'bad')


def at_random(directory, state):
    seed = int(os.environ.get('SEED', str(int(time.time()))))
    chance = random.Random(seed)
    print('# SEED=%d' % seed)
    for n in range(RANDOM_KILLS):
        what = 'random kill %d' % n
        moment = chance.uniform(0, 1.6)

        def disturb(pushing):
            # The moment is the point of it: whatever happens first.
            try:
                pushing.wait(moment)
            except subprocess.TimeoutExpired:
                pass
            inlab('systemctl', 'kill', '-s', 'KILL', '--kill-whom=main', 'paasd.service')
        state, code, output = push_under('%s after %.2f s' % (what, moment), directory, what, state, disturb)
        state = retry(what, directory, state)
    return state


def main():
    setup_paas()
    if not can_kill('paasd dies in the steps of a deploy'):
        finish()
    inlab('rm', '-f', '/run/paas/fault')
    new_app(APP_NAME)
    directory = repository(APP_NAME, 'first')
    r = push(directory, APP_NAME)
    if not check('the first push', r.returncode == 0, r.stdout):
        finish()
    state = (git(directory, 'rev-parse', 'HEAD'), 'first')
    only = os.environ.get('POINTS')
    if only:
        at_points(directory, state, only.split())
        finish()
    state = at_points(directory, state, BEFORE + AFTER)
    state = failing_builds(directory, state)
    at_random(directory, state)
    finish()


main()
