#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Settings: listed, changed without a release, refused with what is allowed, kept over all that happens to an application; and how a
process is stopped."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'tuned'
# Says which signals it gets, and ends on SIGINT and SIGTERM. Its child, in a process group of its own, likewise.
PROGRAM = '''
import os, signal, sys
name = 'main' if os.fork() else 'child'
def got(number, frame):
    print('%s of %s got %s' % (name, os.environ['DYNO'], signal.Signals(number).name), flush=True)
    if number in (signal.SIGINT, signal.SIGTERM):
        os._exit(0)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGTSTP):
    signal.signal(number, got)
if name == 'child':
    os.setpgid(0, 0)
print('%s is ready' % name, flush=True)
while True:
    signal.pause()
'''


def verb(*args):
    r = paas(*args, '-a', APP)
    check('paas ' + ' '.join(args), r.returncode == 0, r.stdout)
    return r


def refused(what, *args):
    r = paas(*args, '-a', APP)
    check('%s: refused in words' % ' '.join(args), r.returncode != 0 and what in r.stdout, r.stdout)


def settings():
    return {s['key']: s for s in json.loads(paas('settings', '--json', '-a', APP).stdout)}


def value(key):
    return settings().get(key, {}).get('value')


def worker():
    """Name, pid and unit of worker.1, None while there is not exactly one of it, and up."""
    found = [p for p in json.loads(paas('ps', '--json', '-a', APP).stdout) if p['name'] == 'worker.1']
    return found[0] if len(found) == 1 and found[0]['state'] == 'up' else None


def unit_of(pid):
    return inlab('ps', '-o', 'unit=', '-p', str(pid)).stdout.strip()


def shown(pid, *properties):
    r = inlab('systemctl', 'show', unit_of(pid), *('-p' + p for p in properties))
    return dict(line.split('=', 1) for line in r.stdout.splitlines() if '=' in line)


def logged(text):
    return text in paas('logs', '-n', '500', '-a', APP).stdout


setup_paas()
new_app(APP)

# --- before the first push there are the application's own
s = settings()
check('what can be set is listed before the first push', 'drain-timeout' in s, s)
check('with default and meaning', s.get('drain-timeout', {}).get('default') == s['drain-timeout']['value'] == '30s' and s['drain-timeout']['what'], s)
check('those of a process type too, by name', verb('settings:set', 'worker.stop-timeout=20').stdout.strip() == 'Changed the setting of ' + APP)

# --- pushed
tree = os.path.join(TMPDIR, 'app')
os.mkdir(tree)
for name, text in (('worker.py', PROGRAM), ('requirements.txt', ''), ('Procfile', 'worker: python3 worker.py\n')):
    with open(os.path.join(tree, name), 'w') as f:
        f.write(text)
verb('ps:scale', 'worker=1')
r = push(tree, APP)
check('push', r.returncode == 0, r.stdout)
within(20, 'the worker and its child are ready', lambda: logged('main is ready') and logged('child is ready'))
check('what was set before the push holds for it', shown(worker()['pid'], 'TimeoutStopUSec').get('TimeoutStopUSec') == '20s')
releases = paas('releases', '-a', APP).stdout

# --- changed, in words
table = paas('settings', '-a', APP).stdout
check('the table says what each is', all(word in table for word in ('SETTING', 'worker.stop-signal', 'SIGTERM', 'SIGKILL')), table)
before = worker()['pid']
verb('settings:set', 'drain-timeout=1min')
check('a value is kept in one form', value('drain-timeout') == '60s', value('drain-timeout'))
check('what is of the application replaces no process', worker()['pid'] == before)
check('the same once more changes nothing', 'Nothing has changed' in verb('settings:set', 'drain-timeout=60').stdout)
refused('from 0s to 86400s', 'settings:set', 'drain-timeout=2d')
refused('there is no setting "drain-time"', 'settings:set', 'drain-time=1')
refused('there is no process type "web" in the current release: it has worker', 'settings:set', 'web.stop-signal=INT')
refused('worker.stop-scope', 'settings:set', 'stop-scope=main', 'worker.stop-scope')
refused('all or main', 'settings:set', 'drain-timeout=5s', 'worker.stop-scope=none')
refused('a signal that a process can act on', 'settings:set', 'worker.stop-signal=KILL')
check('a refused command has changed nothing', value('drain-timeout') == '60s')

# --- of a process type: its processes are replaced, by the old way of stopping
verb('settings:set', 'worker.stop-signal=int', 'worker.stop-scope=main')
within(20, 'the old process got the signal of before', lambda: logged('main of worker.1 got SIGTERM') and logged('child of worker.1 got SIGTERM'))
within(20, 'there is one new process', lambda: worker() and worker()['pid'] != before)
before = worker()['pid']
check('which is stopped as was set', shown(before, 'KillSignal', 'KillMode') == {'KillSignal': '2', 'KillMode': 'mixed'}, shown(before, 'KillSignal', 'KillMode'))
inlab('systemctl', 'daemon-reload')
check('also after a daemon-reload', shown(before, 'KillSignal', 'KillMode') == {'KillSignal': '2', 'KillMode': 'mixed'})
within(20, 'both are ready again', lambda: paas('logs', '-n', '500', '-a', APP).stdout.count('child is ready') == 2)
verb('settings:set', 'worker.stop-signal=QUIT', 'worker.stop-timeout=1s', '--no-restart')
check('--no-restart leaves what runs alone', worker()['pid'] == before)
verb('ps:restart', 'worker')
within(20, 'the main process got SIGINT', lambda: logged('main of worker.1 got SIGINT'))
within(20, 'there is one new process again', lambda: worker() and worker()['pid'] != before)
check('and its child did not', not logged('child of worker.1 got SIGINT'))

# --- SIGKILL after stop-timeout: SIGQUIT does not end it
before = worker()['pid']
verb('ps:restart', 'worker')
within(30, 'a process that does not end is killed', lambda: logged('main of worker.1 got SIGQUIT') and worker() and worker()['pid'] != before)
check('no release was made by any of it', paas('releases', '-a', APP).stdout == releases)

# --- who did it, and the way back
audit = paas('audit', '-a', APP, '--action', 'settings:set', '--json').stdout
check('each change is on record, with what takes it back', 'paas settings:set drain-timeout= -a ' + APP in audit, audit)
check('with the keys and values', 'worker.stop-signal = SIGINT' in audit, audit)
verb('settings:set', 'worker.stop-signal=USR1')
verb('settings:unset', 'worker.stop-timeout')
check('unset is the default of the host', value('worker.stop-timeout') == '30s')

# --- kept
with open(os.path.join(tree, 'changed'), 'w') as f:
    f.write('1')
r = push(tree, APP)
check('a push', r.returncode == 0, r.stdout)
verb('config:set', 'A=1')
verb('rollback')
pid = inlab('systemctl', 'show', '-P', 'MainPID', 'paasd.service').stdout.strip()
inlab('kill', '-9', pid)
within(30, 'paasd is back', lambda: paas('settings', '-a', APP).returncode == 0)
check('kept over config, rollback and a crash of paasd', value('worker.stop-signal') == 'SIGUSR1' and value('drain-timeout') == '60s')
verb('settings:set', 'worker.stop-signal=SIGTERM')
identity = json.loads(paas('apps:info', '--json', '-a', APP).stdout)['id']
paas('apps:destroy', '-a', APP, '--confirm', APP)
r = paas('apps:restore', identity)
check('apps:restore', r.returncode == 0, r.stdout)
check('kept by what is destroyed and restored', value('worker.stop-signal') == 'SIGTERM' and value('drain-timeout') == '60s')
within(30, 'also for what runs then', lambda: worker() and shown(worker()['pid'], 'KillSignal').get('KillSignal') == '15')
destroy_app(APP)
finish()
