#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Teams and owners: how somebody comes to a role and loses it, what always has an owner, and how a user is disabled while they are at
# work.
# suites: bookworm trixie
# timeout: 600
import json
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from people import Person

R = random.randrange(10000, 99999)
TEAM, TEAM2, APP, APP2 = 'web-%d' % R, 'ops-%d' % R, 'teamwork', 'lonely'


def does(who, line, what=None):
    r = who.say(line) if who else paas(*line.split())
    check(what or '%s: %s' % (who.name if who else 'root', line), r.returncode == 0, 'exit code %d' % r.returncode, r.stdout)
    return r.stdout


def fails(who, line, code, *words):
    r = who.say(line) if who else paas(*line.split())
    check('%s: %s fails, and says why' % (who.name if who else 'root', line), r.returncode == code and all(w in r.stdout for w in words),
          'exit code %d' % r.returncode, r.stdout, 'wanted: %s' % (words,))


def access(app):
    return {a['name']: a['role'] for a in json.loads(paas('access', '-a', app, '--json').stdout)}


def team(name):
    return next((t for t in json.loads(paas('teams', '--json').stdout) if t['name'] == name), None)


def restart_paasd():
    inlab('systemctl', 'restart', 'paasd')
    within(30, 'paasd is back', lambda: paas('apps').returncode == 0)


def state(*words):
    return inlab('git', '-c', 'safe.directory=*', '-C', '/var/lib/paas/state.git', *words).stdout


setup_paas()
lead, member, guest = (Person('%s-%d' % (name, R)) for name in ('lead', 'member', 'guest'))
boss = Person('boss-%d' % R, '--admin')
for app in (APP, APP2):
    paas('apps:destroy', '-a', app, '--confirm', app)

# --- an application from before there were roles: its owner is who created it, and nobody else has a role
does(guest, 'apps:create ' + APP2)
check('it has no file of roles', 'access' not in state('ls-tree', '--name-only', 'refs/paas/app/' + APP2).split())
restart_paasd()
check('its creator owns it', access(APP2) == {guest.name: 'owner'}, access(APP2))
fails(member, 'ps -a ' + APP2, 3, 'needs the role viewer', guest.name + ', who owns it,')
does(boss, 'ps -a ' + APP2)

# --- teams
does(boss, 'teams:create ' + TEAM)
fails(boss, 'teams:create ' + TEAM, 1, 'There is a team')
for bad in ('Web', 'team:web', 'a b', '', '-x', 'x' * 31):
    fails(None, "teams:create '%s'" % bad if not bad else 'teams:create ' + bad, 2, *(() if ' ' in bad or not bad or bad[0] == '-' else ["cannot be a team's name"]))
fails(lead, 'teams:add %s %s' % (TEAM, lead.name), 3, 'is for its lead', 'An admin can make you the lead')
does(boss, 'teams:lead %s %s' % (TEAM, lead.name))
does(lead, 'teams:add %s %s' % (TEAM, member.name))
fails(lead, 'teams:add %s %s' % (TEAM, member.name), 1, 'is a member of')
fails(lead, 'teams:add %s nosuchuser' % TEAM, 4, 'There is no user')
fails(lead, 'teams:add nosuchteam ' + member.name, 4, 'There is no team')
fails(member, 'teams:remove %s %s' % (TEAM, lead.name), 3, 'is a member of it', lead.name + ', who leads it')
fails(lead, 'teams:remove %s %s' % (TEAM, guest.name), 4, 'is no member')
t = team(TEAM)
check('teams lists it', t and t['lead'] == lead.name and t['members'] == sorted([lead.name, member.name]), t)
check('also to people', TEAM in does(guest, 'teams'))

# --- roles by name and by team: the highest counts
does(lead, 'apps:create ' + APP)
does(lead, 'access:add team:%s --role viewer -a %s' % (TEAM, APP))
does(member, 'ps -a ' + APP, 'a member has the role of the team')
fails(member, 'config -a ' + APP, 3, 'needs the role operator', member.name + ' has viewer there', 'access:add %s --role operator' % member.name)
does(lead, 'access:add %s --role operator -a %s' % (member.name, APP))
does(member, 'config -a ' + APP, 'and a higher one of their own')
fails(lead, 'access:add %s --role viewer -a %s' % (member.name, APP), 1, 'is operator on', 'access:update')
does(lead, 'access:update %s --role deployer -a %s' % (member.name, APP))
fails(member, 'config -a ' + APP, 3, 'has deployer there', 'access:update')
for role, words in (('owner', 'exactly one owner'), ('admin', 'There is no role "admin"'), ('none', 'There is no role')):
    fails(lead, 'access:add %s --role %s -a %s' % (guest.name, role, APP), 2, words)
fails(lead, 'access:add %s -a %s' % (guest.name, APP), 2, '--role')
fails(lead, 'access:add nosuchuser --role viewer -a ' + APP, 4, 'There is no user')
fails(lead, 'access:add team:nosuchteam --role viewer -a ' + APP, 4, 'There is no team')
fails(lead, 'access:add %s --role viewer -a %s' % (lead.name, APP), 1, 'owns ' + APP)
fails(lead, 'access:remove %s -a %s' % (lead.name, APP), 2, 'Somebody always does', 'apps:transfer')
fails(lead, 'access:update %s --role viewer -a %s' % (guest.name, APP), 4, 'no role of their own')
does(lead, 'access:remove %s -a %s' % (member.name, APP))
fails(lead, 'access:remove %s -a %s' % (member.name, APP), 4, 'no role of their own')
does(member, 'ps -a ' + APP, "the team's role is still there")
before = access(APP)
restart_paasd()
check('paasd knows all of it after a restart', access(APP) == before and team(TEAM) == t, access(APP), before, team(TEAM), t)

# --- an owner, always one: a person, or a team with a lead
fails(member, 'apps:transfer %s -a %s' % (member.name, APP), 3, 'needs the role owner', lead.name + ', who owns it, may do it')
does(boss, 'teams:create ' + TEAM2)
fails(lead, 'apps:transfer team:%s -a %s' % (TEAM2, APP), 2, 'has no lead', 'teams:lead ' + TEAM2)
fails(lead, 'apps:transfer nosuchuser -a ' + APP, 4, 'There is no user')
fails(lead, 'apps:transfer %s -a %s' % (lead.name, APP), 1, 'owns %s already' % APP)
does(lead, 'apps:transfer %s -a %s' % (guest.name, APP))
check('the old owner is an operator', access(APP) == {guest.name: 'owner', lead.name: 'operator', 'team:' + TEAM: 'viewer'}, access(APP))
does(guest, 'apps:transfer team:%s -a %s' % (TEAM, APP))
check('a team owns it, without a role by name', access(APP) == {'team:' + TEAM: 'owner', lead.name: 'operator', guest.name: 'operator'}, access(APP))
check('apps says so', ('team:' + TEAM) in does(lead, 'apps:info -a ' + APP))
does(lead, 'access:remove %s -a %s' % (guest.name, APP), 'the lead acts as the owner')
does(member, 'config:set A=1 -a ' + APP, 'a member as an operator')
fails(member, 'apps:destroy -a %s --confirm %s' % (APP, APP), 3, member.name + ' has operator there', '%s, who leads the team %s that owns it,' % (lead.name, TEAM))
fails(guest, 'ps -a ' + APP, 3, 'no role there')
fails(boss, 'teams:remove %s %s' % (TEAM, lead.name), 2, 'which owns ' + APP, 'teams:lead ' + TEAM)
fails(boss, 'teams:destroy ' + TEAM, 2, 'owns ' + APP, 'apps:transfer')
does(lead, 'teams:lead %s %s' % (TEAM, guest.name), 'the lead names the next one')
check('who becomes a member by it', guest.name in team(TEAM)['members'] and team(TEAM)['lead'] == guest.name, team(TEAM))
does(guest, 'teams:remove %s %s' % (TEAM, lead.name))
fails(lead, 'apps:destroy -a %s --confirm %s' % (APP, APP), 3, lead.name + ' has operator there')
does(guest, 'apps:transfer %s -a %s' % (lead.name, APP))
check('the team keeps a role', access(APP) == {lead.name: 'owner', 'team:' + TEAM: 'operator'}, access(APP))
does(guest, 'teams:destroy ' + TEAM)
check('and loses it when it is destroyed', access(APP) == {lead.name: 'owner'} and team(TEAM) is None, access(APP))
does(None, 'teams:destroy ' + TEAM2)
log = state('log', '--format=%an|%s', '--all')
for line in ('%s|Give %s the role operator on %s' % (lead.name, member.name, APP), '%s|Transfer %s from %s to team:%s' % (guest.name, APP, guest.name, TEAM),
             '%s|Let %s lead the team %s' % (lead.name, guest.name, TEAM), '%s|Destroy the team %s' % (guest.name, TEAM)):
    check('it is recorded: ' + line, line in log.splitlines(), log[:2000])

# --- a user is disabled while they are at work
directory = os.path.join(TMPDIR, 'slow')
os.mkdir(directory)
for name, text in (('Makefile', 'all:\n\t@echo building; until [ -e never ]; do sleep 0.1; done\n'), ('Procfile', 'web: sleep infinity\n')):
    with open(os.path.join(directory, name), 'w') as f:
        f.write(text)
git(directory, 'init', '-q', '-b', 'main')
git(directory, 'add', '-A')
git(directory, 'commit', '-q', '-m', 'slow')


def builds():
    return 'paas-build-teamwork' in inlab('systemctl', 'list-units', '--no-legend', 'paas-build-*').stdout


def logs():
    """How many logs are followed."""
    return inlab('systemctl', 'list-units', '--no-legend', 'paas-log-*').stdout.count('running')


def at_work():
    """A log that is followed, a push that builds, a clone that does not go on."""
    log = member.begin('logs --tail -a ' + APP)
    within(20, 'a log is followed', lambda: logs() > 0)
    pushing = member.begin_git('-C', directory, 'push', 'paas@127.0.0.1:' + APP, 'HEAD:refs/heads/main')
    within(60, 'a push builds', builds)
    fetching = subprocess.Popen(member.ssh('paas@127.0.0.1', "git-upload-pack '%s'" % APP), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, errors='replace')
    within(20, 'somebody fetches', lambda: inlab('pgrep', '-u', 'paas', '-f', 'upload-pack').returncode == 0)
    return {'the log': log, 'the push': pushing, 'the fetch': fetching}


def all_end(what, work, others=0):
    for name, process in work.items():
        within(15, '%s: %s ends' % (what, name), lambda p=process: p.poll() is not None)
        check('%s: %s does not end well' % (what, name), process.returncode != 0, process.returncode)
    within(30, what + ': the build ends', lambda: not builds())
    within(10, what + ': nobody reads their logs any more', lambda: logs() == others)
    r = member.say('apps')
    check(what + ': the key is refused', r.returncode == 255 and 'Permission denied' in r.stdout, r.stdout)
    check(what + ': nothing was released', paas('releases', '-a', APP, '--json').stdout.count('"current": true') <= 1 and
          'deploy' not in paas('releases', '-a', APP, '--json').stdout, paas('releases', '-a', APP).stdout)


does(lead, 'access:add %s --role deployer -a %s' % (member.name, APP))
does(lead, 'apps:transfer %s -a %s' % (member.name, APP))
work = at_work()
bystander = lead.begin('logs --tail -a ' + APP)
member.connect()
within(10, 'a connection is open that many commands share', lambda: member.say('version').returncode == 0)
said = does(boss, 'users:disable ' + member.name)
check('it lists what they own', APP in said and 'apps:transfer' in said, said)
r = member.say('apps')
check('an open connection is of no use', r.returncode != 0 and APP not in r.stdout, r.returncode, r.stdout)
member.disconnect()
all_end('disabled', work, others=1)
check("nobody else's connection ends", bystander.poll() is None)
bystander.terminate()
within(20, 'until they go', lambda: logs() == 0)
info = json.loads(does(None, 'users:info %s --json' % member.name))
check('users:info says so', info['disabled'] and info['owns'] == [APP] and info['roles'] == [APP + ': owner'], info)
check('users shows it', 'disabled' in next(line for line in does(lead, 'users').splitlines() if member.name in line))
fails(lead, 'apps:destroy -a %s --confirm %s' % (APP, APP), 3, 'An admin may do it')
fails(boss, 'apps:transfer %s -a %s' % (member.name, APP2), 2, 'is disabled')
fails(boss, 'users:disable ' + boss.name, 2, 'disable themselves')
fails(boss, 'users:disable nosuchuser', 4, 'There is no user')
does(boss, 'users:disable ' + member.name, 'twice is once')
does(boss, 'apps:transfer %s -a %s' % (lead.name, APP))
check('who is disabled gets no role back', access(APP) == {lead.name: 'owner'}, access(APP))
does(boss, 'users:enable ' + member.name)
fails(member, 'ps -a ' + APP, 3, 'no role there')

# --- paasd dies when it has written it down and done nothing else
does(lead, 'access:add %s --role deployer -a %s' % (member.name, APP))
work = at_work()
if FLAVOUR == 'sanitize':
    inlab('sh', '-c', 'printf user-disabled >/run/paas/fault')
    paas('users:disable', member.name)
    within(30, 'paasd is back', lambda: paas('apps').returncode == 0)
    check('it died there', inlab('test', '-e', '/run/paas/fault').returncode != 0)
else:
    paas('users:disable', member.name)
all_end('after a crash', work)

# --- while paasd is away git can be read by those who had a role
does(None, 'users:enable ' + member.name)
inlab('systemctl', 'stop', 'paasd')
inlab('systemctl', 'mask', '--runtime', 'org.paas1.service', 'paasd.service')
for person, may in ((lead, True), (member, True), (boss, True), (guest, False)):
    r = person.git('ls-remote', 'paas@127.0.0.1:' + APP)
    check('while paasd is away %s %s read' % (person.name, 'may' if may else 'may not'), (r.returncode == 0) == may, r.stdout)
inlab('systemctl', 'unmask', '--runtime', 'org.paas1.service', 'paasd.service')
inlab('systemctl', 'start', 'paasd')
within(30, 'paasd is back', lambda: paas('apps').returncode == 0)
for app in (APP, APP2):
    destroy_app(app)
finish()
