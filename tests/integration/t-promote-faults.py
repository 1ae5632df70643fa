#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""paasd dies between any two steps of a promotion, while somebody asks the target all the time: it goes on answering, the promotion
is finished (it is durable from the moment it is queued), and everything that can be asked agrees."""
# suites: bookworm
# timeout: 900
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pipelinelib import PROCFILE, SERVER, env, tree
from pushlib import Load, agree, current, jobs_under_way, new_app, paasd_back, releases, remote_main, repository, units, write

SOURCES, TARGET, PIPELINE = ['pfa', 'pfb'], 'pflive', 'pf'
# These only come when slug or commit are new to the target.
FRESH = ['promote:linked', 'promote:taken', 'promote:fetched']
POINTS = ['promote:queued', 'promote:before-releasing', 'promote:releasing', *FRESH, 'release-committed',
          'release-command-ended', 'promote:before-starting', 'promote:starting', 'promote:before-checking', 'promote:checking',
          'promote:before-switching', 'promote:switching', 'servers-added', 'committed', 'promote:before-done', 'promote:done']


def arm(point):
    inlab('sh', '-c', 'printf %s "$1" >/run/paas/fault', 'sh', point)


def disarm():
    """Whether the point was not met."""
    return inlab('rm', '/run/paas/fault').returncode == 0


def remains():
    """Of the work on a promotion; a line each."""
    return inlab('sh', '-c', '''ls -d /var/lib/paas/slugs/$1/.[!.]* 2>/dev/null
        systemctl list-units --all --plain --no-legend "paas-link-*" "paas-source-transfer-*" | cut -d" " -f1''', 'sh', TARGET).stdout.split()


def ended():
    return paasd_back() and not jobs_under_way(TARGET)


def state_is_sound():
    r = inlab('git', '-c', 'safe.directory=*', '--git-dir', '/var/lib/paas/state.git', 'fsck', '--no-dangling', '--no-progress')
    return r.returncode == 0, r.stdout


def push_new(directory, source, text):
    write(directory, {'version': text})
    r = push(directory, source, timeout=150)
    check(f'{text}: pushed to {source}', r.returncode == 0, r.stdout)


def under(point, source, before):
    """A promotion with paasd dying at the point. The text that must answer then."""
    wanted, text = current(source)['commit'], ask(source)
    arm(point)
    load = Load(TARGET)
    r = paas('pipelines:promote', '-a', source, timeout=150)
    within(60, point + ': paasd is back', paasd_back)
    check(point + ': paasd died there', not disarm())
    within(60, point + ': the promotion has ended', ended)
    good = agree(f'{point} (exit code {r.returncode})', TARGET, wanted, text)
    said = load.end()
    good &= check(point + ': the target always answered', said['bad'] == 0 and set(said['answers']) <= {before, text}, said)
    good &= check(point + ': the same files', tree(TARGET) == tree(source))
    good &= check(point + ': with its own config', env(TARGET, 'SHARED') == 'live', env(TARGET, 'SHARED'))
    good &= check(point + ': nothing is left of the work', not remains(), remains())
    # Only who asked before there was a job cannot be told.
    good &= check(point + ': who asked was told the truth', r.returncode == 0 or (point == 'promote:queued' and r.returncode == 5), r.returncode, r.stdout)
    good &= check(point + ': the state repository is sound', *state_is_sound())
    if not good:
        print('# ' + '\n# '.join(r.stdout.splitlines() + inlab('journalctl', '-q', '--no-pager', '-n', '60', '-u', 'paasd.service').stdout.splitlines()))
    return text


def failing(source, text):
    """A promotion that fails, and paasd dies while it says so."""
    commit, slug = current(TARGET)['commit'], current(TARGET)['slug']
    for point in ('promote:before-failed', 'promote:failed'):
        arm(point)
        r = paas('pipelines:promote', '-a', source, timeout=150)
        check(point + ': paasd died there', not disarm())
        within(60, point + ': it has ended', ended)
        check(point + ': it failed', r.returncode == 1, r.returncode, r.stdout)
        check(point + ': what was before is served, and is what git shows', ask(TARGET) == text and remote_main(TARGET) == commit, ask(TARGET))
        within(30, point + ': its processes are gone', lambda: len(units(TARGET)) == 1)
        check(point + ': nothing is left of the work', not remains(), remains())
        check(point + ': what is current is what was', current(TARGET)['slug'] == slug, current(TARGET))
        check(point + ': the failure is on record', releases(TARGET)[0]['status'] == 'failed', releases(TARGET)[0])


def main():
    setup_paas()
    if not can_kill('paasd dies in the steps of a promotion'):
        finish()
    inlab('rm', '-f', '/run/paas/fault')
    paas('pipelines:destroy', PIPELINE)
    for app in (*SOURCES, TARGET):
        new_app(app)
    r = paas('pipelines:create', PIPELINE, '-a', TARGET, '-s', 'production')
    check('pipelines:create', r.returncode == 0, r.stdout)
    directory = repository('promoted', 'start', {'Procfile': PROCFILE, 'app.py': SERVER})
    for app in SOURCES:
        paas('pipelines:add', PIPELINE, '-a', app, '-s', 'staging')
        push_new(directory, app, 'from ' + app)
    paas('config:set', '-a', TARGET, 'SHARED=live')
    text = ''
    for app in SOURCES:
        r = paas('pipelines:promote', '-a', app)
        text = ask(app)
        check(f'{app}: promoted', r.returncode == 0 and ask(TARGET) == text, r.stdout)

    points = os.environ['POINTS'].split() if 'POINTS' in os.environ else POINTS
    for n, point in enumerate(points):
        source = SOURCES[n % 2]
        if point in FRESH:
            push_new(directory, source, 'at ' + point)
        text = under(point, source, text)

    # Fails in the target alone: the release command is its own config's.
    write(directory, {'Procfile': PROCFILE + '# fails where SHARED is live\n', 'app.py': SERVER.replace("os.environ.get('FAIL')", "os.environ.get('SHARED')")})
    source = SOURCES[len(points) % 2]
    push_new(directory, source, 'fails')
    failing(source, text)
    for app in (*SOURCES, TARGET):
        destroy_app(app)
    finish()


main()
