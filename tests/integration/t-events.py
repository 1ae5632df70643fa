#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Somebody is told: hooks get each event once and in order, a failing one again, a hanging one is ended; mail goes to the owner."""
# suites: bookworm
# timeout: 600
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'teller'
HOOKS = '/etc/paas/hooks.d'
OUT = '/srv/told'


def shell(script):
    return inlab('sh', '-ec', script)


def hook(name, script, mode='755'):
    """Put in place by rename: a hook is never seen by half."""
    path = os.path.join(TMPDIR, name)
    with open(path, 'w') as f:
        f.write('#!/bin/sh\n' + script)
    with open(path) as f:
        inlab('sh', '-c', f'cat >/root/hook && chmod {mode} /root/hook && mv /root/hook {HOOKS}/{name}', stdin=f)


def told(name):
    out = inlab('sh', '-c', f'cat {OUT}/{name} 2>/dev/null').stdout
    return [json.loads(line) for line in out.splitlines() if line.startswith('{')]


def ids(name):
    return list(dict.fromkeys(e['id'] for e in told(name)))


# A hook in a line: the event on one line, with the user that it runs as.
KEEP = "tr -d '\\n' >%s/$$; (cat %s/$$; echo) >>%s/%s; rm -f %s/$$\n"


def keep(name):
    return KEEP % (OUT, OUT, OUT, name, OUT)


setup_paas()
shell(f'rm -rf {OUT} {HOOKS}/* /var/lib/paas/events/*; install -d -m 777 {OUT}; [ -e /usr/sbin/sendmail.before ] || [ ! -e /usr/sbin/sendmail ] || mv /usr/sbin/sendmail /usr/sbin/sendmail.before')
# The sandbox leaves a hook nowhere to write: the test's ones may, by a drop-in such as an operator would make.
DROPIN = '/etc/systemd/system/paas-hook-.service.d'
shell(f'mkdir -p {DROPIN}; printf "[Service]\\nReadWritePaths={OUT}\\n" >{DROPIN}/50-test.conf')
shell('rm -f /usr/sbin/sendmail; systemctl daemon-reload; systemctl restart paasd')
paas('users:add', 'olga', '--email', 'olga@example.com')
new_app(APP)
locks = 'apps:lock' in paas('help').stdout
directory = os.path.join(TMPDIR, 'broken')
os.makedirs(directory, exist_ok=True)
git(directory, 'init', '-q', '-b', 'main')
with open(os.path.join(directory, 'Procfile'), 'w') as f:
    f.write('web: exit 3\n')
with open(os.path.join(directory, 'requirements.txt'), 'w') as f:
    f.write('')
git(directory, 'add', '-A')
git(directory, 'commit', '-q', '-m', 'broken')

# --- nobody there: nothing is kept
push(directory, APP, '--force', 'HEAD:refs/heads/main')
check('without a hook nothing is kept', inlab('sh', '-c', 'ls /var/lib/paas/events').stdout.strip() == '')

# --- one that works
hook('10-keep', keep('keep'))
hook('20-not-executable', keep('never'), '644')
hook('30-writable', keep('never'), '777')
check('a push that fails', push(directory, APP, '--force', 'HEAD:refs/heads/main').returncode != 0)
within(15, 'the hook is told', lambda: len(told('keep')) == 1)
x = (told('keep') or [{}])[0]
check('deploy-failed: what happened', x.get('type') == 'deploy-failed' and x.get('app') == APP and x.get('actor') == 'you' and x.get('message') and
      len(x.get('id', '')) == 36 and x.get('host') and x.get('time', '').endswith('Z'), x)
shell('chown root: ' + HOOKS + '/*')
hook('10-keep', 'id -un >%s/user; cat /var/lib/paas/state.git/HEAD >%s/secret 2>/dev/null || :; touch /etc/x 2>/dev/null || :\n%s'
     % (OUT, OUT, keep('keep')))


def fail():
    """One event, and its type."""
    return push(directory, APP, '--force', 'HEAD:refs/heads/main')


fail()
within(15, 'the next event too', lambda: len(told('keep')) == 2)
check('it runs as its own user', inlab('cat', OUT + '/user').stdout.strip() == 'paas-hooks')
check('it sees nothing of ours and writes nowhere in the system', inlab('cat', OUT + '/secret').stdout == '' and inlab('test', '-e', '/etc/x').returncode == 1)
check('those that are not executable, or that others may write, are left out', told('never') == [])

# --- one that fails at first: again, in order; the other does not wait for it
hook('40-flaky', 'n=$(cat %s/tries 2>/dev/null || echo 0); echo $((n + 1)) >%s/tries; [ "$n" -ge 2 ] || exit 1\n%s' % (OUT, OUT, keep('flaky')))
fail()
within(10, 'the first hook has the third event', lambda: len(told('keep')) == 3)
check('the flaky one does not have it yet', told('flaky') == [])
fail()
within(40, 'it is asked again until it takes them', lambda: len(told('flaky')) == 2)
check('in their order, none twice', [e['id'] for e in told('flaky')] == [e['id'] for e in told('keep')[2:]], told('flaky'), told('keep'))
journal = inlab('journalctl', '-q', '-o', 'cat', '-u', 'paasd', '--since', '-5min').stdout
check('the journal says that it failed', 'hook-40-flaky did not take event' in journal, journal[-600:])
within(10, 'what all have been told is kept no longer', lambda: 'json' not in inlab('ls', '/var/lib/paas/events').stdout)

# --- one that hangs is ended; paasd is killed meanwhile, and the queue is still there
shell(f'rm -f {HOOKS}/40-flaky')
hook('50-hangs', f'if [ ! -e {OUT}/hung ]; then touch {OUT}/hung; tail -f /dev/null & tail -f /dev/null; fi\n' + keep('hangs'))
fail()
within(10, 'the hook hangs', lambda: inlab('test', '-e', OUT + '/hung').returncode == 0)
fail()
shell('systemctl kill -s KILL paasd')
within(20, 'paasd is back', lambda: paas('apps').returncode == 0)
check('both events wait for it', inlab('sh', '-c', 'ls /var/lib/paas/events/*.json | wc -l').stdout.strip() == '2', inlab('ls', '/var/lib/paas/events').stdout)
# The event that was under way when paasd died may come again, with the same id.
within(15, 'the other has them', lambda: len(ids('keep')) == 6 and len(told('keep')) <= 7)
within(130, 'it is ended after a minute, and told again', lambda: len(told('hangs')) == 2)
check('in their order', ids('hangs') == ids('keep')[4:], told('hangs'), told('keep'))
check('nothing of it is left', inlab('pgrep', '-u', 'paas-hooks', 'tail').returncode == 1)
shell(f'rm -f {HOOKS}/50-hangs')

# --- a crash, a refusal, a lock
r = push('tests/apps/hello-python', APP, '--force', 'HEAD:refs/heads/main')
check('a push that works', r.returncode == 0, r.stdout[-300:])
n = len(told('keep'))
pid = ''
for _ in range(6):
    def runs():
        p = [i.get('pid') for i in json.loads(paas('ps', '-a', APP, '--json').stdout or '[]') if i['name'] == 'web.1']
        return str(p[0]) if p and p[0] and str(p[0]) != pid else ''
    within(20, 'web.1 runs', runs)
    pid = runs()
    inlab('kill', '-9', pid)
within(60, 'that a process crashes again and again is told', lambda: any(e['type'] == 'crashed' and e['app'] == APP and 'web.1' in e['message'] for e in told('keep')[n:]))
check('once', [e['type'] for e in told('keep')[n:]].count('crashed') == 1, told('keep')[n:])
if locks:
    n = len(told('keep'))
    paas('apps:lock', '-a', APP, '--reason', 'inventory')
    paas('apps:unlock', '-a', APP)
    within(15, 'a lock and its end are told', lambda: [e['type'] for e in told('keep')[n:]] == ['locked', 'unlocked'])

# --- mail
shell(f'''printf '#!/bin/sh\\necho "$@" >>{OUT}/arguments\\ncat >>{OUT}/mail\\n' >/usr/sbin/sendmail; chmod 755 /usr/sbin/sendmail''')
paas('apps:transfer', 'olga', '-a', APP)
fail()
within(20, 'the owner gets a mail', lambda: 'olga@example.com' in inlab('cat', OUT + '/mail').stdout)
mail = inlab('cat', OUT + '/mail').stdout
check('the mail says what and of which application', 'Subject: [paas] teller: a deploy failed\n' in mail and 'Application: teller\n' in mail and
      'Auto-Submitted: auto-generated\n' in mail, mail)
check('one mail for one event', mail.count('Subject:') == 1, mail)
shell('rm -f /usr/sbin/sendmail; [ ! -e /usr/sbin/sendmail.before ] || mv /usr/sbin/sendmail.before /usr/sbin/sendmail; rm -f %s/* %s/50-test.conf; systemctl daemon-reload' % (HOOKS, DROPIN))
destroy_app(APP)
finish()
