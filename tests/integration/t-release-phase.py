#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The release phase: each way it can end, and what is left of it."""
# timeout: 400
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'phase'
WEB = '''
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        body = open('/app/word').read().encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler).serve_forever()
'''
tree = os.path.join(TMPDIR, 'app')
os.mkdir(tree)


def attempt(word, command, *options):
    for name, text in (('web.py', WEB), ('word', word), ('Procfile', f'web: exec python3 web.py\nrelease: {command}\n')):
        with open(os.path.join(tree, name), 'w') as f:
            f.write(text)
    return push(tree, APP, *options)


def left():
    return [l for l in inlab('systemctl', 'list-units', '--all', '--plain', '--no-legend', f'paas-run-{APP}-*').stdout.split('\n') if l]


def releases():
    return json.loads(paas('releases', '--json', '-a', APP).stdout)


def nothing_left(what):
    within(40, f'{what}: nothing of it runs', lambda: not left() and inlab('pgrep', '-f', 'signal.pause.*4321').returncode != 0)


def refused(what, r, *words):
    check(f'{what}: the push is refused', r.returncode != 0, r.stdout)
    for word in words:
        check(f'{what}: says {word!r}', word in r.stdout, r.stdout)
    check(f'{what}: the old release serves, untouched', ask(APP) == 'good' and pid() == serving, ask(APP), pid())
    check(f'{what}: it is on record', releases()[0]['status'] == 'failed', releases()[0])
    nothing_left(what)


def pid():
    return [p['pid'] for p in json.loads(paas('ps', '--json', '-a', APP).stdout) if p['name'] == 'web.1' and p['state'] == 'up']


setup_paas()
new_app(APP)
paas('config:set', 'COLOUR=red', '-a', APP)
r = attempt('good', 'echo "migrating $COLOUR as $DYNO on $PAAS_RELEASE"; cat word; touch /app/trace; python3 -c "import socket; print(socket.gethostname())" >/dev/null')
check('a release command that succeeds', r.returncode == 0, r.stdout)
check('the pusher sees what it prints, with config and new files', 'migrating red as release.1 on v2' in r.stdout and 'good' in r.stdout, r.stdout)
check('it runs before any process starts', r.stdout.index('migrating') < r.stdout.index('-----> Starting v2'), r.stdout)
check('then the release serves', ask(APP) == 'good')
check('what it wrote is thrown away', inlab('sh', '-c', f'ls /run/paas/app/{APP}/web.1-*/trace').returncode != 0)
r = paas('logs', '--source', 'nosuch', '-a', APP)
check('a source that there is not is refused', r.returncode == 2 and 'There is no source "nosuch"' in r.stdout, r.stdout)
check('its output is in the log', 'migrating red' in paas('logs', '-n', '100', '--source', 'release', '-a', APP).stdout)
nothing_left('success')
serving = pid()

refused('exit 3', attempt('bad', 'echo half; exit 3'), 'half', 'exited with status 3')
refused('killed', attempt('bad', 'kill -9 $$'), 'was killed: Killed')
refused('not there', attempt('bad', 'no-such-command'), 'exited with status 127')
r = attempt('flood', "python3 -c \"print('x' * 1023 + chr(10), end='') or [print('y' * 1023) for i in range(10239)]\"; (setsid python3 -c 'import signal; signal.pause()' 4321 &); true")
check('10 MB of output and a process in the background', r.returncode == 0, r.stdout[-2000:])
check('the flood is there', r.stdout.count('y' * 1023) > 5000, r.stdout.count('y' * 1023))
nothing_left('background')
check('and serves', ask(APP) == 'flood')
r = attempt('good', 'true')
serving = pid()

inlab('sh', '-c', 'mkdir -p /etc/paas && cp /etc/paas/paas.conf /root/conf && printf "[app]\\nrelease-timeout = 2s\\nstop-timeout = 2s\\n" >>/etc/paas/paas.conf && systemctl restart paasd')
refused('hangs', attempt('bad', "trap '' TERM; python3 -c 'import signal; signal.pause()' 4321 & wait; wait"), 'took longer than 2 s', 'release-timeout')
inlab('sh', '-c', 'cp /root/conf /etc/paas/paas.conf; systemctl restart paasd')

r = paas('config:set', 'COLOUR=blue', '-a', APP)
check('config:set runs it too', r.returncode == 0 and 'release command' in r.stdout, r.stdout)
serving = pid()
before = len(releases())
r = paas('ps:restart', '-a', APP)
check('a restart does not', r.returncode == 0 and 'release command' not in r.stdout and len(releases()) == before, r.stdout)
serving = pid()

# --- paasd dies in the middle: it is waited for, and not run twice
counter = '/root/release-runs'
for point in ('release-command', 'release-command-ended'):
    if inlab('test', '-e', '/usr/lib/paas/sanitized').returncode != 0 and inlab('sh', '-c', 'nm -D /usr/lib/paas/paasd | grep -q asan').returncode != 0:
        break
    inlab('sh', '-c', f'echo {point} >/run/paas/fault')
    r = attempt(f'after-{point}', 'echo ran-$((40 + 2))')
    if point == 'release-command':
        check('killed before it was known to run: said so, undone', r.returncode != 0 and 'not known how far' in r.stdout and ask(APP) == 'good', r.stdout)
    else:
        check('killed after its end: goes on', r.returncode == 0 and ask(APP) == f'after-{point}', r.stdout)
    check(f'{point}: never twice', r.stdout.count('ran-42') <= 1, r.stdout)
    nothing_left(point)
destroy_app(APP)
finish()
