#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Health checks of app.json: what holds a release back, and what its developer is told."""
# suites: bookworm
# timeout: 400
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'checked'
PROGRAM = '''
import http.server, os, sys
state = {'ready': '200', 'live': '200', 'asked': 0}
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        words = self.path.split('/')
        status, body = 200, os.environ['PAAS_RELEASE']
        if words[1] == 'set':
            state[words[2]] = words[3]
        if words[1] == 'rest':
            open('/tmp/rest', 'w') if words[2] == '1' else os.unlink('/tmp/rest')
        if words[1] == 'who':
            body = os.environ['DYNO']
        if words[1] in ('ready', 'live'):
            status, body = int(state[words[1]]), 'all is ' + words[1]
        if words[1] == 'up':
            state['asked'] += 1
            print('asked', self.headers['X-Check'], self.headers['Host'], flush=True)
            warm = state['asked'] >= int(os.environ.get('WARM', '1'))
            status, body = (200, 'all is fine') if warm else (503, 'warming up')
            if 'BROKEN' in os.environ:
                status, body = int(os.environ['BROKEN']), 'the database is away'
        data = body.encode()
        self.send_response(status)
        self.send_header('X-Why', 'because')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        for i in range(0, len(data), 4):
            self.wfile.write(b'%x\\r\\n%s\\r\\n' % (len(data[i:i + 4]), data[i:i + 4]))
        self.wfile.write(b'0\\r\\n\\r\\n')
    protocol_version = 'HTTP/1.1'
open('/tmp/mine', 'w').write('from the process')
server = http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler)
print('listening now', flush=True)
server.serve_forever()
'''
COMMAND = '''
import os, sys
if sys.argv[1] == 'ready':
    sys.exit('%s is asked to rest' % os.environ['DYNO'] if os.path.exists('/tmp/rest') else 0)
print('run by', os.getuid(), 'in', os.getcwd(), 'sees', open('/tmp/mine').read(), 'and', os.environ.get('COLOUR'), flush=True)
sys.exit(int(sys.argv[1]))
'''
WORKER = '''
import os, socket, sys, time
if 'SHORT' in os.environ:
    sys.exit('worker has no work')
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])
print('worker is ready', flush=True)
while True:
    s.sendto(b'WATCHDOG=1', os.environ['NOTIFY_SOCKET'])
    time.sleep(0.5)
'''


def deploy(health, **environment):
    """Pushes the application with these checks; its processes see the environment, the config does not change."""
    words = ' '.join("%s='%s'" % v for v in environment.items())
    files = {'web.py': PROGRAM, 'check.py': COMMAND, 'work.py': WORKER, 'app.json': json.dumps({'healthchecks': health}),
             'Procfile': 'web: %s exec python3 web.py\nworker: %s exec python3 work.py\n' % (words, words)}
    for name, text in files.items():
        with open(os.path.join(tree, name), 'w') as f:
            f.write(text)
    return push(tree, APP)


def passes(what, health, **environment):
    r = deploy(health, **environment)
    check(what, r.returncode == 0, r.stdout)
    return r.stdout


def fails(what, health, *expected, **environment):
    """The push is refused with these texts, and the release before it serves."""
    before = ask(APP)
    r = deploy(health, **environment)
    check(what + ' is refused', r.returncode != 0 and 'Released' not in r.stdout, r.stdout)
    for text in expected:
        check('%s: says "%s"' % (what, text), text in r.stdout, r.stdout)
    check(what + ': the release before it serves', ask(APP) == before, before)


def path(**more):
    return {'path': '/up', 'content': 'all is fine', 'wait': 0, **more}


setup_paas()
new_app(APP)
paas('settings:set', 'rollback-window=0', '-a', APP)      # what is broken here on purpose is not to be taken back
tree = os.path.join(TMPDIR, 'app')
os.mkdir(tree)
paas('config:set', 'COLOUR=green', '-a', APP)

# --- a web process: path
passes('a path with content passes, after it failed twice', {'web': [path(attempts=5)]}, WARM='3')
check('it serves', ask(APP).startswith('v'), ask(APP))
check('without a header of its own the check has the application\'s host', within(10, 'log', lambda:
      'asked None %s.%s' % (APP, DOMAIN) in paas('logs', '-n', '50', '-a', APP).stdout))
fails('a status that is none of those expected', {'web': [path(attempts=2)]}, 'GET /up 2 times, the last one with status 500',
      'status from 200 to 299 and "all is fine"', 'HTTP/1.1 500', 'X-Why: because', 'the database is away', 'The last lines of web.1',
      'listening now', BROKEN='500')
fails('content that is missing', {'web': [path(attempts=1, content='no such words')]}, 'with status 200; it passes with',
      'no such words', 'all is fine')
passes('a status that is allowed, a header, and a host', {'web': [path(
    content='', status='400-599', httpHeaders=[{'name': 'X-Check', 'value': 'a $b %h'}, {'name': 'Host', 'value': 'other.example'}])]},
    BROKEN='503')
check('the header arrives as it was written', within(10, 'log', lambda:
      'asked a $b %h other.example' in paas('logs', '-n', '50', '-a', APP).stdout))
out = passes('a failure that only warns', {'web': [path(attempts=1, warn=True)]}, BROKEN='500')
check('the warning is shown', 'warning: web.1 answered GET /up 1 time' in out, out)

# --- several at once, and commands in the sandbox
both = [path(), {'listening': True}, {'command': ['python3', 'check.py', '0']}, {'uptime': 2}]
passes('path, listening, command and uptime together', {'web': both})
fails('one of several that fails', {'web': both[:2] + [{'command': ['python3', 'check.py', '7'], 'attempts': 2, 'wait': 0, 'name': 'db'}]},
      'command python3 check.py 7 (db) ended with status 7 (attempt 2 of 2)',
      'in /app sees from the process and green')
fails('a command that does not end', {'web': [{'command': ['sleep', '1000'], 'attempts': 1, 'timeout': 1}]}, 'did not end within 1 s')
fails('a command that does not exist', {'web': [{'command': ['bin/none'], 'attempts': 1}]}, 'ended with status 127', 'bin/none')
check('no unit of a check is left', within(10, 'units', lambda: not inlab(
    'sh', '-c', 'systemctl list-units --all --plain --no-legend "paas-probe-%s-*" "paas-check-%s-*"' % (APP, APP)).stdout.strip()))

# --- a worker
paas('ps:scale', 'worker=1', '-a', APP)
fails('a worker that does not stay up', {'worker': [{'uptime': 5}]}, 'it ended before it had been up for 5 s', 'worker has no work', SHORT='1')
fails('a worker that ends before it is ready', {'worker': [{'notify': True}]}, 'worker.1 of release', 'worker has no work', SHORT='1')
passes('a worker says that it is ready', {'worker': [{'notify': True}, {'type': 'liveness', 'watchdog': 5}]})
newest = max((p for p in json.loads(paas('ps', '--json', '-a', APP).stdout) if p['name'] == 'worker.1'), key=lambda p: p['version'])
unit = newest['unit']
shown = inlab('systemctl', 'show', '-p', 'Type,WatchdogUSec,NotifyAccess', unit).stdout
check('its unit has the watchdog', 'Type=notify' in shown and 'WatchdogUSec=5s' in shown, shown)

# --- what goes on: readiness by the router, liveness by systemd
paas('ps:scale', 'web=2', 'worker=0', '-a', APP)
passes('readiness and liveness', {'web': [path(), {'type': 'readiness', 'path': '/ready', 'content': 'all is ready'},
                                          {'type': 'liveness', 'path': '/live', 'wait': 1, 'attempts': 2},
                                          {'type': 'liveness', 'command': ['python3', 'check.py', '0'], 'wait': 1}]})
check('paas checks shows each check of each process', within(30, 'passing', lambda: sorted(
    (c['process'], c['type'], c['state']) for c in json.loads(paas('checks', '--json', '-a', APP).stdout)) == sorted(
        (p, t, st) for p in ('web.1', 'web.2') for t, st in (('startup', 'passed'), ('readiness', 'passing'), ('liveness', 'watched'),
                                                            ('liveness', 'watched')))), paas('checks', '-a', APP).stdout)
table = paas('checks', '-a', APP).stdout
check('paas checks for people', 'GET /ready' in table and 'command python3 check.py 0' in table and 'RESTARTS' in table, table)


def processes():
    return {p['name']: p for p in json.loads(paas('ps', '--json', '-a', APP).stdout)}


def tell(name, what, value):
    inlab('curl', '-sS', 'http://127.0.0.1:%d/set/%s/%s' % (processes()[name]['port'], what, value))


def states():
    return {n: p['state'] for n, p in processes().items()}


def logged(text):
    return text in paas('logs', '-n', '300', '-a', APP).stdout


def who():
    return {ask(APP, '/who') for _ in range(8)}


LOADED = "echo 'show env PAAS_STATIC' | socat - /run/paas/router/admin.sock | grep . ; grep -o 'PAAS_STATIC [0-9a-f]*' /var/lib/paas/router/haproxy.cfg"
within(60, 'the router has read the rule of the release', lambda: len(set(
    inlab('sh', '-c', LOADED).stdout.replace('=', ' ').split('\n')) - {''}) == 1)
tell('web.1', 'ready', 503)
within(60, 'one that is not ready is shown', lambda: states() == {'web.1': 'unready', 'web.2': 'up'})
check('it gets no requests', who() == {'web.2'}, who())
within(30, 'the log says so', lambda: logged('web.1 does not pass its readiness checks, and gets no requests'))
within(60, 'and what was answered', lambda: logged('web.1 answered GET /ready') and logged('HTTP/1.1 503'))
tell('web.2', 'ready', 503)
within(60, 'the last one is degraded', lambda: 'degraded' in states().values())
within(30, 'its developer is told', lambda: logged('so it gets requests nevertheless'))
check('it serves nevertheless', all(w.startswith('web.') for w in who()), who())
for name in ('web.1', 'web.2'):
    tell(name, 'ready', 200)
within(60, 'both are ready again', lambda: set(states().values()) == {'up'})

live = inlab('sh', '-c', 'systemctl list-units --plain --no-legend "paas-live-%s-*" "paas-livecheck-%s-*"' % (APP, APP)).stdout
check('each process is watched by two units', live.count('active running') == 4, live)
before = processes()
tell('web.1', 'live', 500)
within(60, 'one that does not live is started again', lambda: processes()['web.1']['pid'] not in (0, before['web.1']['pid']))
within(30, 'the log says why', lambda: logged('web.1 does not live any more: 2 checks in a row failed; it is started again'))
check('the other one is left alone', processes()['web.2']['pid'] == before['web.2']['pid'])


def main_pid(name):
    return inlab('systemctl', 'show', '-P', 'MainPID', before[name]['unit']).stdout.strip()


def watched(name):
    unit = before[name]['unit'].replace('paas-app-', 'paas-live-')
    return inlab('systemctl', 'is-active', unit).stdout.strip() == 'active'


within(30, 'it is watched again', lambda: watched('web.1') and states() == {'web.1': 'up', 'web.2': 'up'})
check('it counts as a restart', {n: p['restarts'] for n, p in processes().items()} == {'web.1': 1, 'web.2': 0}, processes())


def watchers(name):
    """Of the units that watch a process: the pids of all that belongs to each."""
    units = [before[name]['unit'].replace('paas-app-', kind) for kind in ('paas-live-', 'paas-livecheck-')]
    return [inlab('sh', '-c', 'cat "/sys/fs/cgroup$(systemctl show -P ControlGroup "$1")/cgroup.procs"', 'sh', unit).stdout.split() for unit in units]


# What happens to who watches says nothing of the process.
old = main_pid('web.2')
for what, which in (('as a whole', slice(None)), ('in part', slice(1, 2))):
    gone = watchers('web.2')
    inlab('kill', '-9', *[pid for pids in gone for pid in pids[which]])
    within(30, 'who watches was killed %s, and watches again' % what,
           lambda: all(len(now) > 1 and not set(now) & set(then[which]) for now, then in zip(watchers('web.2'), gone)))
check('its process was left alone', main_pid('web.2') == old, old, main_pid('web.2'))
check('and is said to be well', processes()['web.2']['restarts'] == 0 and processes()['web.2']['pid'] == int(old), processes())

inlab('systemctl', 'stop', 'paasd.service', 'paasd.socket')
old = main_pid('web.2')
inlab('curl', '-sS', 'http://127.0.0.1:%d/set/live/500' % before['web.2']['port'])
within(60, 'also while paasd is away', lambda: main_pid('web.2') not in ('0', old))
within(30, 'and watched again', lambda: watched('web.2'))
inlab('systemctl', 'start', 'paasd.service')
old = main_pid('web.2')
inlab('kill', '-9', old)
within(60, 'one that was killed is watched when it runs again', lambda: main_pid('web.2') not in ('0', old) and watched('web.2'))
within(30, 'each of its restarts counts, also that while paasd was away', lambda: processes()['web.2']['restarts'] == 2)
within(60, 'paasd is back', lambda: paas('ps:scale', 'web=1', '-a', APP).returncode == 0)
within(60, 'what watches a process goes with it', lambda: not watched('web.2') and watched('web.1'))

# --- readiness by a command goes on, too
def rest(name, value):
    inlab('curl', '-sS', 'http://127.0.0.1:%d/rest/%d' % (processes()[name]['port'], value))


def readiness():
    return {c['process']: c['state'] for c in json.loads(paas('checks', '--json', '-a', APP).stdout) if c['type'] == 'readiness' and c['way'] == 'command'}


def router_agrees():
    return [d for d in json.loads(paas('router', '--json').stdout)['differences'] if APP in d] == []


paas('ps:scale', 'web=2', 'worker=0', '-a', APP)
passes('readiness by a command', {'web': [path(), {'type': 'readiness', 'command': ['python3', 'check.py', 'ready'], 'attempts': 2, 'wait': 1}]})
within(30, 'both are ready', lambda: readiness() == {'web.1': 'passing', 'web.2': 'passing'})
rest('web.1', 1)
within(60, 'one whose command fails is shown', lambda: readiness() == {'web.1': 'failing', 'web.2': 'passing'} and states()['web.1'] == 'unready')
within(30, 'it gets no requests', lambda: who() == {'web.2'})
check('the log says why', within(30, 'log', lambda: logged('web.1 is not ready any more: 2 checks in a row failed') and
                                 logged('web.1 is asked to rest')))
check('that is no difference to what should be', router_agrees(), paas('router').stdout)
inlab('systemctl', 'kill', '-s', 'KILL', 'paasd.service')
within(60, 'the next paasd knows it', lambda: paas('ps', '-a', APP).returncode == 0 and states().get('web.1') == 'unready')
inlab('systemctl', 'reload', 'paas-router.service')
within(60, 'so does the next worker of the router', lambda: who() == {'web.2'})
rest('web.2', 1)
within(60, 'both at once are degraded', lambda: readiness() == {'web.1': 'degraded', 'web.2': 'degraded'})
within(30, 'and serve', lambda: who() == {'web.1', 'web.2'})
rest('web.1', 0)
within(60, 'one that is ready again', lambda: readiness() == {'web.1': 'passing', 'web.2': 'failing'})
within(30, 'is asked alone', lambda: who() == {'web.1'})
rest('web.2', 0)
within(60, 'both are ready again', lambda: set(readiness().values()) == {'passing'} and who() == {'web.1', 'web.2'})
paas('ps:scale', 'web=1', '-a', APP)

# --- what is not accepted
fails('a check of a worker without a port', {'worker': [{'listening': True}]}, 'only a web process has $PORT')
fails('a path with a line break', {'web': [{'path': '/a\r\nX: y'}]}, 'without blanks')
fails('two ways in one check', {'web': [{'path': '/', 'uptime': 1}]}, 'exactly one of path, command')
destroy_app(APP)
finish()
