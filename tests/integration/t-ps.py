#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Processes: scaled, restarted, stopped, ended by themselves."""
# suites: bookworm trixie
# timeout: 600
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'procs'
PROGRAM = '''
import http.server, os, signal, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        if self.path == '/exit':
            print('told to exit', flush=True)
            os._exit(7)
        body = os.environ['DYNO'].encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler)
signal.signal(signal.SIGTERM, lambda *a: threading.Thread(target=server.shutdown).start())
print('listening', flush=True)
server.serve_forever()
print('told to end', flush=True)
'''


def ps():
    r = paas('ps', '--json', '-a', APP)
    try:
        return {p['name']: p for p in json.loads(r.stdout)}
    except ValueError:
        check('paas ps --json is JSON', False, r.stdout)
        return {}


def names():
    return sorted(ps())


def states():
    return {n: p['state'] for n, p in ps().items()}


def pids():
    return {n: p['pid'] for n, p in ps().items()}


def verb(*args):
    r = paas(*args, '-a', APP)
    check('paas ' + ' '.join(args), r.returncode == 0, r.stdout)
    return r


def logged(text):
    return text in paas('logs', '-n', '200', '-a', APP).stdout


setup_paas()
new_app(APP)
paas('settings:set', 'rollback-window=0', '-a', APP)      # who kills a process here wants no old release back
tree = os.path.join(TMPDIR, 'app')
os.mkdir(tree)
for name, text in (('web.py', PROGRAM), ('Procfile', 'web: python3 web.py\nworker: echo working; exec sleep infinity\nonce: echo one; echo two; exit 3\n')):
    with open(os.path.join(tree, name), 'w') as f:
        f.write(text)
r = paas('ps:scale', 'web=2', '-a', APP)
check('scaling before the first push is possible', r.returncode == 0, r.stdout)
r = push(tree, APP)
check('push', r.returncode == 0, r.stdout)

# --- paas ps
p = ps()
check('two web processes, as scaled before', sorted(p) == ['web.1', 'web.2'], p)
w = p.get('web.1', {})
check('paas ps --json has what a program needs', w.get('state') == 'up' and w.get('type') == 'web' and w.get('index') == 1 and
      w.get('command') == 'python3 web.py' and w.get('pid', 0) > 1 and 20000 <= w.get('port', 0) <= 29999 and w.get('version') == 1 and
      w.get('unit', '').startswith('paas-app-' + APP + '-web.1-v1.'), w)
check('its pid is what runs', 'web.py' in inlab('cat', f"/proc/{w.get('pid')}/cmdline").stdout)
table = paas('ps', '-a', APP).stdout
check('and as a table', table.startswith('PROCESS') and 'web.1' in table and 'python3 web.py' in table and '\x1b' not in table, table)

# --- scale
before = pids()
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    verb('ps:scale', 'web=3', 'worker=1')
    after = pids()
    check('one more, and a worker', sorted(after) == ['web.1', 'web.2', 'web.3', 'worker.1'], after)
    check('what stays is not touched', all(after.get(n) == before[n] for n in before), before, after)
    check('all are up', set(states().values()) == {'up'}, states())
    r = verb('ps:scale', 'web-2')
    check('what that comes to is said', 'web=1:' in r.stdout, r.stdout)
    after = pids()
    check('down to one', sorted(after) == ['web.1', 'worker.1'], after)
    check('web.1 stays', after.get('web.1') == before['web.1'], before, after)
visitor.check('scaling')
check('all three had requests', visitor.answers == {'web.1', 'web.2', 'web.3'}, visitor.answers)
check('what was scaled away was told to end', logged('app[web.3]: told to end'))
check('ps:scale without arguments prints what is set', paas('ps:scale', '-a', APP).stdout.split() == ['once=0:small', 'web=1:small', 'worker=1:small'] or
      {'web=1', 'worker=1'} <= {a.split(':')[0] for a in paas('ps:scale', '-a', APP).stdout.split()}, paas('ps:scale', '-a', APP).stdout)
for bad in ('web=x', 'web=-1', 'nothing=1', 'web', 'web=1:huge', 'web=1001'):
    r = paas('ps:scale', bad, '-a', APP)
    check(f'ps:scale {bad} is refused', r.returncode != 0 and len(r.stdout) > 10, r.stdout)
check('and changed nothing', names() == ['web.1', 'worker.1'], names())

# --- restart
before = pids()
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    verb('ps:restart')
    after = pids()
    check('all are new', sorted(after) == sorted(before) and all(after[n] != before[n] for n in before), before, after)
    before = after
    verb('ps:restart', 'web.1')
    after = pids()
    check('web.1 alone is new', after['web.1'] != before['web.1'] and after['worker.1'] == before['worker.1'], before, after)
    before = after
    verb('ps:restart', 'worker')
    after = pids()
    check('workers alone are new', after['web.1'] == before['web.1'] and after['worker.1'] != before['worker.1'], before, after)
visitor.check('restarting')
check('no release was made of it', len(json.loads(paas('releases', '--json', '-a', APP).stdout)) == 1)

# --- stop
before = pids()
verb('ps:stop', 'web.1')
within(30, 'one process that was stopped is started again', lambda: states().get('web.1') == 'up' and pids()['web.1'] != before['web.1'])
verb('ps:stop', 'web')
within(10, 'a stopped type is gone', lambda: names() == ['worker.1'])
answer = ask(APP, '/', '-o', '/dev/null', '-D', '-').lower()
check('then the page of a stopped application', ' 503' in answer.split('\n')[0] and 'x-paas-error: h14' in answer and 'retry-after:' in answer, answer)
verb('config:set', 'A=1')
verb('ps:restart', 'web')
check('a restart starts what was stopped', states().get('web.1') == 'up', states())
check('and it answers', ask(APP) == 'web.1')
verb('ps:stop', 'web')
verb('ps:scale', 'web=2')
check('so does scaling', names() == ['web.1', 'web.2', 'worker.1'], names())
verb('ps:scale', 'web=1')
for command in ('ps:stop', 'ps:restart'):
    r = paas(command, 'web.9', '-a', APP)
    check(command + ' of a process that there is not', r.returncode != 0 and 'no process web.9' in r.stdout, r.stdout)
r = paas('ps:stop', 'nothing', '-a', APP)
check('stopping what there is not is refused, with what there is', r.returncode != 0 and 'nothing' in r.stdout, r.stdout)

# --- ended by itself
before = ps()['web.1']
# Over HTTP/1.1: HAProxy before 3.0 answers an HTTP/2 client with REFUSED_STREAM, and curl asks again (docs/routing.md).
answer = ask(APP, '/exit', '--http1.1', '-D', '-', '-o', '/dev/null').lower()
check('an exit without an answer is an error of the router', ' 502' in answer.split('\n')[0] and 'x-paas-error: h13' in answer, answer)
within(30, 'what has ended is started again', lambda: states().get('web.1') == 'up' and ps()['web.1']['restarts'] > before['restarts'])
within(30, 'and answers again', lambda: ask(APP) == 'web.1')
pid = str(pids()['web.1'])
inlab('kill', '-9', pid)
within(30, 'what was killed is started again', lambda: states().get('web.1') == 'up' and str(pids()['web.1']) != pid)
check('the worker saw nothing of it', states().get('worker.1') == 'up')

# --- five exits: crashed, with the last lines
r = paas('ps:scale', 'once=1', '-a', APP)
within(60, 'five exits within a minute: crashed', lambda: states().get('once.1') == 'crashed')
p = ps().get('once.1', {})
within(20, 'with the lines of its last start alone', lambda: ps().get('once.1', {}).get('last_lines') == ['one', 'two'])
check('and how often', p.get('restarts', 0) >= 4, p)
table = paas('ps', '-a', APP).stdout
check('people see it, too', 'crashed' in table and 'The last lines of once.1' in table, table)
check('web answers', ask(APP) == 'web.1')
with open(os.path.join(tree, 'Procfile'), 'a') as f:
    f.write('')
with open(os.path.join(tree, 'Procfile'), 'w') as f:
    f.write('web: python3 web.py\nworker: echo working; exec sleep infinity\nonce: echo better; exec sleep infinity\n')
r = push(tree, APP)
check('a new release', r.returncode == 0, r.stdout)
within(30, 'a new release ends the crash', lambda: states().get('once.1') == 'up')

# --- a type that the new release has no more is stopped
with open(os.path.join(tree, 'Procfile'), 'w') as f:
    f.write('web: python3 web.py\n')
r = push(tree, APP)
check('a release without worker and once', r.returncode == 0, r.stdout)
within(60, 'their processes are gone', lambda: names() == ['web.1'])
destroy_app(APP)
within(30, 'nothing of it is left', lambda: inlab('systemctl', 'list-units', '--all', '--plain', '--no-legend', f'paas-*-{APP}-*', f'run-paas-*-{APP}-*').stdout == '')
finish()
