#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Workers: how the new takes over from the old (handover, stop-start), ps:restart one after another, and scaling that leaves alone what
stays. The queue has short jobs; the same with jobs of five seconds: JOB_SECONDS=5 tests/run t-workers (six minutes)."""
# timeout: 600
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'workers'
JOBS, SECONDS = 200, float(os.environ.get('JOB_SECONDS', '0.2'))
PORT = 18731
# Hands out numbers, and writes down who took which, who did which, who is there, and all that is said to it.
QUEUE = '''
import http.server, json, os, threading
lock, state = threading.Lock(), {'next': 0, 'limit': 0, 'done': [], 'said': [], 'together': 0, 'holding': []}
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        what, _, who = self.path[1:].partition('/')
        with lock:
            body = ''
            if what == 'take' and state['next'] < state['limit']:
                state['next'] += 1
                body = str(state['next'])
            elif what == 'done':
                state['done'].append(int(who))
            elif what == 'jobs':
                state.update(next=0, limit=int(who), done=[])
            elif what == 'say':
                state['said'].append(who)
            elif what == 'hold':
                state['holding'].append(who)
                state['together'] = max(state['together'], len(state['holding']))
            elif what == 'release':
                state['holding'].remove(who)
            elif what == 'forbid':
                state['forbidden'] = who
            elif what == 'may':
                body = 'no' if state.get('forbidden') == who else 'yes'
            elif what == 'state':
                body = json.dumps(state)
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())
http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['QUEUE_PORT'])), Handler).serve_forever()
'''
COMMON = '''
import http.client, os, signal, sys, time
def call(path):
    c = http.client.HTTPConnection('127.0.0.1', %d)
    c.request('GET', '/' + path)
    return c.getresponse().read().decode()
me = '%%s-%%s-%%d' %% (os.environ['DYNO'], os.environ['PAAS_RELEASE'], os.getpid())
''' % PORT
# Does one job after another; told to be quiet, it ends what it has, and stays until it is stopped, or leaves (LEAVE). SIGTERM ends it
# in the middle of a job, which is then lost.
WORKER = COMMON + '''
quiet = False
def on_quiet(*a):
    global quiet
    quiet = True
    call('say/quiet-' + me)
signal.signal(signal.SIGTSTP, on_quiet)
call('say/start-' + me)
while True:
    job = '' if quiet else call('take/' + me)
    if job:
        end = time.monotonic() + float(os.environ['JOB_SECONDS'])
        while time.monotonic() < end:
            time.sleep(0.01)
        call('done/' + job)
    elif quiet and os.environ['LEAVE'] == 'yes':
        sys.exit(0)
    else:
        time.sleep(0.02)
'''
# There must never be two of it.
SINGLE = COMMON + '''
def on_stop(*a):
    time.sleep(0.5)
    call('release/' + me)
    os._exit(0)
signal.signal(signal.SIGTERM, on_stop)
call('hold/' + me)
while True:
    signal.pause()
'''
WEB = COMMON + '''
import http.server, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        if self.path == '/slow':
            call('say/asked-' + os.environ['DYNO'])
            time.sleep(2)
        body = me.encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
if call('may/' + os.environ['DYNO']) == 'no':
    sys.exit('not this one')
call('say/begin-' + me)
server = http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler)
server.daemon_threads = False
signal.signal(signal.SIGTERM, lambda *a: threading.Thread(target=server.shutdown).start())
time.sleep(0.5)
call('say/listen-' + me)
server.serve_forever()
'''


def queue(path):
    return inlab('curl', '-sS', 'http://127.0.0.1:%d/%s' % (PORT, path)).stdout


def state():
    return json.loads(queue('state'))


def said(start):
    return [s for s in state()['said'] if s.startswith(start)]


def verb(*args):
    r = paas(*args, '-a', APP)
    check('paas ' + ' '.join(args), r.returncode == 0, r.stdout)
    return r


def ps():
    return json.loads(paas('ps', '--json', '-a', APP).stdout)


def pids(kind):
    return {p['name']: p['pid'] for p in ps() if p['name'].startswith(kind + '.') and p['state'] == 'up'}


def deploy(number):
    with open(os.path.join(tree, 'version'), 'w') as f:
        f.write(str(number))
    r = push(tree, APP)
    check('push %s' % number, r.returncode == 0, r.stdout)


setup_paas()
new_app(APP)
inlab('systemctl', 'stop', 'paas-test-queue.service')
inlab('systemd-run', '--quiet', '--collect', '--unit=paas-test-queue', '--setenv=QUEUE_PORT=%d' % PORT, 'python3', '-c', QUEUE)
within(20, 'the queue is there', lambda: queue('state').startswith('{'))
tree = os.path.join(TMPDIR, 'app')
os.mkdir(tree)
for name, text in (('worker.py', WORKER), ('single.py', SINGLE), ('web.py', WEB), ('requirements.txt', ''),
                   ('Procfile', 'web: exec python3 web.py\nworker: exec python3 worker.py\nsingle: exec python3 single.py\n')):
    with open(os.path.join(tree, name), 'w') as f:
        f.write(text)
verb('config:set', 'JOB_SECONDS=%s' % SECONDS, 'LEAVE=yes')
verb('ps:scale', 'web=1', 'worker=2', 'single=1')
verb('settings:set', 'worker.strategy=handover', 'worker.quiet-signal=TSTP', 'worker.quiet-time=10min', 'single.strategy=stop-start')
r = paas('settings:set', 'web.strategy=stop-start', '-a', APP)
check('the web process has no strategy', r.returncode != 0 and 'switch of the router' in r.stdout, r.stdout)
deploy(1)

# --- handover: each job exactly once across three deploys. SIGTERM would lose one.
old = said('start-worker')
check('two workers run', len(old) == 2, state()['said'])
queue('jobs/%d' % JOBS)
for n in range(2, 5):
    within(60, 'jobs are being done', lambda: len(state()['done']) >= (n - 2) * JOBS // 8 + 4)
    deploy(n)
s = state()
check('three deploys came in the middle of the jobs', len(s['done']) < JOBS, len(s['done']))
within(60 + JOBS * SECONDS, 'all jobs are done', lambda: len(state()['done']) >= JOBS)
s = state()
check('each exactly once', sorted(s['done']) == list(range(1, JOBS + 1)),
      'missing %s' % sorted(set(range(1, JOBS + 1)) - set(s['done'])), 'twice %s' % sorted(x for x in set(s['done']) if s['done'].count(x) > 1))
within(30 + SECONDS, 'what has ended by itself is gone before its time is up', lambda: len([p for p in ps() if p['name'].startswith('worker.')]) == 2)
check('each of the old was told once', len(said('quiet-worker')) == len(set(said('quiet-worker'))) == 6, said('quiet-worker'))
check('and none came back', len(said('start-worker')) == 8, said('start-worker'))
check('what may not be there twice never was', state()['together'] == 1 and len(state()['holding']) == 1, state()['holding'])

# --- one that stays when it is quiet: stopped when its time is up, and the time goes on while paasd is killed
verb('config:set', 'LEAVE=no')
within(60, 'two workers', lambda: len(ps()) == 4 and len(pids('worker')) == 2)
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
with open(os.path.join(tree, 'version'), 'w') as f:
    f.write('bad')
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
inlab('systemctl', 'stop', 'paas-test-queue.service')
finish()
