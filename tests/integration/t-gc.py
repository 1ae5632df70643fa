#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clean-up: what goes and what stays, the reserve of the disk, the cache's quota, the timer and git gc beside paasd."""
# suites: bookworm
# needs: fresh
# timeout: 600
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import *

APP_NAME = 'tidy'
CONF = '/etc/paas/paas.conf'


def configure(text):
    """paas.conf as it was, with this at its end; paasd has read it when this returns."""
    inlab('sh', '-c', '[ -e %s.before ] || cp %s %s.before; { cat %s.before; printf "%%b" "$1"; } >%s' % ((CONF,) * 5), 'sh', text)
    inlab('systemctl', 'restart', 'paasd.service')
    within(60, 'paasd is back with [%s]' % text.replace('\n', ' ').strip(), paasd_back)


def slugs(app):
    return set(inlab('ls', '/var/lib/paas/slugs/' + app).stdout.split())


def slug_of(app, version):
    for release in releases(app):
        if release['version'] == version:
            return release['slug']
    return None


def gone_slugs(app, *versions):
    return not ({slug_of(app, v) for v in versions} & slugs(app))


def gc(*args):
    r = paas('gc', '--json', *args)
    if not check('paas gc %s' % ' '.join(args), r.returncode == 0, r.stdout):
        finish()
    return json.loads(r.stdout)


def names(items):
    return sorted((i['kind'], i['app'], i['name']) for i in items)


def exists(path):
    return inlab('test', '-e', path).returncode == 0


def retention(directory):
    configure('\n[app]\nkeep-releases = 2\n')
    for n in range(2, 6):
        write(directory, {'version': 'v%d' % n})
        r = push(directory, APP_NAME)
        check('push of v%d' % n, r.returncode == 0, r.stdout)
    within(30, 'with keep-releases = 2 only two slugs stay', lambda: len(slugs(APP_NAME)) == 2)
    check('the current and the previous one', slugs(APP_NAME) == {slug_of(APP_NAME, 5), slug_of(APP_NAME, 4)}, slugs(APP_NAME))
    check('the current one answers', ask(APP_NAME) == 'v5')

    # Failures of releases do not push out what runs and what one would go back to.
    write(directory, {'version': 'bad', 'Procfile': 'web: exit 1\n'})
    for n in range(3):
        write(directory, {'n': str(n)})
        r = push(directory, APP_NAME)
        check('a release that does not start is refused (%d)' % n, r.returncode != 0)
    check('after failed releases current and previous are there', {slug_of(APP_NAME, 5), slug_of(APP_NAME, 4)} <= slugs(APP_NAME), slugs(APP_NAME))
    within(30, 'the oldest failed one is not', lambda: gone_slugs(APP_NAME, 6))
    check('and answers', ask(APP_NAME) == 'v5')

    # A build that fails leaves nothing.
    git(directory, 'rm', '-q', 'app.py', 'Procfile')
    os.unlink(os.path.join(directory, 'n'))
    before = slugs(APP_NAME)
    write(directory, {'Makefile': 'all:\n\tfalse\n'})
    r = push(directory, APP_NAME)
    check('a build that fails is refused', r.returncode != 0 and 'rejected' in r.stdout, r.stdout)
    within(20, 'its directory goes', lambda: not inlab('ls', '/var/lib/paas/builds').stdout.strip())
    check('and no slug is left of it', slugs(APP_NAME) <= before, slugs(APP_NAME))
    write(directory, {'version': 'six', 'Makefile': '', 'Procfile': 'web: exec python3 app.py\n', 'app.py': APP})
    os.unlink(os.path.join(directory, 'Makefile'))
    write(directory, {})
    r = push(directory, APP_NAME)
    check('the next one is built', r.returncode == 0, r.stdout)


def mounted():
    """A process of an old release takes its time to stop: its slug stays until it has."""
    configure('\n[app]\nkeep-releases = 2\nstop-timeout = 45s\n')
    new_app('stubborn')
    directory = repository('stubborn', 'v1', {'app.py': 'import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n' + APP})
    check('a process that does not heed SIGTERM', push(directory, 'stubborn').returncode == 0)
    first = slug_of('stubborn', 1)
    write(directory, {'version': 'v2', 'app.py': APP})
    check('is replaced', push(directory, 'stubborn').returncode == 0)
    write(directory, {'version': 'v3'})
    check('and its successor, too', push(directory, 'stubborn').returncode == 0)
    runs = [u for u in units('stubborn') if '-v1.' in u]
    if check('it is still there', len(runs) == 1, units('stubborn')):
        check('and its slug with it', first in slugs('stubborn') and [i for i in gc('--dry-run') if i['app'] == 'stubborn'] == [], slugs('stubborn'), gc('--dry-run'))
    within(60, 'it ends', lambda: not [u for u in units('stubborn') if '-v1.' in u])
    within(20, 'then its slug goes', lambda: first not in slugs('stubborn'))
    check('and no other', slugs('stubborn') == {slug_of('stubborn', 2), slug_of('stubborn', 3)}, slugs('stubborn'))
    destroy_app('stubborn')
    configure('')


def looked_at():
    """Somebody, for an instant systemd itself, has the mount of an old release open: it goes nevertheless."""
    app = APP_NAME
    before = current(app)['version']
    place = '/run/paas/slug/%s/v%d' % (app, before)
    looking = start(*inlab_command('sh', '-c', 'cd %s && echo there && exec tail -f /dev/null' % place))
    check('somebody stands in the directory of the slug', looking.stdout.readline().strip() == 'there')
    r = paas('config:set', 'LOOKED_AT=1', '--app', app)
    check('a release after it', r.returncode == 0, r.stdout)
    within(30, 'nothing is left of the one before', lambda: leftovers(app, before + 1) == []) or print('#', leftovers(app, before + 1))
    inlab('pkill', '-x', 'tail')
    looking.wait()


def leftovers_and_dry_run():
    """What a crash leaves; gc --dry-run removes nothing of it and says exactly what gc then removes."""
    app = APP_NAME
    # When the slug of a release before is unmounted, paas prunes by itself: what is made here would go, too.
    within(30, 'nothing is left of the release before', lambda: leftovers(app, current(app)['version']) == [])
    gc()
    inlab('sh', '-c', '''
        mkdir -p /var/lib/paas/builds/%s.9999/app /var/lib/paas/layers/%s/web.1-v1.1/upper /var/lib/paas/layers/%s/web.1-v1.2/upper /var/lib/paas/trash/old
        head -c 300000 /dev/zero >/var/lib/paas/builds/%s.9999/app/file
        touch -d '1 day ago' /var/lib/paas/layers/%s/web.1-v1.1
        mkdir -p /var/lib/paas/slugs/%s/11111111-2222-4333-8444-555555555555/app
        mkdir -p /var/lib/paas/slugs/%s/not-a-slug''' % ((app,) * 7))
    wanted = [('build', app, app + '.9999'), ('layer', app, 'web.1-v1.1'), ('slug', app, '11111111-2222-4333-8444-555555555555'),
              ('trash', '', 'old')]
    live = [(p['name'], p['version']) for p in from_paas('ps', '--app', app)]
    said = gc('--dry-run')
    check('gc --dry-run names what is left over', names(said) == sorted(wanted), names(said))
    check('and nothing is removed', all(exists(i['path']) for i in said) and not any(i['removed'] for i in said), said)
    build = [i for i in said if i['kind'] == 'build'][0]
    check('with its size and why', build['bytes'] >= 300000 and build['why'], build)
    text = paas('gc', '--dry-run').stdout
    check('and in a table', 'KIND' in text and 'its build has ended' in text and 'Would remove 4' in text, text)
    did = gc()
    check('gc removes exactly that', names(did) == names(said) and all(i['removed'] for i in did), did)
    check('it is gone', not any(exists(i['path']) for i in did))
    check('the trash is empty', inlab('ls', '-A', '/var/lib/paas/trash').stdout == '')
    check('a layer that is new stays', exists('/var/lib/paas/layers/%s/web.1-v1.2' % app))
    check('what paas did not make stays', exists('/var/lib/paas/slugs/%s/not-a-slug' % app))
    check('what runs goes on running', [(p['name'], p['version']) for p in from_paas('ps', '--app', app)] == live)
    check('and has its layer', all(exists('/var/lib/paas/layers/%s/%s' % (app, u.removeprefix('paas-app-%s-' % app).removesuffix('.service')))
                                   for u in units(app)), units(app))
    check('a second time there is nothing', gc() == [])
    inlab('mkdir', '/var/lib/paas/trash/left')
    inlab('systemctl', 'kill', '-s', 'KILL', 'paasd.service')
    within(60, 'paasd comes back', paasd_back)
    within(30, 'and empties the trash', lambda: not exists('/var/lib/paas/trash/left'))
    inlab('rm', '-r', '/var/lib/paas/layers/%s/web.1-v1.2' % app, '/var/lib/paas/slugs/%s/not-a-slug' % app)


def reserve(directory):
    inlab('sh', '-c', 'mkdir -p /etc/paas/hooks.d && printf "#!/bin/sh\\nexec cat\\n" >/etc/paas/hooks.d/gc-test && '
          'chmod 755 /etc/paas/hooks.d/gc-test')
    configure('\n[disk]\nreserve = 900T\n')
    write(directory, {'version': 'too much'})
    before = current(APP_NAME)
    r = push(directory, APP_NAME)
    check('a build that would eat the reserve is refused', r.returncode != 0 and 'rejected' in r.stdout, r.stdout)
    check('with what it needs, what there is and what is kept', 'the build needs about' in r.stdout and 'are free, of which' in r.stdout, r.stdout)
    check('and who has the most', 'Who has the most' in r.stdout and APP_NAME in r.stdout and 'slugs' in r.stdout, r.stdout)
    check('nothing was built', '-----> ' not in r.stdout and not inlab('ls', '/var/lib/paas/builds').stdout, r.stdout)
    check('nothing has changed', current(APP_NAME) == before and ask(APP_NAME) == 'six')
    within(30, 'somebody is told', lambda: 'disk-reserve' in inlab('journalctl', '-q', '--no-pager', '-o', 'cat', '-u', 'paas-hook-gc-test*').stdout)
    inlab('rm', '/etc/paas/hooks.d/gc-test')
    configure('')
    r = push(directory, APP_NAME)
    check('with the reserve that there is by itself the same push is built', r.returncode == 0, r.stdout)


def cache_quota(directory):
    configure('\n[build]\ncache-quota = 1M\n')
    new_app('hoarder')
    hoarder = repository('hoarder')
    compile_it = 'all:\n\thead -c 3000000 /dev/urandom > $(CACHE_DIR)/much\n'
    write(hoarder, {'Procfile': 'web: exec python3 app.py\n', 'app.py': APP, 'version': 'h', 'Makefile': compile_it})
    r = push(hoarder, 'hoarder')
    emptied = 'it is emptied' in r.stdout
    check('a cache above its quota is emptied, and the build says so', r.returncode == 0 and emptied, r.stdout)
    left = inlab('find', '/var/lib/paas/cache/hoarder', '-type', 'f').stdout
    check('it is empty', left == '', left)
    configure('')
    destroy_app('hoarder')


def disk_use():
    info = from_paas('apps:info', '--app', APP_NAME)
    check('apps:info has the disk use', info['slug_size'] > 1000 and info['repo_size'] > 1000 and 'cache_size' in info, info)
    text = paas('apps:info', '--app', APP_NAME).stdout
    check('and shows it', 'Slug size' in text and 'Repo size' in text and 'Cache size' in text, text)


def refused():
    r = inlab('su', '-s', '/bin/sh', 'nobody', '-c', 'paas gc')
    check('nobody else may clean up', r.returncode == 3 and 'may act here' in r.stdout, r.returncode, r.stdout)


def timer(directory):
    check('the timer is enabled', inlab('systemctl', 'is-enabled', 'paas-gc.timer').stdout.strip() == 'enabled')
    check('and active', inlab('systemctl', 'is-active', 'paas-gc.timer').stdout.strip() == 'active')
    # While git packs the state repository, paasd goes on committing.
    head = inlab('git', '--git-dir=/var/lib/paas/state.git', 'rev-list', '--count', '--all').stdout.strip()
    service = start(*inlab_command('systemctl', 'start', 'paas-gc.service', 'paas-gc-state.service', 'paas-gc-repos.service'))
    n = 0
    while service.poll() is None or n < 5:
        r = paas('domains:add', 'd%d.example.org' % n, '--app', APP_NAME)
        if r.returncode:
            check('a change while git packs', False, r.stdout)
        n += 1
    check('the services end well', service.returncode == 0, service.stdout.read(),
          inlab('journalctl', '-q', '--no-pager', '-n', '20', '-u', 'paas-gc*').stdout)
    after = inlab('git', '--git-dir=/var/lib/paas/state.git', 'rev-list', '--count', '--all').stdout.strip()
    check('all of %d changes meanwhile are commits' % n, int(after) == int(head) + n, head, after)
    r = inlab('git', '--git-dir=/var/lib/paas/state.git', 'fsck', '--strict')
    check('git finds nothing broken', r.returncode == 0 and 'missing' not in r.stdout, r.stdout)
    check('the state is packed', inlab('sh', '-c', 'ls /var/lib/paas/state.git/objects/pack/*.pack').returncode == 0)
    check('and the repositories', inlab('sh', '-c', 'ls /var/lib/paas/repos/%s.git/objects/pack/*.pack' % APP_NAME).returncode == 0)
    check('which belong to paas', inlab('sh', '-c', 'find /var/lib/paas/repos/%s.git/objects ! -user paas' % APP_NAME).stdout == '')
    write(directory, {'version': 'after'})
    r = push(directory, APP_NAME)
    check('a push after that', r.returncode == 0 and ask(APP_NAME) == 'after', r.stdout)


def main():
    setup_paas()
    new_app(APP_NAME)
    directory = repository(APP_NAME, 'v1')
    r = push(directory, APP_NAME)
    if not check('the first push', r.returncode == 0, r.stdout):
        finish()
    try:
        gc()
        retention(directory)
        mounted()
        looked_at()
        leftovers_and_dry_run()
        reserve(directory)
        cache_quota(directory)
        disk_use()
        refused()
        timer(directory)
    finally:
        inlab('sh', '-c', 'mv %s.before %s && systemctl restart paasd.service' % (CONF, CONF))
        within(60, 'paasd is back as it was', paasd_back)
        destroy_app(APP_NAME)
    finish()


main()
