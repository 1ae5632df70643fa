#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Releases that are made of old ones: rollback of code and config, walls, retry, rebuild, what was printed."""
# timeout: 400
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'back'
WEB = '''
import http.server, os
if os.path.exists('/app/crash'): raise SystemExit(9)
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        body = (open('/app/word').read() + ' ' + os.environ.get('COLOUR', 'none')).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler).serve_forever()
'''
tree = os.path.join(TMPDIR, 'app')
os.mkdir(tree)


def write(word, procfile):
    for name, text in (('web.py', WEB), ('word', word), ('Procfile', procfile)):
        with open(os.path.join(tree, name), 'w') as f:
            f.write(text)


def change(word, procfile='web: exec python3 web.py\n', *options):
    write(word, procfile)
    return push(tree, APP, *options, *(['HEAD:main'] if options else []))


def verb(*args, ok=True):
    r = paas(*args, '-a', APP)
    check('paas ' + ' '.join(args), (r.returncode == 0) == ok, r.stdout)
    return r.stdout


def refused(*args, says):
    before = len(releases())
    text = verb(*args, ok=False)
    for word in says:
        check(f'{" ".join(args)} says {word!r}', word in text, text)
    check('and makes no release', len(releases()) == before, releases()[:1])


def releases():
    return json.loads(paas('releases', '--json', '-n', '0', '-a', APP).stdout)


def info(version):
    return json.loads(paas('releases:info', version, '--json', '-a', APP).stdout)


setup_paas()
new_app(APP)
refused('rollback', says=['runs nothing yet'])
check('v1', change('one').returncode == 0)
verb('config:set', 'COLOUR=red')            # v2
check('v3', change('two', 'web: exec python3 web.py\nworker: exec tail -f /dev/null\n').returncode == 0)
verb('config:set', 'COLOUR=blue', 'EXTRA=1')  # v4
check('v4 serves', ask(APP) == 'two blue', ask(APP))

# --- both, one, the other
builds = inlab('sh', '-c', 'journalctl --no-pager | grep -c "Starting paas-build-back"').stdout
text = verb('rollback', 'v2')
check('code and config of v2, as v5', ask(APP) == 'one red' and releases()[0]['version'] == 5, ask(APP), releases()[0])
check('it says what it is', releases()[0]['description'] == 'Rollback to v2' and releases()[0]['kind'] == 'rollback' and 'Released v5' in text, releases()[0], text)
check('the same slug', info('v5')['slug'] == info('v2')['slug'] == info('v1')['slug'])
check('config vars that were set later are gone', info('v5')['config_keys'] == ['COLOUR'], info('v5'))
check('the commit is the old one', info('v5')['commit'] == info('v1')['commit'] != info('v3')['commit'])
verb('rollback', 'v4')
check('it can be undone: v6', ask(APP) == 'two blue', ask(APP))
verb('rollback', 'v2', '--code')
check('--code: the old code with the config of now', ask(APP) == 'one blue', ask(APP))
check('and the Procfile is that of the code', 'worker' not in info('v7')['processes'] and 'EXTRA' in info('v7')['config_keys'], info('v7'))
verb('rollback', 'v2', '--config')
check('--config: the old config with the code of now', ask(APP) == 'one red', ask(APP))
check('nothing was built for it', inlab('sh', '-c', 'journalctl --no-pager | grep -c "Starting paas-build-back"').stdout == builds)
text = verb('rollback')
check('without a version: the newest before', 'Rollback to v7' in releases()[0]['description'], releases()[0])

# --- what cannot be gone back to
refused('rollback', 'v99', says=['no release v99'])
refused('rollback', 'v9', says=['is the current release'])
refused('rollback', 'v', says=["'v' is no release"])
refused('rollback', 'v2', '--code', '--config', says=['Leave out'])

# --- the release command does not run on a rollback, unless asked
r = change('three', 'web: exec python3 web.py\nrelease: echo migrate $COLOUR; [ ! -e fail ]\n')
check('v10 has a release command', 'migrate blue' in r.stdout, r.stdout)
text = verb('rollback', 'v4') + verb('rollback', 'v10')
check('a rollback does not run it', 'release command' not in text, text)
text = verb('rollback', 'v4') + verb('rollback', 'v10', '--run-release')
check('unless it is asked to', text.count('Running the release command') == 1, text)

# --- walls
verb('releases:lock', 'v10', ok=False)
verb('releases:lock', 'v10', '--reason', 'drops the column name')
refused('rollback', 'v4', says=['v10 may not be rolled back: drops the column name', '--force'])
check('the list shows it', 'no rollback' in verb('releases', '-n', '0') and 'drops the column name' in verb('releases:info', 'v10'))
verb('rollback', 'v4', '--config')
verb('rollback', 'v12', '--force')
verb('releases:unlock', 'v10')
verb('releases:unlock', 'v10', ok=False)
verb('releases:lock', 'v999', '--reason', 'x', ok=False)
r = change('four', 'web: exec python3 web.py\n', '-o', 'no-rollback')
check('a push with -o no-rollback', r.returncode == 0, r.stdout)
refused('rollback', says=['--no-rollback', '--force'])

# --- retry
with open(os.path.join(tree, 'fail'), 'w') as f:
    f.write('')
r = change('five', 'web: exec python3 web.py\nrelease: echo migrate again; [ -e /app/may ]\n')
failed = releases()[0]['version']
check('a release that fails', r.returncode != 0 and releases()[0]['status'] == 'failed' and ask(APP).startswith('four'), r.stdout, releases()[0], ask(APP))
check('the list says how', 'release command failed' in verb('releases'))
printed = verb('releases:output', f'v{failed}')
check('releases:output: what build and release command printed',
      all(w in printed for w in ('Discovering process types', 'migrate again', 'exited with status 1')), printed)
check('releases:info: why it failed', 'exited with status 1' in verb('releases:info', f'v{failed}'))
refused('rollback', f'v{failed}', says=['never was current', 'releases:retry'])
text = verb('releases:retry', ok=False)
check('retry runs the release command again', 'migrate again' in text and releases()[0]['version'] == failed + 1 and releases()[0]['description'].startswith(f'Retry v{failed}'), text, releases()[0])
refused('releases:retry', 'v4', says=['has not failed'])

# --- retry of a first push: it becomes what the push would have been
AGAIN = 'again'
new_app(AGAIN)
write('one', 'web: exec python3 web.py\nrelease: [ -e /usr/share/retry-may ]\n')
r = push(tree, AGAIN, '-o', 'no-rollback', 'HEAD:master')
check('the first push fails', r.returncode != 0 and 'release command' in r.stdout, r.stdout)
inlab('touch', '/usr/share/retry-may')
r = paas('releases:retry', '-a', AGAIN)
inlab('rm', '/usr/share/retry-may')
check('and its release is tried again', r.returncode == 0, r.stdout)
facts = json.loads(paas('apps:info', '--json', '-a', AGAIN).stdout)
check('its branch is the deployed one', facts.get('branch') == 'master', facts)
check('it is a wall as before', json.loads(paas('releases:info', 'v2', '--json', '-a', AGAIN).stdout)['no_rollback'])
destroy_app(AGAIN)

# --- crashed: not what one goes back to (nor what paas itself takes back, which t-switch looks at)
verb('settings:set', 'rollback-window=0')
os.remove(os.path.join(tree, 'fail'))
check('a good one', change('six').returncode == 0)
good = releases()[0]['version']
with open(os.path.join(tree, 'crash'), 'w') as f:
    f.write('')
r = change('seven', 'worker: exit 3\n')
check('one that crashes after the switch', r.returncode == 0, r.stdout)
verb('ps:scale', 'worker=1')
within(60, 'is known as crashed', lambda: any(x.get('crashed') for x in releases()[:1]))
os.remove(os.path.join(tree, 'crash'))
check('the next', change('eight').returncode == 0)
verb('rollback')
check('goes back over the crashed one', releases()[0]['description'] == f'Rollback to v{good}' and ask(APP).startswith('six'), releases()[0])

# --- the same commit again
before = releases()[0]
text = verb('ps:rebuild')
check('ps:rebuild builds the current commit', 'Released' in text and releases()[0]['commit'] == before['commit'] and releases()[0]['slug'] != before['slug'], text)
r = push(tree, APP)

# --- paasd is killed at each step of a rollback
if inlab('sh', '-c', 'grep -q asan /proc/$(systemctl show -P MainPID paasd)/maps').returncode == 0:
    words = ['six', 'eight']
    for point in ('rollback:queued', 'rollback:releasing', 'release-committed', 'rollback:starting', 'rollback:checking', 'rollback:switching', 'servers-added', 'committed'):
        target = releases()[1]['version']
        inlab('sh', '-c', f'echo {point} >/run/paas/fault')
        paas('rollback', f'v{target}', '-a', APP)
        within(20, f'{point}: paasd was killed and is back', lambda: inlab('test', '-e', '/run/paas/fault').returncode != 0 and paas('ps', '-a', APP).returncode == 0)
        within(30, f'{point}: the rollback is finished', lambda: releases()[0]['description'] == f'Rollback to v{target}' and releases()[0]['current'])
        check(f'{point}: what runs is what it says', [p['version'] for p in json.loads(paas('ps', '--json', '-a', APP).stdout) if p['state'] == 'up'] == [releases()[0]['version']] and ask(APP) != '', releases()[0])
    r = inlab('git', '--git-dir', '/var/lib/paas/state.git', 'fsck', '--strict')
    check('the state repository is whole', r.returncode == 0, r.stdout)
destroy_app(APP)
finish()
