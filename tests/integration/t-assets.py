#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# A page loaded before a deploy finds its scripts: the files of earlier releases stay served for a day, whatever replaces a release.
# suites: bookworm trixie
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import repository, write, current, from_paas, paasd_back

NAME_OF_APP = 'assets'
OTHER = 'assets-live'
LAYERS = '/var/lib/paas/assets/' + NAME_OF_APP
SERVER = 'web: exec python3 -m http.server --bind 127.0.0.1 --directory public "$PORT"\n'
directory = repository(NAME_OF_APP)


def release(n, files):
    """Pushes a version that has only these files in its assets."""
    shutil.rmtree(os.path.join(directory, 'public'), ignore_errors=True)
    write(directory, {'Procfile': SERVER, 'public/index.html': 'page %d' % n, **{'public/assets/' + name: text for name, text in files.items()}})
    r = push(directory, NAME_OF_APP)
    return check('version %d is pushed' % n, r.returncode == 0, r.stdout)


def serves(name, text):
    found = ask(NAME_OF_APP, '/assets/' + name)
    return found == text if text is not None else '404' in found


def served(what, files):
    for name, text in files.items():
        check('%s: %s is %s' % (what, name, 'served' if text is not None else 'gone'), serves(name, text), ask(NAME_OF_APP, '/assets/' + name)[:300])


def layers():
    return set(inlab('ls', LAYERS).stdout.split())


def only_layer(what):
    version = 'v%d' % current(NAME_OF_APP)['version']
    if not within(60, what, lambda: layers() == {version}):
        print('#', version, layers())


def age(hours, name):
    """As if `name` had last been current that long ago, in the layer of the release that runs."""
    inlab('python3', '-c', '''import glob, sys
hours, name = int(sys.argv[2]), sys.argv[3].encode()
for path in glob.glob(sys.argv[1] + '/*/index'):
    records = [r.split(b' ', 1) for r in open(path, 'rb').read().split(b'\\0') if r]
    with open(path, 'wb') as f:
        for seconds, asset in records:
            f.write(b'%d %s\\0' % (int(seconds) - (hours * 3600 if asset.endswith(name) else 0), asset))
''', LAYERS, str(hours), name)


setup_paas()
new_app(NAME_OF_APP)
paas('settings:set', '-a', NAME_OF_APP, 'rollback-window=0', 'drain-timeout=1s')

release(1, {'app-1.js': 'one', 'shared.css': 'css of one'})
served('without the setting', {'app-1.js': 'one'})
release(2, {'app-2.js': 'two', 'shared.css': 'css of two'})
served('without the setting', {'app-1.js': None, 'app-2.js': 'two'})

for wrong in ['/etc', '../..', 'public/../..', 'public//assets', '.']:
    r = paas('settings:set', '-a', NAME_OF_APP, 'assets=' + wrong)
    check('assets=%s is refused' % wrong, r.returncode != 0 and 'a directory of the application' in r.stdout, r.stdout)
r = paas('settings:set', '-a', NAME_OF_APP, 'assets=public/assets/')
check('assets is set', r.returncode == 0 and 'assets' in paas('settings', '-a', NAME_OF_APP).stdout, r.stdout)

release(3, {'app-3.js': 'three', 'shared.css': 'css of three'})
served('after a deploy', {'app-2.js': 'two', 'app-3.js': 'three', 'shared.css': 'css of three', 'app-1.js': None})
check('only the directory of the assets is kept', ask(NAME_OF_APP) == 'page 3', ask(NAME_OF_APP))
release(4, {'app-4.js': 'four', 'deep/er/app-4.css': 'deep'})
served('after two', {'app-2.js': 'two', 'app-3.js': 'three', 'app-4.js': 'four', 'shared.css': 'css of three'})
only_layer('only the layer of the release that runs is there')

# Everything that makes a release or starts one again.
paas('config:set', '-a', NAME_OF_APP, 'A=1')
served('after config:set', {'app-2.js': 'two', 'app-3.js': 'three', 'app-4.js': 'four'})
paas('ps:restart', '-a', NAME_OF_APP)
served('after ps:restart', {'app-2.js': 'two', 'app-4.js': 'four'})
paas('ps:scale', '-a', NAME_OF_APP, 'web=2')
served('with a second process', {'app-2.js': 'two', 'app-4.js': 'four'})
paas('ps:scale', '-a', NAME_OF_APP, 'web=1')
r = paas('rollback', '-a', NAME_OF_APP, 'v3')
check('rollback', r.returncode == 0, r.stdout)
served('after a rollback', {'app-2.js': 'two', 'app-3.js': 'three', 'app-4.js': 'four', 'shared.css': 'css of three'})
r = paas('run', '-a', NAME_OF_APP, '--', 'cat', 'public/assets/app-4.js')
check('a run sees them, too', r.stdout.strip() == 'four', r.stdout)
r = paas('run', '-a', NAME_OF_APP, '--', 'sh', '-c', 'echo x >public/assets/app-4.js && cat public/assets/app-4.js')
check('and may write there', r.stdout.strip() == 'x', r.stdout)
served('which nobody else sees', {'app-4.js': 'four'})
info = from_paas('apps:info', '-a', NAME_OF_APP)
check('apps:info counts them', info['assets_size'] > 0, info)

# What is old enough goes with the next release.
age(25, 'app-2.js')
age(23, 'app-4.js')
release(5, {'app-5.js': 'five'})
served('a day later', {'app-2.js': None, 'app-3.js': 'three', 'app-4.js': 'four', 'app-5.js': 'five'})

# A deploy that fails leaves no layer behind.
write(directory, {'Procfile': 'web: exit 1\n', 'public/assets/app-6.js': 'six'})
r = push(directory, NAME_OF_APP)
check('a deploy that fails', r.returncode != 0, r.stdout)
served('after it', {'app-4.js': 'four', 'app-5.js': 'five', 'app-6.js': None})
only_layer('and has no layer')

# paasd is killed and comes back; a layer that somebody left is removed.
inlab('sh', '-c', 'mkdir -p %s/v900/tree %s/v901.part/tree' % (LAYERS, LAYERS))
plan = from_paas('gc', '--dry-run')
check('gc would remove what nobody needs', {'v900', 'v901.part'} <= {item['name'] for item in plan if item['kind'] == 'assets'}, plan)
inlab('systemctl', 'kill', '-s', 'KILL', 'paasd')
within(30, 'paasd is back', paasd_back)
only_layer('after kill -9 of paasd: leftovers are gone')
served('after kill -9 of paasd', {'app-4.js': 'four', 'app-5.js': 'five'})

# A damaged index costs the old files, not the deploy; so does a directory that is a link.
inlab('sh', '-c', 'echo rubbish >%s/v%d/index' % (LAYERS, current(NAME_OF_APP)['version']))
release(7, {'app-7.js': 'seven'})
served('after a damaged index', {'app-7.js': 'seven', 'app-5.js': 'five', 'app-4.js': None})
check('the journal says so', 'is damaged' in inlab('journalctl', '-t', 'paas-assets', '-n', '200', '--no-pager').stdout)

# A release with the files of another application's slug: a promotion. Its owner is another.
new_app(OTHER)
paas('pipelines:destroy', 'assets')
for command in [('settings:set', '-a', OTHER, 'assets=public/assets', 'rollback-window=0', 'drain-timeout=1s'), ('pipelines:create', 'assets'),
                ('pipelines:add', 'assets', '-a', NAME_OF_APP, '-s', 'staging'), ('pipelines:add', 'assets', '-a', OTHER, '-s', 'production')]:
    r = paas(*command)
    check(' '.join(command), r.returncode == 0, r.stdout)
own = repository('own')
write(own, {'Procfile': SERVER, 'public/index.html': 'own', 'public/assets/own.js': 'its own'})
r = push(own, OTHER)
check('an application of its own', r.returncode == 0, r.stdout)
r = paas('pipelines:promote', '-a', NAME_OF_APP)
check('promoted over it', r.returncode == 0, r.stdout)
check('the promoted release serves what it brought', ask(OTHER, '/assets/app-7.js') == 'seven', ask(OTHER, '/assets/app-7.js'))
check('and what was there before', ask(OTHER, '/assets/own.js') == 'its own', ask(OTHER, '/assets/own.js'))
check('staging\'s older files did not come along', '404' in ask(OTHER, '/assets/app-5.js'))
destroy_app(OTHER)

# Taken back.
paas('settings:unset', '-a', NAME_OF_APP, 'assets')
release(8, {'app-8.js': 'eight'})
served('without the setting again', {'app-7.js': None, 'app-8.js': 'eight'})
within(60, 'nothing is kept', lambda: not layers())
destroy_app(NAME_OF_APP)
paas('pipelines:destroy', 'assets')
finish()
