#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# The queues: pushes to several applications and to one at once, a lock, --supersede, deploys:cancel, paasd killed while several wait. None
# is lost, they come in order, and what git said, the branch, the releases, `paas deploys` and what runs agree.
# suites: bookworm
# timeout: 900
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import *

APPS = ['queuea', 'queueb', 'queuec', 'queued', 'queuee']
# A build that goes on until it is killed.
SLOW = {'Makefile': 'all:\n\t@echo still building; while :; do sleep 0.1; done\n'}


class Pusher:
    def __init__(self, app, directory, commit, *args):
        self.app, self.commit = app, commit
        self.path = os.path.join(TMPDIR, 'output-%s-%s-%d' % (app, commit[:10], Pusher.n))
        Pusher.n += 1
        with open(self.path, 'w') as out:
            self.process = subprocess.Popen(push_command(directory, app, '--force', *args, commit + ':refs/heads/main'),
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)

    n = 0

    @property
    def output(self):
        with open(self.path, errors='replace') as f:
            return f.read()

    def said(self, text, seconds=60):
        return within(seconds, '%s: the pusher of %.8s reads "%s"' % (self.app, self.commit, text), lambda: text in self.output) or \
            print('# ' + self.output.replace('\n', '\n# '))

    def end(self, code):
        try:
            got = self.process.wait(240)
        except subprocess.TimeoutExpired:
            self.process.kill()
            got = None
        return check('%s: the push of %.8s ends with %d' % (self.app, self.commit, code), got == code, got, self.output)


def deploys(app):
    return from_paas('deploys', '--app', app) or []


def number(deploy):
    return int(deploy['id'].split('/')[1])


def waiting(app):
    return [d for d in deploys(app) if d.get('waits_for')]


def alone(directory, files):
    """A commit of what there is and these files, without a parent."""
    git(directory, 'checkout', '-q', '--orphan', 'alone')
    commit = write(directory, files)
    git(directory, 'checkout', '-q', '-f', 'main')
    git(directory, 'branch', '-q', '-D', 'alone')
    return commit


def commits(directory, name, n):
    """n commits, so that each push is a forced one; each answers with its own text."""
    texts = ['%s %d' % (name, i) for i in range(n)]
    return [(alone(directory, {'version': text}), text) for text in texts]


def prepare(app):
    new_app(app)
    directory = repository(app, 'first')
    r = push(directory, app)
    check(app + ': the first push', r.returncode == 0, r.stdout)
    return directory


def all_agree(app, pushed, before):
    """Each of the pushed (commit, text) is a release, in the order of the operations; the last one runs."""
    wanted = dict(pushed)
    done = sorted((d for d in deploys(app) if d.get('commit') in wanted and number(d) > before), key=number)
    check(app + ': deploys has each of them, and all succeeded', sorted(d.get('commit') for d in done) == sorted(wanted) and
          all(d['state'] == 'succeeded' for d in done), done)
    by_version = {r['version']: r for r in releases(app) or []}
    check(app + ': each is the release that deploys names', all(by_version.get(d['version'], {}).get('commit') == d.get('commit') for d in done), done)
    versions = [d['version'] for d in done]
    check(app + ': released in the order of arrival', versions == sorted(versions) and len(set(versions)) == len(wanted), versions)
    check(app + ': nothing else was released', len(by_version) == versions[-1], sorted(by_version), versions)
    agree(app, app, done[-1]['commit'], wanted[done[-1]['commit']])


def last_operation(app):
    return max([number(d) for d in deploys(app)], default=0)


def twenty_to_five(directories):
    pushed = {app: commits(directories[app], app, 4) for app in APPS}
    before = {app: last_operation(app) for app in APPS}
    pushers = [Pusher(app, directories[app], commit) for i in range(4) for app in APPS for commit, _ in [pushed[app][i]]]
    for p in pushers:
        p.end(0)
    for app in APPS:
        all_agree(app, pushed[app], before[app])


def ten_to_one(directories):
    app = APPS[0]
    pushed = commits(directories[app], 'ten', 10)
    before = last_operation(app)
    pushers = [Pusher(app, directories[app], commit) for commit, _ in pushed]
    for p in pushers:
        p.end(0)
    all_agree(app, pushed, before)
    order = {d.get('commit'): number(d) for d in deploys(app)}
    pushers.sort(key=lambda p: order.get(p.commit, 0))
    check('ten: those who come late are told their place', all('remote: -----> Waiting: ' in p.output for p in pushers[3:]), pushers[3].output)
    last = pushers[-1].output
    places = [line.split('Waiting: ')[1].split()[0] for line in last.splitlines() if 'Waiting: ' in line and 'before it' in line]
    counts = [int(p) for p in places if p.isdigit()]
    check('ten: the last one reads how its place changes', len(places) > 2 and counts == sorted(counts, reverse=True) and '/' in places[-1], last)


def lock(directories):
    app, directory = APPS[0], directories[APPS[0]]
    pushed = commits(directory, 'locked', 2)
    before = last_operation(app)
    r = paas('apps:lock', '-a', app)
    check('apps:lock without a reason is refused', r.returncode == 2 and '--reason' in r.stdout, r.stdout)
    r = paas('apps:lock', '-a', app, '--reason', 'two\nlines')
    check('a reason of two lines is refused', r.returncode == 2 and 'one line' in r.stdout, r.stdout)
    r = paas('apps:unlock', '-a', app)
    check('apps:unlock of what is not locked is refused', r.returncode == 1 and 'not locked' in r.stdout, r.stdout)
    r = paas('apps:lock', '-a', app, '--reason', 'the database is moved')
    check('apps:lock', r.returncode == 0 and 'apps:unlock' in r.stdout, r.stdout)
    r = paas('apps:lock', '-a', app, '--reason', 'me too')
    check('a second lock is refused, naming the first', r.returncode == 1 and 'by root: the database is moved' in r.stdout, r.stdout)
    check('apps:info says it', 'by root since' in paas('apps:info', '-a', app).stdout and from_paas('apps:info', '-a', app)['locked_by'] == 'root')
    pushers = []
    for commit, _ in pushed:
        pushers.append(Pusher(app, directory, commit))
        pushers[-1].said('Waiting: locked by root: the database is moved')
    check('the pusher is told what ends it', 'paas apps:unlock --app ' + app in pushers[0].output, pushers[0].output)
    other = alone(directory, {'version': 'detached'})
    r = push(directory, app, '--force', '-o', 'detach', other + ':refs/heads/main')
    check('a detached push is told too', r.returncode == 0 and 'Waiting: locked by root: the database is moved' in r.stdout, r.stdout)
    check('it can be cancelled', paas('deploys:cancel', waiting(app)[-1]['id']).returncode == 0, waiting(app))
    setting = start(*inlab_command('paas', 'config:set', '-a', app, 'LATER=1'))
    within(30, 'config:set waits too', lambda: any(d['kind'] == 'config' and d['waits_for'].startswith('locked') for d in waiting(app)))
    r = paas('ps:restart', '-a', app, timeout=60)
    check('a restart does not wait', r.returncode == 0, r.stdout)
    check('nothing was released', current(app)['version'] == releases(app)[0]['version'])
    text = paas('deploys', '-a', app).stdout
    check('deploys says what waits and why', text.count('locked by root: the database is moved') == 3, text)

    inlab('systemctl', 'kill', '-s', 'KILL', '--kill-whom=main', 'paasd.service')
    within(60, 'paasd is back', paasd_back)
    within(30, 'the three still wait, locked', lambda: [d['waits_for'] for d in waiting(app)] == ['locked by root: the database is moved'] * 3)
    check('in their order', [d.get('commit') for d in waiting(app) if d['kind'] == 'deploy'] == [c for c, _ in pushed], waiting(app))
    r = paas('apps:unlock', '-a', app)
    check('apps:unlock', r.returncode == 0, r.stdout)
    for p in pushers:
        p.end(0)
    output, _ = setting.communicate(timeout=120)
    check('config:set ends well', setting.returncode == 0 and 'Set LATER' in output, output)
    done = sorted((d for d in deploys(app) if number(d) > before and d['kind'] == 'deploy' and d['state'] != 'canceled'), key=number)
    check('they were released in their order', [d.get('commit') for d in done] == [c for c, _ in pushed] and done[0]['version'] < done[1]['version'], done)
    check('the value is there', paas('config:get', 'LATER', '-a', app).stdout == '1\n')
    agree('after the lock', app, *pushed[-1])
    within(30, 'the lock and its end are on record', lambda: all(a in inlab(
        'git', '--git-dir', '/var/lib/paas/state.git', 'log', '--format=%B', 'refs/paas/app/' + app).stdout
        for a in ('Action: apps:lock', 'Reason: the database is moved', 'Action: apps:unlock')))


def killed_while_superseding(app, directory, first, second):
    """paasd dies when the newer one is on record and the older one not cancelled yet."""
    waits = Pusher(app, directory, first)
    waits.said('locked by root')
    inlab('sh', '-c', 'printf deploy:queued >/run/paas/fault')
    newer = Pusher(app, directory, second, '-o', 'supersede')
    waits.end(1)
    check('paasd died there', inlab('rm', '/run/paas/fault').returncode != 0)
    check('it is superseded all the same', 'superseded by' in waits.output, waits.output)
    newer.said('locked by root')
    check('and the newer one waits', [d.get('commit') for d in waiting(app)][-1:] == [second], waiting(app))
    paas('deploys:cancel', waiting(app)[-1]['id'])
    newer.end(1)


def supersede(directories):
    app, directory = APPS[1], directories[APPS[1]]
    slow = alone(directory, SLOW)
    pushed = commits(directory, 'newer', 3)
    running = current(app)['version']
    building = Pusher(app, directory, slow)
    building.said('still building')
    behind = Pusher(app, directory, pushed[0][0])
    behind.said('before it')
    plain = Pusher(app, directory, pushed[1][0])
    plain.said('2 before it')
    check('a later push supersedes nothing by itself', [d['state'] for d in deploys(app)][-3:] == ['running', 'queued', 'queued'], deploys(app))
    newest = Pusher(app, directory, pushed[2][0], '-o', 'supersede')
    for p in (building, behind, plain):
        p.end(1)
        check('who was superseded is told by whom', 'superseded by %s/' % app in p.output and ' of you' in p.output, p.output)
    newest.end(0)
    check('one release came of it', current(app)['version'] == running + 1, releases(app))
    agree('supersede', app, *pushed[2])

    paas('apps:lock', '-a', app, '--reason', 'held')
    if can_kill('paasd dies while a push is superseded'):
        killed_while_superseding(app, directory, pushed[0][0], slow)
    waits = Pusher(app, directory, pushed[0][0])
    waits.said('locked by root: held')
    r = paas('deploy', pushed[1][0], '-a', app, '--supersede', '--detach')
    check('paas deploy --supersede', r.returncode == 0, r.stdout)
    waits.end(1)
    paas('apps:unlock', '-a', app)
    within(60, 'what came last is deployed', lambda: current(app)['commit'] == pushed[1][0])
    agree('paas deploy --supersede', app, *pushed[1])
    return pushed[1]


def cancel(directories, now):
    app, directory = APPS[1], directories[APPS[1]]
    before = current(app)['version']
    slow, silent = alone(directory, SLOW), alone(directory, {'Procfile': 'web: exec sleep infinity\n'})

    building = Pusher(app, directory, slow)
    building.said('still building')
    waits = Pusher(app, directory, silent)
    waits.said('before it')
    identity = {d.get('commit'): d['id'] for d in deploys(app)}
    r = paas('deploys:cancel', identity[silent])
    check('deploys:cancel of one that waits', r.returncode == 0, r.stdout)
    waits.end(1)
    check('its pusher is told by whom', 'cancelled by root' in waits.output, waits.output)
    r = paas('deploys:cancel', identity[slow].split('/')[1], '-a', app)
    check('deploys:cancel of one that builds, by its number', r.returncode == 0, r.stdout)
    building.end(1)
    check('its pusher is told too', 'cancelled by root' in building.output, building.output)

    starting = Pusher(app, directory, silent)
    within(60, 'it starts', lambda: any(d.get('commit') == silent and d['step'] in ('starting', 'checking') for d in deploys(app)))
    identity = [d['id'] for d in deploys(app) if d.get('commit') == silent][-1]
    r = paas('deploys:cancel', identity)
    check('deploys:cancel of one that starts', r.returncode == 0, r.stdout)
    starting.end(1)
    r = paas('deploys:cancel', identity)
    check('once more is refused', r.returncode == 1 and 'ended already' in r.stdout, r.stdout)
    r = paas('deploys:cancel', app + '/999')
    check('deploys:cancel of what there is not', r.returncode == 4, r.returncode, r.stdout)
    check('deploys shows them as canceled', [d['state'] for d in deploys(app)[-3:]] == ['canceled'] * 3, deploys(app))
    check('what ran goes on', current(app)['version'] == before)
    agree('after the cancellations', app, *now)


def places(directories):
    """As many builds at once as paas.conf says, by default half of the processors; then it says so."""
    n = max(1, int(inlab('nproc').stdout) // 2)
    slow = []
    for app in APPS[:n + 1]:
        slow.append(Pusher(app, directories[app], alone(directories[app], SLOW)))
        slow[-1].said('still building' if len(slow) <= n else 'Waiting: all %d build places are taken' % n)
    everything = from_paas('deploys')
    check('deploys of all applications', {p.app for p in slow} <= {d['id'].split('/')[0] for d in everything}, everything)
    inlab('systemctl', 'kill', '-s', 'KILL', '--kill-whom=main', 'paasd.service')
    within(60, 'paasd is back', paasd_back)
    for p in slow:
        within(30, p.app + ': its deploy is there still', lambda: any(d.get('commit') == p.commit for d in deploys(p.app)))
        identity = [d['id'] for d in deploys(p.app) if d.get('commit') == p.commit]
        check(p.app + ': deploys:cancel', paas('deploys:cancel', *identity).returncode == 0, identity)
        p.end(1)


def bound():
    """Nobody fills the queue of an application without end: the others' would have to wait for it."""
    app = 'queuebound'
    new_app(app)
    paas('apps:lock', '-a', app, '--reason', 'nothing goes on')
    script = 'for n in $(seq 101); do busctl call org.paas1 /org/paas1/app/%s org.paas1.App SetConfig "a{ss}asa{sv}" 1 N $n 0 0 2>&1; done' % app
    said = inlab('sh', '-c', script).stdout.strip().split('\n')
    check('a hundred operations of an application wait', all('"/org/paas1/job/' in line for line in said[:100]), said[:100])
    check('the next is refused', 'that have not ended' in said[-1], said[-1])
    before = inlab('git', '--git-dir', '/var/lib/paas/state.git', 'rev-parse', 'refs/paas/app/' + app).stdout
    r = paas('ps:scale', 'web=2', '-a', app)
    check('and what goes with one changes nothing', r.returncode != 0 and 'that have not ended' in r.stdout and before == inlab('git', '--git-dir', '/var/lib/paas/state.git', 'rev-parse', 'refs/paas/app/' + app).stdout, r.stdout)
    destroy_app(app)


def main():
    setup_paas()
    # Else sshd itself drops some of those that connect at the same moment (docs/push.md).
    inlab('sh', '-c', 'echo MaxStartups 100 >/etc/ssh/sshd_config.d/10-startups.conf && systemctl reload ssh')
    directories = {app: prepare(app) for app in APPS}
    twenty_to_five(directories)
    ten_to_one(directories)
    lock(directories)
    now = supersede(directories)
    cancel(directories, now)
    bound()
    if len(APPS) > int(inlab('nproc').stdout) // 2:
        places(directories)
    for app in APPS:
        destroy_app(app)
    finish()


main()
