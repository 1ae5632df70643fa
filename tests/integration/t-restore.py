#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""apps:restore: a destroyed application comes back as it was, also when paasd dies on the way there or back."""
# suites: bookworm
# timeout: 600
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import *

APP_NAME = 'lazarus'
CONF = '/etc/paas/paas.conf'
STATE = '/var/lib/paas'
DESTROY = ['destroy:recorded', 'destroy:releases', 'destroy:renamed', 'destroy:aside']
RESTORE = ['restore:recorded', 'restore:files', 'restore:releases', 'restore:renamed', 'restore:ready']


def destroyed(name=APP_NAME):
    return [a for a in from_paas('apps', '--destroyed') if a['name'] == name]


def living(name=APP_NAME):
    return [a['name'] for a in from_paas('apps') if a['name'] == name]


def exists(path):
    return inlab('test', '-e', path).returncode == 0


def refs():
    return inlab('git', '--git-dir=%s/state.git' % STATE, 'for-each-ref', '--format=%(refname)').stdout.split()


def restore(*args):
    return paas('apps:restore', *args, timeout=120)


def is_back(what, name, directory, text):
    """Everything that it had."""
    check(what + ': it is listed', living(name) == [name])
    check(what + ': and no destroyed one any more', not exists('%s/gone/%s' % (STATE, ID)) and 'refs/paas/gone/' + ID not in refs(), refs())
    config = from_paas('config', '--app', name)
    check(what + ': config', config == {'SECRET': 'kept'}, config)
    check(what + ': releases', [r['version'] for r in releases(name)] == VERSIONS, releases(name))
    agree(what, name, git(directory, 'rev-parse', 'HEAD'), text)
    r = inlab('git', '--git-dir=%s/state.git' % STATE, 'fsck', '--strict')
    check(what + ': git finds nothing broken', r.returncode == 0, r.stdout)


def first(directory):
    global ID, VERSIONS
    for words in (['config:set', 'SECRET=kept'], ['domains:add', 'free.example.org', 'taken.example.org']):
        r = paas(*words, '--app', APP_NAME)
        check(words[0], r.returncode == 0, r.stdout)
    ID = from_paas('apps:info', '--app', APP_NAME)['id']
    VERSIONS = [r['version'] for r in releases(APP_NAME)]
    uid = from_paas('apps:info', '--app', APP_NAME)['run_uid']
    r = paas('apps:destroy', '--app', APP_NAME, '--confirm', APP_NAME)
    check('apps:destroy says what brings it back', r.returncode == 0 and 'apps:restore ' + APP_NAME in r.stdout, r.stdout)
    said = destroyed()
    check('apps --destroyed has it', len(said) == 1 and said[0]['id'] == ID, said)
    check('for seven days', said[0]['until'] - said[0]['destroyed'] == 7 * 86400 * 10**6, said)
    text = paas('apps', '--destroyed').stdout
    check('as a table', 'UNTIL' in text and APP_NAME in text and ID in text, text)
    check('it does not answer', 'first' not in ask(APP_NAME))

    new_app('thief')
    r = paas('domains:add', 'taken.example.org', '--app', 'thief')
    check('somebody else takes one of its domains', r.returncode == 0, r.stdout)
    r = restore('nosuch')
    check('what was never destroyed is not restored', r.returncode == 4 and 'apps --destroyed' in r.stdout, r.returncode, r.stdout)
    r = restore(APP_NAME)
    check('it is restored', r.returncode == 0 and 'Restored ' + APP_NAME in r.stdout, r.stdout)
    check('the taken domain is named', 'taken.example.org belongs to another application' in r.stdout, r.stdout)
    check('the free one is not', 'free.example.org' not in r.stdout, r.stdout)
    is_back('restored', APP_NAME, directory, 'first')
    check('the free domain answers', ask('free.example.org', '/', '-k') == 'first')
    check('it has its user again', from_paas('apps:info', '--app', APP_NAME)['run_uid'] == uid)
    write(directory, {'version': 'second'})
    r = push(directory, APP_NAME)
    check('the next push is a fast-forward', r.returncode == 0 and 'forced' not in r.stdout and ask(APP_NAME) == 'second', r.stdout)
    VERSIONS.insert(0, VERSIONS[0] + 1)
    check('whose number goes on', [r['version'] for r in releases(APP_NAME)] == VERSIONS, releases(APP_NAME))
    destroy_app('thief')


def conflict(directory):
    destroy_app(APP_NAME)
    new_app(APP_NAME)
    r = restore(APP_NAME)
    check('a name that is taken is refused', r.returncode != 0 and 'apps:restore %s --as NEWNAME' % ID in r.stdout, r.stdout)
    check('and nothing has changed', len(destroyed()) == 1)
    r = restore(APP_NAME, '--as', 'No!')
    check('so is one that is none', r.returncode != 0 and len(destroyed()) == 1, r.stdout)
    r = restore(ID, '--as', 'reborn')
    check('under another name it comes back', r.returncode == 0, r.stdout)
    is_back('restored as reborn', 'reborn', directory, 'second')
    check('the other one of its name is untouched', living() == [APP_NAME] and releases(APP_NAME) == [])
    destroy_app(APP_NAME)
    r = paas('apps:destroy', '--app', 'reborn', '--confirm', 'reborn')
    r = restore(ID, '--as', APP_NAME)
    check('and again under its first one', r.returncode == 0, r.stdout)
    is_back('restored by its id', APP_NAME, directory, 'second')

    # Two of one name.
    destroy_app(APP_NAME)
    r = restore(APP_NAME)
    check('of several of one name it has to be said which', r.returncode != 0 and 'apps:restore ' + ID in r.stdout, r.stdout)
    r = restore(ID)
    check('by its id', r.returncode == 0, r.stdout)


def die_at(point, *command):
    inlab('sh', '-c', 'printf %s "$1" >/run/paas/fault', 'sh', point)
    r = paas(*command, timeout=120)
    check(point + ': paasd died there', inlab('rm', '/run/paas/fault').returncode != 0, r.stdout)
    within(60, point + ': paasd is back', paasd_back)


def faults(directory):
    for point in DESTROY:
        die_at(point, 'apps:destroy', '--app', APP_NAME, '--confirm', APP_NAME)
        check(point + ': it is destroyed', living() == [] and [a['id'] for a in destroyed() if a['id'] == ID] == [ID], destroyed())
        check(point + ': its files are aside', exists('%s/gone/%s/repository.git' % (STATE, ID)) and not exists('%s/slugs/%s' % (STATE, APP_NAME)))
        within(60, point + ': nothing of it runs', lambda: not units(APP_NAME))
        r = restore(ID)
        check(point + ': it is restored', r.returncode == 0, r.stdout)
        is_back(point, APP_NAME, directory, 'second')
    for point in RESTORE:
        destroy_app(APP_NAME)
        die_at(point, 'apps:restore', ID)
        is_back(point, APP_NAME, directory, 'second')


def for_good(directory):
    uid = from_paas('apps:info', '--app', APP_NAME)['run_uid']
    destroy_app(APP_NAME)
    within(60, 'nothing of it runs', lambda: not units(APP_NAME))
    ids = [a['id'] for a in destroyed()]
    items = json.loads(paas('gc', '--json').stdout)
    check('before its time it stays', not {i['name'] for i in items} & set(ids), items)
    inlab('sh', '-c', '[ -e %s.before ] || cp %s %s.before; printf "\\n[app]\\ndestroyed-keep-days = 0\\n" >>%s' % ((CONF,) * 4))
    inlab('systemctl', 'restart', 'paasd.service')
    within(60, 'paasd is back', paasd_back)
    said = json.loads(paas('gc', '--dry-run', '--json').stdout)
    check('after it gc says that its files go', {('destroyed', i) for i in ids} <= {(i['kind'], i['name']) for i in said}, said)
    check('while somebody has its number its users stay', not [i for i in said if i['name'] == 'paas-%d' % uid], said)
    check('and they are there', exists('/etc/userdb/paas-%d.user' % uid))
    paas('gc')
    check('then they are gone', not [i for i in ids if exists('%s/gone/%s' % (STATE, i))] and destroyed() == [])
    r = restore(ID)
    check('it cannot be restored', r.returncode == 4 and 'gone for good' in r.stdout, r.stdout)
    check('its history stays', {'refs/paas/gone/' + ID, 'refs/paas/gone-release/' + ID} <= set(refs()))
    said = json.loads(paas('gc', '--json').stdout)
    check('now its users go', ('account', 'paas-%d' % uid) in {(i['kind'], i['name']) for i in said}, said)
    check('from /etc/userdb', inlab('sh', '-c', 'ls /etc/userdb | grep -w -e %d -e %d' % (uid, uid + 1)).stdout == '')
    new_app(APP_NAME)
    other = from_paas('apps:info', '--app', APP_NAME)['run_uid']
    check('a new one gets a number that nobody ever had', other != uid, uid, other)
    destroy_app(APP_NAME)
    inlab('sh', '-c', 'mv %s.before %s && systemctl restart paasd.service' % (CONF, CONF))
    within(60, 'paasd is back as it was', paasd_back)


def main():
    setup_paas()
    inlab('rm', '-f', '/run/paas/fault')
    inlab('sh', '-c', 'echo 127.0.0.1 free.example.org >>/etc/hosts')
    paas('apps:destroy', '--app', 'thief', '--confirm', 'thief')
    new_app(APP_NAME)
    inlab('sh', '-c', 'rm -rf %s/gone/*' % STATE)    # of an earlier run
    directory = repository(APP_NAME, 'first')
    r = push(directory, APP_NAME)
    if not check('the first push', r.returncode == 0, r.stdout):
        finish()
    first(directory)
    conflict(directory)
    if can_kill('paasd dies in the steps of it'):
        faults(directory)
    for_good(directory)
    finish()


main()
