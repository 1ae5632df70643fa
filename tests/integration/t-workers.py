#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Workers: how the new takes over from the old (handover, stop-start), ps:restart one after another, and scaling that leaves alone what
stays. The queue has short jobs; the same with jobs of five seconds: JOB_SECONDS=5 tests/run t-workers (five minutes)."""
# timeout: 600
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *
from workerlib import *

APP = 'workers'
JOBS, SECONDS = 200, float(os.environ.get('JOB_SECONDS', '0.2'))
def verb(*args):
    r = paas(*args, '-a', APP)
    check('paas ' + ' '.join(args), r.returncode == 0, r.stdout)
    return r


def ps():
    return json.loads(paas('ps', '--json', '-a', APP).stdout)


def pids(kind):
    return {p['name']: p['pid'] for p in ps() if p['name'].startswith(kind + '.') and p['state'] == 'up'}


def deploy(number):
    change_tree(tree, number)
    r = push(tree, APP)
    check('push %s' % number, r.returncode == 0, r.stdout)


setup_paas()
new_app(APP)
start_queue()
tree = write_tree()
verb('config:set', 'JOB_SECONDS=%s' % SECONDS, 'LEAVE=yes')
verb('ps:scale', 'web=1', 'worker=4', 'single=1')
verb('settings:set', 'worker.strategy=handover', 'worker.quiet-signal=TSTP', 'worker.quiet-time=10min', 'single.strategy=stop-start')
r = paas('settings:set', 'web.strategy=stop-start', '-a', APP)
check('the web process has no strategy', r.returncode != 0 and 'switch of the router' in r.stdout, r.stdout)
deploy(1)

# --- handover: each job exactly once across three deploys. SIGTERM would lose one.
old = said('start-worker')
check('four workers run', len(old) == 4, state()['said'])
queue('jobs/%d' % JOBS)
for n in range(2, 5):
    within(60 + JOBS * SECONDS, 'jobs are being done', lambda: len(state()['done']) >= (n - 1) * JOBS // 8)
    queue('gate/closed')
    within(20, 'each worker has one in hand', lambda: state()['next'] - len(state()['done']) == 4)
    deploy(n)
    within(20, 'each of them is told', lambda: len(said('quiet-worker')) == 4 * (n - 1))
    within(20, 'the new ones have one in hand, too', lambda: state()['next'] - len(state()['done']) == 8)
    queue('gate/open')
within(60 + JOBS * SECONDS, 'all jobs are done', lambda: len(state()['done']) >= JOBS)
s = state()
check('each exactly once', sorted(s['done']) == list(range(1, JOBS + 1)),
      'missing %s' % sorted(set(range(1, JOBS + 1)) - set(s['done'])), 'twice %s' % sorted(x for x in set(s['done']) if s['done'].count(x) > 1))
within(30 + SECONDS, 'what has ended by itself is gone before its time is up', lambda: len([p for p in ps() if p['name'].startswith('worker.')]) == 4)
check('each of the old was told once', len(said('quiet-worker')) == len(set(said('quiet-worker'))) == 12, said('quiet-worker'))
check('and none came back', len(said('start-worker')) == 16, said('start-worker'))
check('what may not be there twice never was', state()['together'] == 1 and len(state()['holding']) == 1, state()['holding'])

# --- one that stays when it is quiet: stopped when its time is up, and the time goes on while paasd is killed
verb('config:set', 'LEAVE=no')
within(60, 'four workers', lambda: len(ps()) == 6 and len(pids('worker')) == 4)
told = len(said('quiet-worker'))
verb('settings:set', 'worker.quiet-time=10min', '--no-restart')
before = pids('worker')
unit = inlab('ps', '-o', 'unit=', '-p', str(before['worker.1'])).stdout.strip()
check('ps:restart of one', paas('ps:restart', 'worker.1', '-a', APP).returncode == 0)
within(20, 'the old one is told', lambda: len(said('quiet-worker')) == told + 1)
check('systemctl shows that it is quiet', ', quiet since 20' in inlab('systemctl', 'show', '-P', 'Description', unit).stdout)
check('and the other one is not touched', pids('worker').get('worker.2') == before['worker.2'], pids('worker'))
inlab('kill', '-9', inlab('systemctl', 'show', '-P', 'MainPID', 'paasd.service').stdout.strip())
within(30, 'paasd is back', lambda: paas('ps', '-a', APP).returncode == 0)
check('the quiet one still is there', inlab('systemctl', 'is-active', unit).stdout.strip() == 'active')
check('and was not told again', len(said('quiet-worker')) == told + 1)
verb('settings:set', 'worker.quiet-time=1s', '--no-restart')
within(30, 'it is stopped when its time is up', lambda: inlab('systemctl', 'is-active', unit).stdout.strip() == 'inactive')

# --- stop-start: also over a deploy that fails, and ps:restart
holder = state()['holding']
queue('forbid/web.1')
change_tree(tree, 'bad')
r = push(tree, APP)
check('a release whose web process does not start is refused', r.returncode != 0, r.stdout)
check('and has not stopped the old worker', state()['holding'] == holder and len(holder) == 1, state()['holding'])
queue('forbid/')
verb('ps:restart', 'single')
within(20, 'ps:restart replaces it', lambda: len(state()['holding']) == 1 and state()['holding'] != holder)
check('still never two', state()['together'] == 1)

# --- ps:restart: one after another, and no request fails
verb('ps:scale', 'web=3')
seen = len(state()['said'])
with Visitor(APP + '.' + DOMAIN) as visitor:
    verb('ps:restart', 'web')
visitor.check('ps:restart of three')
events = [s.split('-')[0] for s in state()['said'][seen:] if '-web.' in s]
check('each begins when the one before it listens', events == ['begin', 'listen'] * 3, events)
within(40, 'three are left', lambda: len(pids('web')) == 3 and len([p for p in ps() if p['name'].startswith('web.')]) == 3)

# --- a restart that fails half way: what was replaced stays, so do the others
before = pids('web')
queue('forbid/web.2')
r = paas('ps:restart', 'web', '-a', APP)
check('a restart that fails says which', r.returncode != 0 and 'web.2' in r.stdout, r.stdout)
queue('forbid/')
within(60, 'the first was replaced, the others go on', lambda: len([p for p in ps() if p['name'].startswith('web.')]) == 3 and
       [n for n, p in pids('web').items() if p == before[n]] == ['web.2', 'web.3'])

# --- scaling: what stays is not disturbed, what goes ends its requests
before = pids('web')
asking = [start(LAB, 'net', '--name', NAME, '--', 'curl', '-sS', '--max-time', '30', '--cacert', authority(), '--resolve',
                '%s.%s:443:127.0.0.1' % (APP, DOMAIN), 'https://%s.%s/slow' % (APP, DOMAIN)) for _ in range(3)]
within(20, 'each of three has a request', lambda: len(set(said('asked-web'))) == 3)
verb('ps:scale', 'web=1')
answers = [p.communicate()[0] for p in asking]
check('those that go answer first', all(a.startswith('web.') for a in answers), answers)
check('the one that stays is the same', pids('web') == {'web.1': before['web.1']}, pids('web'), before)
verb('ps:scale', 'web=2')
check('also when another comes', pids('web').get('web.1') == before['web.1'] and len(pids('web')) == 2, pids('web'))
destroy_app(APP)
stop_queue()
finish()
