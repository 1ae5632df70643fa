#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pipelines: what runs in one stage is released in the next, byte for byte, without a build and with the target's own config; the
repositories agree with it; one target's failure is its own; the source may go."""
# suites: bookworm
# timeout: 600
import json
import os
import re
import shlex
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pipelinelib import PROCFILE, SERVER, env, tree
from pushlib import current, from_paas, git_over_ssh, releases, remote_main, repository, settled, write

STAGING, EU, US, BAD, OTHER = 'pipe-staging', 'pipe-eu', 'pipe-us', 'pipebad', 'pipe-other'
PIPELINE = 'pipe'


def refused(what, r, *words, code=None):
    check(f'{what}: refused', r.returncode != 0 and (code is None or r.returncode == code), r.returncode, r.stdout)
    for word in words:
        check(f'{what}: the message says "{word}"', word in r.stdout, r.stdout[:400])


def succeeds(what, r):
    return check(what, r.returncode == 0, r.returncode, r.stdout[-1500:])


def promote(*args):
    return paas('pipelines:promote', '-a', STAGING, *args)


def stages():
    info = from_paas('pipelines:info', PIPELINE)
    return [(a['app'], a['stage']) for a in info['apps']] if info else None


def commit_as(directory, version, subject):
    with open(os.path.join(directory, 'version'), 'w') as f:
        f.write(version)
    git(directory, 'commit', '-q', '-a', '-m', subject)
    return git(directory, 'rev-parse', 'HEAD')


def builds_of(app):
    """What the journal has of builds of the application, since it was made."""
    created = from_paas('apps:info', '-a', app)['created'] // 1000000
    lines = inlab('journalctl', '-q', '--no-pager', '-o', 'cat', f'--since=@{created}', 'SYSLOG_IDENTIFIER=systemd').stdout
    return '\n'.join(line for line in lines.split('\n') if f"Starting paas-build-{app.replace('-', '_')}-" in line)


def inode(app, name='app.py'):
    slug = current(app)['slug']
    return inlab('stat', '-c', '%d:%i', f'/var/lib/paas/slugs/{app}/{slug}/app/{name}').stdout.strip()


def making():
    paas('pipelines:destroy', PIPELINE)
    paas('pipelines:destroy', 'pipe-2')
    for app in (STAGING, EU, US, BAD, OTHER):
        new_app(app)
    succeeds('pipelines:create with an application', paas('pipelines:create', PIPELINE, '-a', STAGING, '-s', 'staging'))
    refused('the same name again', paas('pipelines:create', PIPELINE), 'already')
    refused('a name that cannot be one', paas('pipelines:create', 'Not/A Name'), 'a-z')
    refused('an application without a stage', paas('pipelines:create', 'pipe-2', '-a', EU), '-s')
    refused('a stage that there is not', paas('pipelines:add', PIPELINE, '-a', EU, '-s', 'prod'), 'production')
    refused('a pipeline that there is not', paas('pipelines:add', 'pipe-9', '-a', EU, '-s', 'production'), 'pipe-9', code=4)
    refused('an application that there is not', paas('pipelines:add', PIPELINE, '-a', 'pipe-none', '-s', 'production'), 'pipe-none', code=4)
    refused('a promotion out of no pipeline', paas('pipelines:promote', '-a', EU), 'is in no pipeline', code=4)
    refused('a promotion with nothing after it', promote(), 'no application is in a stage after it')
    succeeds('pipelines:add', paas('pipelines:add', PIPELINE, '-a', EU, '-s', 'development'))
    succeeds('pipelines:create without an application', paas('pipelines:create', 'pipe-2'))
    refused('a second pipeline for an application', paas('pipelines:add', 'pipe-2', '-a', EU, '-s', 'staging'), 'in the pipeline ' + PIPELINE)
    refused('by pipelines:create too', paas('pipelines:create', 'pipe-3', '-a', EU, '-s', 'staging'), 'in the pipeline ' + PIPELINE)
    check('stages come in order', stages() == [(EU, 'development'), (STAGING, 'staging')], stages())
    succeeds('pipelines:update', paas('pipelines:update', '-a', EU, '-s', 'production'))
    check('it is in its new stage', stages() == [(STAGING, 'staging'), (EU, 'production')], stages())
    refused('pipelines:update in no pipeline', paas('pipelines:update', '-a', US, '-s', 'staging'), 'is in no pipeline', code=4)
    refused('pipelines:remove in no pipeline', paas('pipelines:remove', '-a', US), 'is in no pipeline', code=4)
    succeeds('pipelines:add of another', paas('pipelines:add', PIPELINE, '-a', US, '-s', 'production'))
    succeeds('pipelines:remove', paas('pipelines:remove', '-a', US))
    check('it is out', stages() == [(STAGING, 'staging'), (EU, 'production')], stages())
    succeeds('and in again', paas('pipelines:add', PIPELINE, '-a', US, '-s', 'production'))
    listed = {p['name']: p for p in from_paas('pipelines') or []}
    check('pipelines lists both, with their owner', PIPELINE in listed and 'pipe-2' in listed and listed[PIPELINE]['owner'] == 'root', listed)
    succeeds('pipelines:destroy', paas('pipelines:destroy', 'pipe-2'))
    refused('pipelines:info of what was destroyed', paas('pipelines:info', 'pipe-2'), 'pipe-2', code=4)
    refused('a promotion of nothing', promote(), 'Nothing runs in ' + STAGING)
    inlab('systemctl', 'kill', '-s', 'KILL', '--kill-whom=main', 'paasd.service')
    within(60, 'paasd is back', lambda: stages() is not None)
    check('pipelines outlive paasd', stages() == [(STAGING, 'staging'), (EU, 'production'), (US, 'production')], stages())


def promoting(directory):
    succeeds('config of the stage', paas('config:set', '-a', STAGING, 'ONLY_STAGING=secret-of-staging', 'SHARED=staging'))
    succeeds('config of a target', paas('config:set', '-a', EU, 'ONLY_EU=eu', 'SHARED=production'))
    r = push(directory, STAGING)
    succeeds('push to staging', r)
    first = git(directory, 'rev-parse', 'HEAD')

    difference = {d['app']: d for d in from_paas('pipelines:diff', '-a', STAGING) or []}
    eu = difference.get(EU, {})
    check('pipelines:diff names the commits with subjects', [(c['side'], c['id'], c['subject']) for c in eu.get('commits', [])] == [('source', first, 'change')], eu)
    check('and the config vars that differ', eu.get('config_only_source') == ['ONLY_STAGING'] and eu.get('config_only_target') == ['ONLY_EU'] and
          eu.get('config_values') == ['SHARED'], eu)
    check('but no value', 'secret-of-staging' not in json.dumps(difference), difference)
    r = paas('pipelines:diff', '-a', STAGING, '--to', EU)
    check('for people too', r.returncode == 0 and re.search(rf'\+\s+{first[:8]}\s+change', r.stdout) and 'ONLY_EU' in r.stdout and US not in r.stdout, r.stdout)

    refused('--to what is in no pipeline', promote('--to', OTHER), OTHER)
    refused('--to what is not of the next stage', promote('--to', STAGING), 'staging')
    check('nothing was promoted by that', not current(EU).get('commit') and not current(US).get('commit'), current(EU))

    r = promote()
    succeeds('pipelines:promote to all of the next stage', r)
    check('each target is reported', f'Promoted {STAGING} to {EU}: v2' in r.stdout and f'Promoted {STAGING} to {US}: v1' in r.stdout, r.stdout)
    check('its progress is shown', 'Promoting ' + first[:8] in r.stdout and 'Starting v2' in r.stdout, r.stdout)
    check('the release command ran in each, with its own config', 'releasing for production' in r.stdout and 'releasing for nobody' in r.stdout, r.stdout)
    source = current(STAGING)
    for app in (EU, US):
        promoted(app, source, first)
    check("a target's config is its own", env(EU, 'ONLY_EU') == 'eu' and env(EU, 'SHARED') == 'production' and env(US, 'SHARED') is None)
    check("staging's config did not travel", env(EU, 'ONLY_STAGING') is None and env(US, 'ONLY_STAGING') is None and env(STAGING, 'ONLY_STAGING') == 'secret-of-staging')
    before = len(releases(EU))
    r = promote('--to', EU)
    check('promoted again, nothing happens', r.returncode == 0 and 'runs it already' in r.stdout and len(releases(EU)) == before, r.stdout)
    return first


def promoted(app, source, commit):
    """What must be true of a target after a promotion."""
    release = current(app)
    check(f'{app}: the same slug and stack', release.get('slug') == source['slug'] and release.get('stack') == source['stack'], release, source)
    check(f'{app}: kind and description', release.get('kind') == 'promotion' and
          release.get('description') == f"Promote {STAGING} v{source['version']} {commit[:8]}", release)
    here, there = tree(STAGING), tree(app)
    check(f'{app}: every file under /app is the same', here == there and 'version' in there and 'link' in there, here, there)
    check(f'{app}: no byte was copied', inode(app) == inode(STAGING), inode(app), inode(STAGING))
    check(f'{app}: no build ran', builds_of(app) == '' and builds_of(STAGING) != '', builds_of(app))
    check(f'{app}: git ls-remote agrees', remote_main(app) == commit == release.get('commit'), remote_main(app), release)
    clone = os.path.join(TMPDIR, 'clone-' + app)
    r = git_over_ssh('/', 'clone', '-q', 'paas-lab:' + app, clone)
    check(f'{app}: git clone checks it out', r.returncode == 0 and git(clone, 'rev-parse', 'HEAD') == commit, r.stdout)


def repositories(directory):
    second = commit_as(directory, 'second', 'the second version')
    succeeds('another commit to staging', push(directory, STAGING))
    r = push(directory, EU)
    check("staging's next commit is a fast-forward for the target", r.returncode == 0 and remote_main(EU) == second, r.stdout)
    clone = os.path.join(TMPDIR, 'clone-' + US)
    child = commit_as(clone, 'hotfix', 'a fix made in production')
    r = git_over_ssh(clone, 'push', 'paas-lab:' + US, 'HEAD:main')
    check('so is a child of what was promoted', r.returncode == 0 and remote_main(US) == child, r.stdout)
    r = paas('pipelines:diff', '-a', STAGING, '--to', US)
    check('pipelines:diff shows both sides', re.search(rf'\+\s+{second[:8]}\s+the second version', r.stdout) and
          re.search(rf'-\s+{child[:8]}\s+a fix made in production', r.stdout), r.stdout)
    succeeds('a promotion over it', promote('--to', US))
    check('moves the branch', remote_main(US) == second == current(US)['commit'] and ask(US) == 'second', remote_main(US), current(US))
    r = git_over_ssh(clone, 'push', 'paas-lab:' + US, 'HEAD:main')
    check('what was based on the fix is then told to fetch first', r.returncode != 0 and remote_main(US) == second, r.stdout)


def failing(directory):
    third = commit_as(directory, 'third', 'the third version')
    succeeds('a third version for staging', push(directory, STAGING))
    succeeds('a target that will not come up', paas('config:set', '-a', BAD, 'FAIL=1'))
    succeeds('it is a target', paas('pipelines:add', PIPELINE, '-a', BAD, '-s', 'production'))
    r = promote()
    check('one target that fails: the exit code is 1', r.returncode == 1, r.returncode, r.stdout)
    check('which one it was is said, with what it printed', re.search(rf'!\s+{BAD}: ', r.stdout) and 'this will not work' in r.stdout and '1 of 3' in r.stdout, r.stdout)
    for app in (EU, US):
        check(f'{app} has it all the same', current(app)['commit'] == third and ask(app) == 'third' and remote_main(app) == third, current(app))
    failed = releases(BAD)[0]
    check('the failed release is on record', failed['kind'] == 'promotion' and failed['status'] == 'failed' and remote_main(BAD) == '', failed, remote_main(BAD))
    check('nothing of it is left', within(30, BAD + ' has settled', lambda: settled(BAD, 0, webs=0)))
    succeeds('the target is taken out', paas('pipelines:remove', '-a', BAD))


def busy(directory):
    fourth = commit_as(directory, 'fourth', 'the fourth version')
    succeeds('a fourth version for staging', push(directory, STAGING))
    before = current(EU)['version']
    # Its processes take a while to come up, so the promotion finds a release under way.
    change = start(*inlab_command('paas', 'config:set', '-a', EU, 'BOOT_DELAY=6'))
    within(30, 'the config change is under way', lambda: any(r['version'] == before + 1 for r in releases(EU) or []))
    check('and not through', current(EU)['version'] == before)
    r = promote('--to', EU)
    succeeds('a promotion to a target that is busy waits its turn', r)
    output, _ = change.communicate(timeout=60)
    check('the change before it succeeded', change.returncode == 0, output)
    now = current(EU)
    check('in order, and with what it had set', now['version'] == before + 2 and now['commit'] == fourth and env(EU, 'BOOT_DELAY') == '6' and ask(EU) == 'fourth', now)
    succeeds('quick again', paas('config:unset', '-a', EU, 'BOOT_DELAY'))


class User:
    """Somebody with a key of their own, who comes by ssh."""

    def __init__(self, name):
        self.name, self.key = name, os.path.join(TMPDIR, name)
        run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', self.key)
        paas('users:add', name)
        paas('keys:add', '--user', name, open(self.key + '.pub').read().strip())

    def __call__(self, *words):
        return run(LAB, 'net', '--name', NAME, '--', 'ssh', '-F', 'none', '-o', 'IdentitiesOnly=yes', '-o', 'IdentityFile=' + self.key, '-o', 'BatchMode=yes', '-o',
                   'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', 'paas@127.0.0.1', shlex.join(words))

    def gets(self, role, *apps):
        for app in apps:
            tried = [paas(verb, self.name, '--role', role, '-a', app) for verb in ('access:add', 'access:update')]
            if all(r.returncode for r in tried):
                check(f'{self.name} gets {role} on {app}', False, *(r.stdout for r in tried))

    def sees(self):
        r = self('pipelines:info', PIPELINE, '--json')
        return sorted(a['app'] for a in json.loads(r.stdout)['apps']) if r.returncode == 0 else r.returncode


def roles():
    ana = User('pipe-ana-%d' % os.getpid())
    r = ana('pipelines')
    check('who has no role sees no pipeline', r.returncode == 0 and PIPELINE + ' ' not in r.stdout and ana.sees() == 4, r.stdout, ana.sees())
    refused('and promotes nothing', ana('pipelines:promote', '-a', STAGING), 'deployer', code=3)
    ana.gets('viewer', STAGING)
    check('a viewer of one sees that one', ana.sees() == [STAGING], ana.sees())
    refused('a viewer promotes nothing', ana('pipelines:promote', '-a', STAGING), 'deployer', STAGING, code=3)
    refused('nor compares with what they may not see', ana('pipelines:diff', '-a', STAGING), 'viewer', EU, code=3)
    ana.gets('deployer', STAGING)
    refused('a deployer of the source alone does neither', ana('pipelines:promote', '-a', STAGING), 'deployer', EU, code=3)
    ana.gets('deployer', EU)
    before = [len(releases(app)) for app in (EU, US)]
    refused('one target that they may not deploy to stops it before it begins', ana('pipelines:promote', '-a', STAGING), US, code=3)
    check('nothing was promoted', [len(releases(app)) for app in (EU, US)] == before)
    succeeds('a deployer of both promotes', ana('pipelines:promote', '-a', STAGING, '--to', EU))
    succeeds('and compares', ana('pipelines:diff', '-a', STAGING, '--to', EU))
    for verb in (['pipelines:update', '-a', EU, '-s', 'staging'], ['pipelines:remove', '-a', EU], ['pipelines:add', PIPELINE, '-a', EU, '-s', 'staging'],
                 ['config:copy', '-a', EU, '--from', STAGING, '--keys', 'SHARED'], ['pipelines:create', 'pipe-x', '-a', EU, '-s', 'staging']):
        refused(f'a deployer does not {verb[0]}', ana(*verb), 'operator', code=3)
    ana.gets('operator', EU)
    refused('config:copy needs a role where it reads, too', ana('config:copy', '-a', EU, '--from', STAGING, '--keys', 'SHARED'), 'operator', STAGING, code=3)
    refused("another's pipeline is not destroyed", ana('pipelines:destroy', PIPELINE), 'root', code=3)
    own = 'pipe-own-%d' % os.getpid()
    succeeds('anybody creates a pipeline', ana('pipelines:create', own))
    succeeds('an operator takes the application out', ana('pipelines:remove', '-a', EU))
    succeeds('and puts it into their own', ana('pipelines:add', own, '-a', EU, '-s', 'production'))
    succeeds('and takes it out', ana('pipelines:remove', '-a', EU))
    refused("into another's, of which they operate nothing, they do not put it", ana('pipelines:add', PIPELINE, '-a', EU, '-s', 'production'), 'belongs to root', code=3)
    ana.gets('operator', STAGING)
    succeeds('until they operate one in it', ana('pipelines:add', PIPELINE, '-a', EU, '-s', 'production'))
    succeeds('their own they destroy', ana('pipelines:destroy', own))
    log = inlab('git', '-c', 'safe.directory=*', '--git-dir', '/var/lib/paas/state.git', 'log', '--all', '--format=%an|%(trailers:key=Action,valueonly,separator=)|%(trailers:key=Status,valueonly,separator=)').stdout
    check('what they did is recorded as theirs', f'{ana.name}|pipelines:add|succeeded' in log and f'{ana.name}|pipelines:destroy|succeeded' in log, log[:600])


def copying():
    before = len(releases(EU))
    r = paas('config:copy', '--from', STAGING, '-a', EU, '--keys', 'ONLY_STAGING,SHARED')
    succeeds('config:copy', r)
    check('it is one release', len(releases(EU)) == before + 1, releases(EU))
    check('the values arrive', env(EU, 'ONLY_STAGING') == 'secret-of-staging' and env(EU, 'SHARED') == 'staging' and env(EU, 'ONLY_EU') == 'eu')
    check('they are not printed', 'secret-of-staging' not in r.stdout, r.stdout)
    r = paas('config:copy', '--from', STAGING, '-a', EU, '--keys', 'SHARED')
    check('the same again: nothing happens', r.returncode == 0 and 'nothing has changed' in r.stdout and len(releases(EU)) == before + 1, r.stdout)
    refused('a var that is not there', paas('config:copy', '--from', STAGING, '-a', EU, '--keys', 'SHARED,NO_SUCH'), 'NO_SUCH')
    refused('from an application that is not there', paas('config:copy', '--from', 'pipe-none', '-a', EU, '--keys', 'SHARED'), 'pipe-none', code=4)
    refused('from itself', paas('config:copy', '--from', EU, '-a', EU, '--keys', 'SHARED'), EU)
    refused('without --keys', paas('config:copy', '--from', STAGING, '-a', EU), '--keys')
    check('what was refused made no release', len(releases(EU)) == before + 1, releases(EU))


def source_destroyed():
    files = tree(EU)
    uid = from_paas('apps:info', '-a', STAGING)['build_uid']
    destroy_app(STAGING)
    check('the pipeline goes on without it', stages() == [(EU, 'production'), (US, 'production')], stages())
    within(30, 'its processes have ended', lambda: inlab('pgrep', '-u', str(uid - 1)).stdout == '')
    succeeds('ps:restart of what was promoted', paas('ps:restart', '-a', EU))
    check('it runs on', ask(EU) == 'fourth' and tree(EU) == files)
    new_app(STAGING)
    check('a new application of its name is in no pipeline', stages() == [(EU, 'production'), (US, 'production')], stages())
    another = repository('another', 'another', {'Procfile': PROCFILE, 'app.py': SERVER})
    succeeds('a push to it', push(another, STAGING))
    check('is nothing to the target', ask(STAGING) == 'another' and ask(EU) == 'fourth')
    succeeds('ps:restart again', paas('ps:restart', '-a', EU))
    check('and still runs on', ask(EU) == 'fourth' and tree(EU) == files)
    owner = inlab('stat', '-c', '%u', f"/var/lib/paas/slugs/{EU}/{current(EU)['slug']}/app").stdout.strip()
    check('its files are whose they were', owner == str(uid), owner, uid)
    succeeds('config:set goes on from it', paas('config:set', '-a', EU, 'LATER=1'))
    check('and serves', ask(EU) == 'fourth' and env(EU, 'LATER') == '1')


def main():
    setup_paas()
    making()
    directory = repository('pipeline', 'first', {'Procfile': PROCFILE, 'app.py': SERVER, 'deep/er/file': 'x\n' * 1000})
    os.symlink('deep/er/file', os.path.join(directory, 'link'))
    os.chmod(os.path.join(directory, 'deep/er/file'), 0o755)
    git(directory, 'add', '-A')
    git(directory, 'commit', '-q', '--amend', '--no-edit')
    promoting(directory)
    repositories(directory)
    failing(directory)
    busy(directory)
    roles()
    copying()
    source_destroyed()
    for app in (STAGING, EU, US, BAD, OTHER):
        destroy_app(app)
    check('the pipeline is empty at the end', stages() == [], stages())
    finish()


main()
