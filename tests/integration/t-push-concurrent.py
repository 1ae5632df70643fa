#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Ten pushes at once to one application, paasd killed in the middle, one pusher who presses Ctrl-C: what git said to each of them, the
# branch, the releases and what runs agree.
# suites: bookworm
# timeout: 600
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import *

APP_NAME = 'tenpushes'
PUSHES = 10


class Pusher:
    def __init__(self, directory, ref, commit, text, *args):
        self.commit, self.text, self.interrupted = commit, text, False
        self.process = start(*push_command(directory, APP_NAME, *args, ref + ':refs/heads/main'), start_new_session=True)

    def interrupt(self):
        self.interrupted = True
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self):
        try:
            self.output, _ = self.process.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.output, _ = self.process.communicate()
            check('a push ends', False, self.output)
        self.code = self.process.returncode


def clone(origin, n):
    """A developer's own clone with a commit of their own."""
    directory = os.path.join(TMPDIR, '%s-%d' % (APP_NAME, n))
    run('git', 'clone', '-q', '--no-hardlinks', origin, directory)
    return directory


def released_in_order():
    """Commits of the releases that were current once, oldest first."""
    return [r['commit'] for r in reversed(releases(APP_NAME)) if r['status'] == 'succeeded']


def judge(what, pushers, origin_commits):
    """Each success is a release, each failure none; the last release is the branch and runs."""
    order = released_in_order()
    for n, p in enumerate(pushers):
        told = p.code == 0
        is_released = p.commit in order
        if p.interrupted:
            # Past the commit point it is finished, before it is cancelled; git itself was killed by the signal.
            check('%s: push %d was interrupted' % (what, n), p.code != 0 or is_released, p.code, p.output)
            continue
        check('%s: push %d was told the truth' % (what, n), told == is_released, 'exit code %d, released: %s' % (p.code, is_released), p.output)
        if not told:
            check('%s: push %d is told why' % (what, n), any(w in p.output for w in ('fetch first', 'undone', 'cannot lock', 'failed', 'non-fast', 'is away')), p.output)
    for at, commit in enumerate(order[1:], 1):
        r = run('git', '-C', origin_commits, 'merge-base', '--is-ancestor', order[at - 1], commit)
        check('%s: release %d descends from the one before' % (what, at + 1), r.returncode == 0, order)
    release = current(APP_NAME)
    check(what + ': the last release is current', release['commit'] == order[-1], order, release)
    texts = {p.commit: p.text for p in pushers}
    agree(what, APP_NAME, order[-1], texts.get(order[-1], 'base'))
    return order[-1]


def rivals(origin, base, disturb):
    """Each commit descends from what runs, none from another: one wins, the others have to fetch first."""
    pushers = []
    for n in range(PUSHES):
        directory = clone(origin, n)
        text = 'rival %d' % n
        commit = write(directory, {'version': text})
        run('git', '-C', origin, 'fetch', '-q', directory, '+HEAD:refs/rivals/%s' % commit)
        pushers.append((directory, commit, text))
    running = [Pusher(directory, 'HEAD', commit, text) for directory, commit, text in pushers]
    disturb(running)
    for p in running:
        p.end()
    return running


def count_jobs():
    return int(inlab('sh', '-c', 'ls /var/lib/paas/operations | grep -c "^%s\\."' % APP_NAME).stdout or 0)


def await_jobs(n):
    """Until this many operations have begun."""
    return within(60, '%d deploys are under way or over' % n, lambda: count_jobs() >= n)


def kill_paasd():
    inlab('systemctl', 'kill', '-s', 'KILL', '--kill-whom=main', 'paasd.service')


def kill_and_interrupt(running):
    await_jobs(6)
    running[3].interrupt()
    kill_paasd()


def chain(origin, base):
    """Each commit descends from the one before, and they come in any order: what has been overtaken is refused, the last one stays."""
    directory = clone(origin, 100)
    git(directory, 'fetch', '-q', origin, base)
    git(directory, 'reset', '-q', '--hard', base)
    commits = [(write(directory, {'version': 'link %d' % n}), 'link %d' % n) for n in range(PUSHES)]
    git(origin, 'fetch', '-q', directory, '+HEAD:refs/chain')
    there = count_jobs()
    running = [Pusher(directory, commit, commit, text) for commit, text in commits]
    await_jobs(there + 4)
    running[5].interrupt()
    kill_paasd()
    for p in running:
        p.end()
    return running


def main():
    setup_paas()
    new_app(APP_NAME)
    origin = repository(APP_NAME, 'base')
    base = git(origin, 'rev-parse', 'HEAD')
    r = push(origin, APP_NAME)
    if not check('the first push', r.returncode == 0, r.stdout):
        finish()
    load = Load(APP_NAME)
    rival = rivals(origin, base, kill_and_interrupt)
    within(60, 'paasd is back', paasd_back)
    now = judge('rivals', rival, origin)
    check('rivals: one at most won', sum(p.code == 0 for p in rival) <= 1, [p.code for p in rival])
    if now == base:
        check('rivals: somebody won', rival[3].interrupted and any('undone' in p.output for p in rival), [p.output for p in rival])
    linked = chain(origin, now)
    within(60, 'paasd is back again', paasd_back)
    now = judge('chain', linked, origin)
    check('chain: the last of it runs', now == linked[-1].commit or linked[-1].code != 0, now, linked[-1].output)
    said = load.end()
    check('the application always answered', said['bad'] == 0, said)
    r = push(origin, APP_NAME, '--force', base + ':refs/heads/main', timeout=120)
    check('the next push finds everything in order', r.returncode == 0, r.stdout)
    agree('at the end', APP_NAME, base, 'base')
    finish()


main()
