#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""paasd dies while workers take over from each other, in a rolling restart, and behind a change of a setting: what was begun goes on, and
nothing happens twice."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *
from workerlib import *

APP = 'workfaults'


def ps(kind):
    r = paas('ps', '--json', '-a', APP)
    return {p['name']: p['pid'] for p in json.loads(r.stdout) if p['name'].startswith(kind + '.')} if r.returncode == 0 else {}


def main_pid():
    return inlab('systemctl', 'show', '-P', 'MainPID', 'paasd.service').stdout.strip()


def under(point, *command):
    """What the command says; paasd has died at the point, and is back."""
    inlab('sh', '-c', 'printf %s "$1" >/run/paas/fault', 'sh', point)
    before = main_pid()
    r = run(*command)
    check(point + ': it died there', inlab('rm', '/run/paas/fault').returncode != 0)
    within(60, point + ': paasd is back', lambda: main_pid() not in ('0', before) and paas('ps', '-a', APP).returncode == 0)
    return r


def paas_command(*args):
    return inlab_command('paas', *args, '-a', APP)


if not can_kill('paasd dies while workers take over from each other'):
    finish()
setup_paas()
new_app(APP)
start_queue()
tree = write_tree()
for args in (('config:set', 'JOB_SECONDS=0.2', 'LEAVE=no'), ('ps:scale', 'web=3', 'worker=1', 'single=1'),
             ('settings:set', 'worker.strategy=handover', 'worker.quiet-signal=TSTP', 'worker.quiet-time=3s', 'single.strategy=stop-start')):
    r = paas(*args, '-a', APP)
    check('paas ' + ' '.join(args), r.returncode == 0, r.stdout)
r = push(tree, APP)
check('push', r.returncode == 0, r.stdout)

# --- a release whose stop-start process was to be replaced
for n, point in enumerate(('way-begun', 'way-made')):
    holder = state()['holding']
    change_tree(tree, n)
    r = under(point, *push_command(tree, APP))
    check(point + ': the push goes on', r.returncode == 0, r.stdout)
    within(30, point + ': the new one is there', lambda: len(state()['holding']) == 1 and state()['holding'] != holder)
    check(point + ': never were there two', state()['together'] == 1, state())
    within(40, point + ': one process of each name is left', lambda: [len(ps(k)) for k in ('web', 'worker', 'single')] == [3, 1, 1])

# --- a worker that was told to take no new work
told, before = said('quiet-worker'), ps('worker')
r = under('quiet-told', *paas_command('ps:restart', 'worker'))
check('quiet-told: the restart goes on', r.returncode == 0, r.stdout)
within(40, 'quiet-told: the new one has taken over', lambda: len(ps('worker')) == 1 and ps('worker') != before)
check('quiet-told: the old one was not told twice', len(said('quiet-worker')) <= len(told) + 1, said('quiet-worker'))

# --- a rolling restart
before, seen = ps('web'), len(state()['said'])
with Visitor(APP + '.' + DOMAIN) as visitor:
    r = under('rolled', *paas_command('ps:restart', 'web'))
    within(60, 'rolled: all are replaced', lambda: sorted(ps('web')) == sorted(before) and not set(ps('web').values()) & set(before.values()))
check('rolled: the restart goes on', r.returncode == 0, r.stdout)
visitor.check('rolled')
begun = sorted(s.split('-')[1] for s in state()['said'][seen:] if s.startswith('begin-web'))
check('rolled: each was replaced once', begun == ['web.1', 'web.2', 'web.3'], begun)

# --- a setting
before = ps('worker')
under('settings:committed', *paas_command('settings:set', 'worker.stop-timeout=7s'))
s = {x['key']: x['value'] for x in json.loads(paas('settings', '--json', '-a', APP).stdout)}
check('settings:committed: it holds', s.get('worker.stop-timeout') == '7s', s)
check('settings:committed: what runs is as it was', ps('worker') == before)
r = paas('ps:restart', 'worker', '-a', APP)
check('the next restart works', r.returncode == 0, r.stdout)
within(40, 'the next one is there', lambda: len(ps('worker')) == 1 and ps('worker') != before)
unit = inlab('ps', '-o', 'unit=', '-p', str(ps('worker')['worker.1'])).stdout.strip()
check('with its new time-out', inlab('systemctl', 'show', '-P', 'TimeoutStopUSec', unit).stdout.strip() == '7s')
destroy_app(APP)
stop_queue()
finish()
