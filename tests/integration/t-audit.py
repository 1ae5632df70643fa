#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The audit: who did what, from where, with what result; the command that takes it back does; a rewritten history is found."""
# suites: bookworm
# timeout: 900
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'ledger'
STATE = '/var/lib/paas/state.git'


def audit(*args):
    r = paas('audit', '--json', *args)
    try:
        return json.loads(r.stdout)
    except ValueError:
        check('paas audit ' + ' '.join(args), False, r.stdout)
        return []


def remote(line, config=None):
    """A verb over ssh."""
    config = config or run(LAB, 'ssh-config', '--name', NAME).stdout.strip()
    return run(LAB, 'net', '--name', NAME, '--', 'ssh', '-F', config, '-o', 'ProxyCommand=none', 'paas-lab', line)


def recorded(title, do, **wanted):
    """`do` leaves exactly one record, with these fields."""
    before = {r['commit'] for r in audit('-n', '0')}
    r = do()
    new = [x for x in audit('-n', '0') if x['commit'] not in before]
    if not check(title + ': one record', len(new) == 1, r.stdout[-400:] if r else '', *new):
        return new[0] if new else {}
    x = new[0]
    bad = {k: x.get(k) for k, v in wanted.items() if x.get(k) != v and not (isinstance(v, re.Pattern) and v.search(str(x.get(k))))}
    check(title + ': who, from where, what, with what result', not bad, bad, x)
    return x


def shell(script):
    return inlab('sh', '-ec', script)


def journal(field):
    out = inlab('journalctl', '-q', '-o', 'json', '--no-pager', field).stdout
    return [json.loads(line) for line in out.splitlines() if line.startswith('{')]


setup_paas()
shell('systemctl restart paasd')   # what an earlier run has read and was refused is forgotten
paas('apps:destroy', '-a', APP, '--confirm', APP)
root = {'actor': 'root', 'from': 'uid 0 (root)', 'result': 'succeeded'}

# --- each verb that changes something: one record
recorded('apps:create', lambda: paas('apps:create', APP), action='apps:create', app=APP, undo=f'paas apps:destroy -a {APP} --confirm {APP}', **root)
recorded('config:set before the first push', lambda: paas('config:set', 'A=1', '-a', APP), action='config', app=APP, release=1, **root)
x = recorded('push', lambda: push('tests/apps/hello-python', APP), action='deploy', app=APP, release=2, result='succeeded', actor='you',
             undo=f'paas rollback v1 -a {APP}')
check('push: from the key and its address', re.fullmatch(r'key SHA256:[A-Za-z0-9+/]{43} from [0-9a-f.:]+', x.get('from', '')), x)
check('push: what is the release\'s description', x.get('what', '').startswith('Deploy '), x)
KEY_FROM = x.get('from', '')
x = recorded('config:set', lambda: paas('config:set', 'SECRET=hush', '-a', APP), action='config', app=APP, release=3, undo=f'paas rollback v2 -a {APP}', **root)
check('config:set: the value is not in it', 'hush' not in json.dumps(x) and 'SECRET' in x['what'], x)
recorded('config:set of the same: nothing', lambda: paas('config:set', 'SECRET=hush', 'B=2', '-a', APP), action='config', app=APP, release=4, **root)
recorded('config:unset over ssh', lambda: remote(f'config:unset B -a {APP}'), actor='you', action='config', app=APP, release=5, **{'from': KEY_FROM})
scale = recorded('ps:scale', lambda: paas('ps:scale', 'web=2', '-a', APP), action='ps:scale', app=APP, undo=f'paas ps:scale web=1 -a {APP}', **root)
recorded('ps:restart', lambda: paas('ps:restart', '-a', APP), action='ps:restart', app=APP, what='Restart all processes', **root)
recorded('ps:stop of one process', lambda: paas('ps:stop', 'web.1', '-a', APP), action='ps:stop', app=APP, what='Stop web.1', **root)
stop = recorded('ps:stop of a type', lambda: paas('ps:stop', 'web', '-a', APP), action='ps:stop', app=APP, undo=f'paas ps:restart web -a {APP}', **root)
recorded('what takes ps:stop back', lambda: inlab(*stop['undo'].split()), action='ps:restart', app=APP, **root)
domain = recorded('domains:add', lambda: paas('domains:add', 'www.example.org', '-a', APP), action='domains:add', app=APP, **root)
EVE = 'eve%d' % (time.time() % 100000)   # users stay: a new one each time
recorded('users:add', lambda: paas('users:add', EVE, '--email', 'eve@example.com'), action='users:add', object=EVE, **root)
shell('rm -f /root/eve /root/eve.pub; ssh-keygen -q -t ed25519 -N "" -f /root/eve')
key = recorded('keys:add', lambda: paas('keys:add', '/root/eve.pub', '--user', EVE), action='keys:add', object=EVE, **root)
check('keys:add: names the key to remove', re.fullmatch(r'paas keys:remove SHA256:\S{43} --user ' + EVE, key.get('undo', '')), key)
recorded('what takes keys:add back', lambda: inlab(*key['undo'].split()), action='keys:remove', object=EVE, **root)
check('the key is gone', json.loads(paas('keys', '--user', EVE, '--json').stdout) == [])
paas('keys:add', '/root/eve.pub', '--user', EVE)

# --- what it names takes it back
check('ps:scale is taken back', inlab(*scale['undo'].split()).returncode == 0 and re.match(r'web=1\b', paas('ps:scale', '-a', APP).stdout), paas('ps:scale', '-a', APP).stdout)
check('domains:add is taken back', inlab(*domain['undo'].split()).returncode == 0 and 'www.example.org' not in paas('domains', '-a', APP).stdout)
x = recorded('config', lambda: paas('config', '-a', APP), action='config:read', app=APP, **root)
check('config: names and no values', 'SECRET' in x.get('what', '') and 'hush' not in json.dumps(x), x)
before = json.loads(paas('config', '--json', '-a', APP).stdout)
x = recorded('config:set to be taken back', lambda: paas('config:set', 'SECRET=other', 'C=3', '-a', APP), action='config', **root)
r = inlab(*x['undo'].split())
check('config:set is taken back', r.returncode == 0 and json.loads(paas('config', '--json', '-a', APP).stdout) == before, r.stdout[-400:])

# --- a failure
directory = os.path.join(TMPDIR, 'broken')
os.makedirs(directory, exist_ok=True)
git(directory, 'init', '-q', '-b', 'main')
for name, text in {'Procfile': 'web: exit 3\n', 'app.py': '', 'requirements.txt': ''}.items():
    with open(os.path.join(directory, name), 'w') as f:
        f.write(text)
git(directory, 'add', '-A')
git(directory, 'commit', '-q', '-m', 'broken')
x = recorded('a push that fails', lambda: push(directory, APP, '--force', 'HEAD:refs/heads/main'), action='deploy', result='failed', app=APP, actor='you')
check('a push that fails: why, and nothing to take back', x.get('reason') and 'undo' not in x, x)

# --- reads of values, and refusals
before = len(audit('-n', '0'))
for _ in range(5):
    paas('config', '-a', APP)
check('more of the same within a minute: no more records', len(audit('-n', '0')) == before)
entries = [e for e in journal('PAAS_ACTION=config:read') if e.get('PAAS_APP') == APP]
check('but each is in the journal', len(entries) >= 6, len(entries))
config = run(LAB, 'ssh-config', '--name', NAME).stdout.strip()
private = os.path.join(TMPDIR, 'eve')
with open(private, 'w') as f:
    f.write(inlab('cat', '/root/eve').stdout)
os.chmod(private, 0o600)
eve = os.path.join(TMPDIR, 'eve-config')
with open(config) as f, open(eve, 'w') as g:
    g.write(re.sub(r'(?m)^(\s*IdentityFile\s+).*$', r'\1' + private, f.read()))
x = recorded('a request that is refused', lambda: remote('users:add mallory', eve), actor=EVE, action='users:add', result='refused', **{'from': re.compile('^key SHA256:.* from ')})
check('a request that is refused: why', 'admin' in x.get('reason', ''), x)
before = len(audit('-n', '0'))
for _ in range(4):
    remote('users:add mallory', eve)
check('more of the same: no more records', len(audit('-n', '0')) == before)
x = recorded('refused on an application', lambda: remote(f'ps:scale web=3 -a {APP}', eve), actor=EVE, action='ps:scale', result='refused', app=APP)
recorded('a local user who is nobody here', lambda: inlab('su', '-s', '/bin/sh', 'nobody', '-c', 'paas apps'), actor='nobody', action='apps', result='refused',
         **{'from': 'uid 65534 (nobody)'})
check('--refused', {x['result'] for x in audit('--refused')} == {'refused'})
r = remote('audit', eve)
check('the host\'s audit is for admins', r.returncode == 3 and 'admin' in r.stdout, r.returncode, r.stdout)
r = remote(f'audit -a {APP}', eve)
check('an application\'s is for who sees it', r.returncode == 3, r.returncode, r.stdout)
check('audit:verify is for admins', remote('audit:verify', eve).returncode == 3)
paas('access:add', EVE, '--role', 'viewer', '-a', APP)
check('a viewer sees it', f'Scale web=2' in remote(f'audit -a {APP}', eve).stdout)

# --- filters
records = audit('-a', APP, '-n', '0')
check('newest first', records == sorted(records, key=lambda r: -r['time']))
check('-a: nothing else', {r.get('app') for r in records} == {APP})
check('-n', audit('-a', APP, '-n', '3') == records[:3])
check('--actor', {r['actor'] for r in audit('--actor', 'you', '-a', APP)} == {'you'})
check('--action config: also config:read', {r['action'] for r in audit('--action', 'config', '-a', APP)} == {'config', 'config:read'})
check('--action ps:scale', {r['action'] for r in audit('--action', 'ps:scale', '-a', APP)} == {'ps:scale'})
check('--since 1h', audit('--since', '1h', '-a', APP, '-n', '0') == records)
check('--since a moment to come', audit('--since', '2099-01-01T00:00:00Z') == [])
r = paas('audit', '--since', 'yesterday')
check('--since of what is no time: words', r.returncode == 2 and "'yesterday' is no time" in r.stdout, r.returncode, r.stdout)
r = paas('audit', '-a', 'nosuchapp')
check('-a of what is not there', r.returncode == 4, r.stdout)
table = paas('audit', '-a', APP).stdout
check('the table names who, where, what and how back', all(w in table for w in ('uid 0 (root)', 'ps:scale', 'Scale web=2', 'paas ps:scale web=1')), table[:800])

# --- in the journal
ID = json.loads(paas('apps:info', '-a', APP, '--json').stdout)['id']
changed = [e for e in journal('PAAS_SOURCE=audit') if e.get('PAAS_APP_ID') == ID]
scaled = [e for e in changed if e['PAAS_ACTION'] == 'ps:scale' and e['PAAS_RESULT'] == 'succeeded']
check('the journal has it with its fields', scaled and scaled[0]['PAAS_ACTOR'] == 'root' and scaled[0]['PAAS_FROM'] == 'uid 0 (root)' and
      scaled[0]['PAAS_OPERATION'].startswith(APP + '/') and len(scaled[0]['MESSAGE_ID']) == 32 and scaled[0]['PAAS_REQUEST'], scaled[:1])
released = [e for e in changed if e['PAAS_ACTION'] == 'deploy' and e['PAAS_RESULT'] == 'succeeded']
check('one entry for each', len(released) == 1 and released[0]['PAAS_RELEASE'] == 'v2', released)
r = inlab('journalctl', '-q', '-x', '--no-pager', '-n', '3', 'PAAS_ACTION=ps:scale', 'PAAS_RESULT=succeeded')
check('journalctl -x explains it', 'Subject: Somebody has changed something' in r.stdout and 'root (uid 0 (root)) did ps:scale' in r.stdout, r.stdout)
follow = start(*inlab_command('paas', 'audit', '--follow', '--json', '-a', APP, '-n', '1'))
follow.stdout.readline()
paas('domains:add', 'follow.example.org', '-a', APP)
line = json.loads(follow.stdout.readline() or '{}')
follow.kill()
check('--follow shows what comes', line.get('action') == 'domains:add' and line.get('actor') == 'root' and line.get('app') == APP, line)

# --- a destroyed application stays in the host's audit
paas('apps:create', 'shortlived')
recorded('apps:destroy', lambda: paas('apps:destroy', '-a', 'shortlived', '--confirm', 'shortlived'), action='apps:destroy', app='shortlived', **root)

# --- the remote: a directory
shell('''rm -rf /srv/audit.git; git init -q --bare /srv/audit.git
cp /etc/paas/paas.conf /root/paas.conf.before; sed -i "s|^#audit-remote.*|audit-remote = file:///srv/audit.git|" /etc/paas/paas.conf
systemctl restart paasd''')


def refs(path):
    out = inlab('git', '--git-dir', path, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/paas').stdout
    return dict(line.split() for line in out.splitlines() if ' ' in line)


def app_id(name):
    return json.loads(paas('apps:info', '-a', name, '--json').stdout)['id']


def pushed(path, name):
    return refs(path).get('refs/paas/app/' + app_id(name)) == refs(STATE)['refs/paas/app/' + name]


within(20, 'what was there is pushed', lambda: pushed('/srv/audit.git', APP))
paas('domains:add', 'pushed.example.org', '-a', APP)
within(10, 'a change is pushed', lambda: pushed('/srv/audit.git', APP))
within(10, 'nothing stays behind', lambda: sorted(refs('/srv/audit.git').values()) == sorted(v for k, v in refs(STATE).items() if '/pending/' not in k))
r = paas('audit:verify')
check('audit:verify: whole', r.returncode == 0 and 'The history is whole' in r.stdout, r.stdout)
check('the remote can say it too', inlab('git', '--git-dir', '/srv/audit.git', 'fsck').returncode == 0)

# an application of the same name again is another history there
old = app_id(APP)
paas('apps:destroy', '-a', APP, '--confirm', APP)
paas('apps:create', APP)
within(15, 'a new application of the same name is pushed beside it', lambda: pushed('/srv/audit.git', APP))
check('and the old one is still there, to its end', refs('/srv/audit.git').get('refs/paas/app/' + old) == refs(STATE).get('refs/paas/gone/' + old))
check('audit:verify: whole after that', paas('audit:verify').returncode == 0, paas('audit:verify').stdout)

# a push that fails is tried again, and holds up nothing
shell('mv /srv/audit.git /srv/audit.away')
r = paas('domains:add', 'one.example.org', '-a', APP)
check('a remote that is away holds up nothing', r.returncode == 0, r.stdout)
within(20, 'paas setup says so', lambda: 'does not reach its remote' in paas('setup').stdout)
r = paas('audit:verify')
check('audit:verify: says that it could not compare', r.returncode == 1 and 'did not come to its end' in r.stdout, r.stdout)
shell('mv /srv/audit.away /srv/audit.git')
within(40, 'it is tried again', lambda: pushed('/srv/audit.git', APP))
within(10, 'and paas setup is content', lambda: 'is pushed to its remote' in paas('setup').stdout)

# --- rewritten: somebody takes the last change out of the history, and puts another author in
paas('domains:add', 'two.example.org', '-a', APP)
within(10, 'the change to be rewritten is pushed', lambda: pushed('/srv/audit.git', APP))
head = refs(STATE)['refs/paas/app/' + APP]
forged = shell(f'''cd {STATE}; export GIT_AUTHOR_NAME=mallory GIT_AUTHOR_EMAIL=m@x GIT_COMMITTER_NAME=paas GIT_COMMITTER_EMAIL=p@x
c=$(git --git-dir . commit-tree -p {head}^ -m 'Nothing happened' {head}^{{tree}}); git --git-dir . update-ref refs/paas/app/{APP} $c; echo $c''').stdout.strip()
r = paas('audit:verify')
check('audit:verify: a forged commit is found', r.returncode == 1 and f'refs/paas/app/{APP}' in r.stdout and head in r.stdout and 'Add domain two.example.org' in r.stdout, r.stdout)
found = json.loads(re.sub(r'(?m)^paas: .*$', '', paas('audit:verify', '--json').stdout) or '[]')
check('and --json names it', [f['kind'] for f in found if f['ref'] == f'refs/paas/app/{APP}'] == ['rewritten'], found)
shell(f'git --git-dir {STATE} update-ref refs/paas/app/{APP} {head}^')
r = paas('audit:verify')
check('audit:verify: a removed commit is found', r.returncode == 1 and head in r.stdout, r.stdout)
shell('systemctl restart paasd')
paas('domains:add', 'three.example.org', '-a', APP)
time_before = time.monotonic()
within(30, 'a rewritten history is not pushed', lambda: 'does not reach its remote' in paas('setup').stdout)
check('the remote has what was there', refs('/srv/audit.git').get('refs/paas/app/' + app_id(APP)) == head)
shell(f'systemctl stop paasd; git --git-dir {STATE} update-ref refs/paas/app/{APP} {head}; systemctl start paasd')
within(40, 'put right, it goes on', lambda: pushed('/srv/audit.git', APP))
check('audit:verify: whole again', paas('audit:verify').returncode == 0, paas('audit:verify').stdout)
blob = shell(f'git --git-dir {STATE} rev-parse {head}:app').stdout.strip()
path = f'{STATE}/objects/{blob[:2]}/{blob[2:]}'
if inlab('test', '-e', path).returncode == 0:
    shell(f'cp -p {path} /root/blob; chmod u+w {path}; printf x | dd of={path} bs=1 seek=10 conv=notrunc 2>/dev/null')
    r = paas('audit:verify')
    check('audit:verify: a damaged object is found', r.returncode == 1 and 'damaged' in r.stdout, r.stdout)
    shell(f'cp -p /root/blob {path}')

# --- the remote: by ssh
shell('''id auditor >/dev/null 2>&1 || useradd -m -d /srv/auditor -s /bin/sh auditor
rm -rf /srv/auditor/audit.git /etc/paas/audit-key*; ssh-keygen -q -t ed25519 -N "" -f /etc/paas/audit-key
install -d -o auditor -m 700 /srv/auditor/.ssh; install -o auditor -m 600 /etc/paas/audit-key.pub /srv/auditor/.ssh/authorized_keys
su auditor -c "git init -q --bare /srv/auditor/audit.git"
sed -i "s|^audit-remote.*|audit-remote = auditor@localhost:audit.git|" /etc/paas/paas.conf; systemctl restart paasd''')
paas('domains:add', 'ssh.example.org', '-a', APP)
within(30, 'a remote by ssh has it', lambda: inlab('su', 'auditor', '-c', 'git --git-dir /srv/auditor/audit.git rev-parse refs/paas/app/' + app_id(APP)).stdout.strip()
       == refs(STATE)['refs/paas/app/' + APP])
r = paas('audit:verify')
check('audit:verify by ssh: whole', r.returncode == 0, r.stdout)

# --- a long history does not keep anybody waiting
shell('cp /root/paas.conf.before /etc/paas/paas.conf; systemctl stop paasd')
script = f'''import subprocess
p = subprocess.Popen(['git', '--git-dir', '{STATE}', 'fast-import', '--quiet'], stdin=subprocess.PIPE)
head = subprocess.check_output(['git', '--git-dir', '{STATE}', 'rev-parse', 'refs/paas/app/{APP}'], text=True).strip()
now = int(subprocess.check_output(['git', '--git-dir', '{STATE}', 'log', '-1', '--format=%ct', head]))
for i in range(5000):
    m = f'Release v{{i}} is current\\n\\nAction: deploy\\nRelease: v{{i}}\\nOperation: {{i + 100}}\\nStatus: succeeded\\n'
    start = f'from {{head}}\\n' if i == 0 else ''
    p.stdin.write(f'commit refs/paas/app/{APP}\\nauthor someone <> {{now}} +0000\\ncommitter paas <p@x> {{now}} +0000\\ndata {{len(m)}}\\n{{m}}{{start}}\\n'.encode())
p.stdin.close()
assert p.wait() == 0'''
r = inlab('python3', '-c', script)
shell('systemctl start paasd')
within(20, 'paasd is back', lambda: paas('apps').returncode == 0)


def timed(*args):
    begin = time.monotonic()
    r = paas(*args)
    return time.monotonic() - begin, r


floor = min(timed('version')[0] for _ in range(3))
took, r = timed('audit', '-a', APP)
print(f'# paas audit of 5000: {took - floor:.3f} s beside the call')
check('100 of 5000: quick', r.returncode == 0 and len(r.stdout.splitlines()) == 101 and took - floor < 1, took, floor, len(r.stdout.splitlines()))
slow = start(*inlab_command('paas', 'audit', '-a', APP, '--actor', 'nobody-at-all'))
others = []
while slow.poll() is None:
    others.append(timed('apps')[0])
print(f'# while all 5000 are searched: paas apps takes at most {max(others, default=0) - floor:.3f} s more, {len(others)} times')
check('who searches all of them keeps nobody waiting', max(others, default=0) - floor < 1, others, floor)
check('and finds nothing of nobody', 'Nothing of that kind is recorded' in slow.stdout.read())
paas('apps:destroy', '-a', APP, '--confirm', APP)
finish()
