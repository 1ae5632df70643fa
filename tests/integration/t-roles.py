#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every action with every role, over ssh with keys of their own: what the table allows is done, all else is refused in words. The table
# is asked of the installed program, so that an action that this test does not know fails it.
# suites: bookworm trixie
# timeout: 900
import json
import os
import random
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from people import Person

RANK = {role: n for n, role in enumerate(['none', 'viewer', 'deployer', 'operator', 'owner', 'admin'])}
APP, TEAM, R = 'roles', 'crew', random.randrange(10000, 99999)
NAMES = {role: 'r-%s-%d' % (role, R) for role in RANK}
OTHER, VICTIM, PAST = 'r-other-%d' % R, 'r-victim-%d' % R, 'past-%d' % R
REFUSED = 3


class Case:
    """A command line. Where it is allowed, root types `before` and `after` around it, and it ends with `code` (None: anyhow, but not
    refused). `first`: the action that is asked for before this one. `lent`: on an application made for it, since it is gone afterwards."""

    def __init__(self, line, code=0, before=(), after=(), stdin=None, git=False, first=None, lent=False):
        self.line, self.code, self.before, self.after, self.stdin, self.git, self.first = line, code, before, after, stdin, git, first
        if lent:
            self.before = ['apps:create lent', 'apps:transfer {owner} -a lent']
        self.lent = lent


# What is typed for an action: {app} is the application on which each has their role, {me} who types.
CASES = {
    'access': [Case('access -a {app}'), Case('access -a {app} --json')],
    'access:add': [Case('access:add {other} --role viewer -a {app}', after=['access:remove {other} -a {app}']),
                   Case('access:update {other} --role deployer -a {app}', before=['access:add {other} --role viewer -a {app}'],
                        after=['access:remove {other} -a {app}']),
                   Case('access:remove {other} -a {app}', before=['access:add {other} --role viewer -a {app}'])],
    'apps': [Case('apps'), Case('apps --json')],
    'apps:create': [Case('apps:create made-{role}', after=['apps:destroy -a made-{role} --confirm made-{role}'])],
    'apps:destroy': [Case('apps:destroy -a {app} --confirm {app}', lent=True)],
    'apps:info': [Case('apps:info -a {app}'), Case('open -a {app}')],
    'apps:lock': [Case('apps:lock --reason because -a {app}', after=['apps:unlock -a {app}']),
                  Case('apps:unlock -a {app}', before=['apps:lock --reason because -a {app}'])],
    'apps:restore': [Case('apps:restore {past}', after=['apps:destroy -a {past} --confirm {past}'])],
    'apps:transfer': [Case('apps:transfer {other} -a {app}',
                           after=['apps:transfer {owner} -a {app}', 'access:remove {other} -a {app}'])],
    'audit': [Case('audit -n 1 -a {app}')],
    'audit:host': [Case('audit -n 1')],
    'audit:verify': [Case('audit:verify', code=None)],
    'config': [Case('config -a {app}'), Case('config:get SET -a {app}'), Case('config:diff v1 v2 -a {app}')],
    'config:diff': [Case('config:diff v1 v2 --names -a {app}')],
    'config:set': [Case('config:set SET=1 -a {app}'), Case('config:unset NOT_SET -a {app}'),
                   Case('config:copy --from {app} --keys SET -a {app}', code=None)],
    'deploy': [Case('deploy nosuchcommit -a {app}', code=None), Case('push {url} HEAD:refs/heads/main', git=True),
               Case('ps:rebuild -a {app}', first='git')],
    'deploys': [Case('deploys -a {app}')],
    'deploys:cancel': [Case('deploys:cancel {job}', code=None, first='apps:info')],
    'domains': [Case('domains -a {app}')],
    'domains:add': [Case('domains:add {role}.example.org -a {app}', after=['domains:remove {role}.example.org -a {app}']),
                    Case('domains:remove {role}.example.net -a {app}', before=['domains:add {role}.example.net -a {app}'])],
    'gc': [Case('gc --dry-run'), Case('gc')],
    'git': [Case('ls-remote {url}', git=True)],
    'keys': [Case('keys')],
    'keys:add': [Case('keys:add', stdin='spare', after=['keys:remove {spare} --user {me}']),
                 Case('keys:remove {spare}', before=['keys:add --user {me} /root/spare.pub'])],
    'logs': [Case('logs -n 1 -a {app}')],
    'pipelines': [Case('pipelines'), Case('pipelines --json'), Case('pipelines:info nosuch', code=4)],
    'pipelines:add': [Case('pipelines:add nosuch -a {app} -s staging', code=4),
                      Case('pipelines:create with-{role} -a {app} -s staging', after=['pipelines:destroy with-{role}'])],
    'pipelines:create': [Case('pipelines:create made-{role}', after=['pipelines:destroy made-{role}'])],
    'pipelines:destroy': [Case('pipelines:destroy nosuch', code=4)],
    'pipelines:diff': [Case('pipelines:diff -a {app}', code=4)],
    'pipelines:promote': [Case('pipelines:promote -a {app}', code=4)],
    'pipelines:remove': [Case('pipelines:remove -a {app}', code=4)],
    'pipelines:update': [Case('pipelines:update -a {app} -s staging', code=4)],
    'ps': [Case('ps -a {app}'), Case('checks -a {app}')],
    'ps:scale': [Case('ps:scale web=1 -a {app}')],
    'ps:restart': [Case('ps:restart web -a {app}')],
    'ps:stop': [Case('ps:stop nosuch -a {app}', code=None)],
    'releases': [Case('releases -a {app}'), Case('releases:info -a {app}')],
    'releases:lock': [Case('releases:lock v1 --reason because -a {app}', after=['releases:unlock v1 -a {app}']),
                      Case('releases:unlock v1 -a {app}', before=['releases:lock v1 --reason because -a {app}'])],
    'releases:output': [Case('releases:output -a {app}')],
    'releases:watch': [Case('releases:watch v1 -a {app}')],
    'releases:retry': [Case('releases:retry v999 -a {app}', code=None)],
    'rollback': [Case('rollback v999 -a {app}', code=None)],
    'rollback --force': [Case('rollback v999 --force -a {app}', code=None, first='rollback')],
    'router': [Case('router'), Case('router --json')],
    'run': [Case('run -a {app} true'), Case('run:detached -a {app} true')],
    'settings': [Case('settings -a {app}'), Case('settings --json -a {app}')],
    'settings:set': [Case('settings:set drain-timeout=29s -a {app}', after=['settings:unset drain-timeout -a {app}']),
                     Case('settings:unset drain-timeout -a {app}', before=['settings:set drain-timeout=28s -a {app}']),
                     Case('ps:listen web=port -a {app}', after=['settings:unset web.listen -a {app}'])],
    'setup': [Case('setup --domain {domain}', code=None)],
    'setup:check': [Case('setup', code=None)],
    'teams': [Case('teams'), Case('teams --json')],
    'teams:create': [Case('teams:create made-{role}', after=['teams:destroy made-{role}'])],
    'teams:add': [Case('teams:add {team} {other}', after=['teams:remove {team} {other}']),
                  Case('teams:remove {team} {other}', before=['teams:add {team} {other}']),
                  Case('teams:lead {team} {owner}'),
                  Case('teams:destroy {team}', after=['teams:create {team}', 'teams:lead {team} {owner}'])],
    'users': [Case('users'), Case('users --json')],
    'users:add': [Case('users:add r-made-{role}-{r}'), Case('keys --user {victim}'),
                  Case('keys:add --user {victim}', stdin='spare', after=['keys:remove {spare} --user {victim}']),
                  Case('keys:remove {spare} --user {victim}', before=['keys:add --user {victim} /root/spare.pub'])],
    'users:disable': [Case('users:disable {victim}', after=['users:enable {victim}']),
                      Case('users:enable {victim}', before=['users:disable {victim}'])],
    'users:info': [Case('users:info {victim}')],
}
# Verbs that ask nothing of paasd which one could be refused; and one that by ssh only says where it works.
FREE = {'help', 'version', 'config:edit'}


def root(line):
    r = paas(*line.split())
    if r.returncode:
        check('root: ' + line, False, r.stdout)


def last_job():
    """One that has ended."""
    return json.loads(paas('deploys', '-a', APP, '--json').stdout)[-1]['id']


def expand(line, role, app=APP):
    return line.format(app=app, role=role, me=NAMES[role], other=OTHER, victim=VICTIM, owner=NAMES['owner'], team=TEAM, domain=DOMAIN, r=R, past=PAST,
                       spare=spare_fingerprint, url='paas@127.0.0.1:' + APP, job=last_job() if '{job}' in line else '')


def explains(case, action, needed, role, said):
    """The action, the role that is missing, the one there is, and who can give it."""
    name = NAMES[role]
    if '--user {victim}' in case.line:
        return VICTIM in said and 'are theirs' in said
    if action == 'teams:add':
        return '%s on the team %s' % (action, TEAM) in said and name + ' is no member' in said and NAMES['owner'] + ', who leads it' in said
    if needed == 'admin':
        return action + ' (' in said and 'needs an admin' in said and name + ' is none' in said
    return ('%s on %s' % (action, PAST if '{past}' in case.line else APP) in said and 'needs the role ' + needed in said and
            '%s has %s there' % (name, 'no role' if role == 'none' else role) in said and NAMES['owner'] + ', who owns it,' in said)


def try_case(action, case, role):
    needed = needs[action]
    may = RANK[role] >= RANK[needed]
    if case.first and RANK[role] < RANK[needs[case.first]]:
        action, needed = case.first, needs[case.first]
    line, person = expand(case.line, role, 'lent' if case.lent and may else APP), people[role]
    for before in case.before if may else ():
        root(expand(before, role))
    if case.git:
        r = person.git('-C', clone, *line.split())
    elif case.stdin:
        with open(spare + '.pub') as f:
            r = person.say(line, stdin=f)
    else:
        r = person.say(line)
    if may:
        good = r.returncode != REFUSED and case.code in (None, r.returncode)
        check('%s may: %s' % (role, line), good, 'exit code %d' % r.returncode, r.stdout)
    else:
        good = r.returncode == (128 if case.git else REFUSED) and explains(case, action, needed, role, r.stdout)
        check('%s may not: %s' % (role, line), good, 'exit code %d' % r.returncode, r.stdout)
    for after in case.after if may else ():
        root(expand(after, role))


setup_paas()
people = {role: Person(name, *(['--admin'] if role == 'admin' else [])) for role, name in NAMES.items()}
for name in (OTHER, VICTIM):
    Person(name)
spare = os.path.join(TMPDIR, 'spare')
run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'spare', '-f', spare)
spare_fingerprint = run('ssh-keygen', '-lf', spare + '.pub').stdout.split()[1]
with open(spare + '.pub') as f:
    inlab('sh', '-c', 'cat >/root/spare.pub', stdin=f)
new_app(APP)
paas('apps:destroy', '-a', 'lent', '--confirm', 'lent')
clone = os.path.join(TMPDIR, 'clone')
run('cp', '-a', os.path.join(TREE, 'tests/apps/hello-python'), clone)
run('git', '-C', clone, 'init', '-q', '-b', 'main')
git(clone, 'add', '-A', '-f')
git(clone, 'commit', '-q', '-m', 'one')
r = push(clone, APP)
check('an application to act on', r.returncode == 0, r.stdout)
root('config:set SET=1 -a ' + APP)
new_app(PAST)
for app in (APP, PAST):
    root('apps:transfer %s -a %s' % (NAMES['owner'], app))
    for role in ('viewer', 'deployer', 'operator'):
        root('access:add %s --role %s -a %s' % (NAMES[role], role, app))
root('apps:destroy -a %s --confirm %s' % (PAST, PAST))
paas('teams:destroy', TEAM)
root('teams:create ' + TEAM)
root('teams:lead %s %s' % (TEAM, NAMES['owner']))
for person in people.values():
    person.connect()
    within(10, person.name + ' is connected', lambda: person.say('version').returncode == 0)

# --- the table, and what this test knows of it
table = json.loads(people['none'].say('help roles --json').stdout)
needs = {row['action']: row['role'] for row in table}
words = people['none'].say('help roles').stdout
check('help roles shows it to people', all(row['action'] in words and row['what'] in words for row in table), words)
for action in needs:
    check('there is a case for the action ' + action, action in CASES, 'add one to CASES: what is typed for it')
for action in CASES:
    check('the table has the action ' + action, action in needs)
listed = people['none'].say('help').stdout
verbs = set(re.findall(r'^  ([a-z:]+) ', listed, re.M))
tried = {case.line.split()[0] for cases in CASES.values() for case in cases if not case.git}
check('every verb is tried', verbs and verbs == (tried & verbs) | FREE, 'not tried: %s' % sorted(verbs - tried - FREE))

for action in needs:
    for case in CASES.get(action, []):
        for role in RANK:
            try_case(action, case, role)

# --- lists show what one has a role on
for role in RANK:
    apps = [app['name'] for app in json.loads(people[role].say('apps --json').stdout)]
    check('%s: apps lists %s' % (role, 'nothing' if role == 'none' else APP), (APP in apps) == (role != 'none'), apps)
r = people['viewer'].say('config -a ' + APP)
check('a refusal says what to type', 'paas access:update %s --role operator --app %s' % (NAMES['viewer'], APP) in r.stdout, r.stdout)
r = people['none'].say('ps -a ' + APP)
check('also to somebody without a role', 'paas access:add %s --role viewer --app %s' % (NAMES['none'], APP) in r.stdout, r.stdout)
r = people['none'].say('ps -a nosuchapp')
check('an application that there is not is no refusal', r.returncode == 4, r.stdout)
within(90, 'refusals are recorded',
       lambda: 'refused' in inlab('git', '-c', 'safe.directory=*', '-C', '/var/lib/paas/state.git', 'log', 'refs/paas/app/' + APP).stdout)

# --- a push from its beginning to its end
git(clone, 'commit', '-q', '--allow-empty', '-m', 'two')
r = people['viewer'].git('-C', clone, 'push', 'paas@127.0.0.1:' + APP, 'HEAD:refs/heads/main')
check('a viewer who pushes is refused before anything is uploaded', r.returncode == 128 and 'needs the role deployer' in r.stdout and
      'remote:' not in r.stdout, r.stdout)
r = people['deployer'].git('-C', clone, 'push', 'paas@127.0.0.1:' + APP, 'HEAD:refs/heads/main')
check('a deployer pushes', r.returncode == 0, r.stdout)
release = json.loads(people['viewer'].say('releases --json -a ' + APP).stdout)[0]
check("and it is the deployer's release", release['user'] == NAMES['deployer'] and release['commit'] == git(clone, 'rev-parse', 'HEAD'), release)

for person in people.values():
    person.disconnect()
root('teams:destroy ' + TEAM)
destroy_app(APP)
finish()
