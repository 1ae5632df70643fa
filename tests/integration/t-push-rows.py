#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a push can carry, and what each gets.
# suites: bookworm
# timeout: 600
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import *

NAME_OF_APP = 'pushrows'


class Rows:
    """One application; `state` is what is current, as (commit, text)."""

    def __init__(self):
        self.directory = repository(NAME_OF_APP, 'one')
        self.state = None
        self.number = 0

    def push(self, *args, **kw):
        r = push(kw.pop('directory', self.directory), NAME_OF_APP, *args, timeout=150)
        r.shown = re.sub(r'^remote: ', '', r.stdout, flags=re.M)
        return r

    def succeeds(self, what, r, text, commit=None):
        self.state = (commit or git(self.directory, 'rev-parse', 'HEAD'), text)
        check(what + ': the push succeeds', r.returncode == 0, r.stdout)
        check(what + ': it is the current release', current(NAME_OF_APP)['commit'] == self.state[0], current(NAME_OF_APP))
        check(what + ': git ls-remote', remote_main(NAME_OF_APP) == self.state[0], remote_main(NAME_OF_APP))
        check(what + ': it answers', ask(NAME_OF_APP) == text, ask(NAME_OF_APP), text)

    def refused(self, what, r, *wanted):
        """The push failed with these words, and moved nothing."""
        check(what + ': refused', r.returncode == 1, r.returncode, r.stdout)
        for w in wanted:
            check('%s: it says "%s"' % (what, w), re.search(w, r.shown), r.stdout)
        if self.state:
            check(what + ': nothing moved', (remote_main(NAME_OF_APP), current(NAME_OF_APP)['commit']) == (self.state[0],) * 2,
                  remote_main(NAME_OF_APP), current(NAME_OF_APP), self.state)
        else:
            check(what + ': no branch, no release', remote_main(NAME_OF_APP) == '' and releases(NAME_OF_APP) == [], releases(NAME_OF_APP))

    def change(self, files=None):
        self.number += 1
        text = 'version %d' % self.number
        return text, write(self.directory, {'version': text, **(files or {})})

    def aside(self, files, remove=()):
        """A commit with these files on a branch of its own, which is left for `main` afterwards; its name."""
        git(self.directory, 'checkout', '-q', '--detach')
        for path in remove:
            git(self.directory, 'rm', '-q', '-r', path)
        commit = write(self.directory, files)
        git(self.directory, 'checkout', '-q', '-f', 'main')
        return commit


def first(rows):
    """Before anything is deployed."""
    rows.refused('another branch before the first deploy', rows.push('HEAD:topic'), 'main is deployed: git push paas topic:main')
    empty = git(rows.directory, 'commit-tree', '-m', 'empty', git(rows.directory, 'hash-object', '-t', 'tree', '-w', '/dev/null'))
    rows.refused('an empty tree', rows.push(empty + ':refs/heads/main'), 'no Procfile|no pack|No pack')
    nothing = rows.aside({'README': 'hello', 'src/a.c': 'x'}, remove=['.'])
    rows.refused('nothing recognised', rows.push(nothing + ':refs/heads/main'), 'README', 'package.json', 'requirements.txt', 'Makefile')
    rows.succeeds('the retry after refusals', rows.push(), 'one')


def submodules(rows):
    commit = git(rows.directory, 'rev-parse', 'HEAD')
    git(rows.directory, 'checkout', '-q', '--detach')
    git(rows.directory, 'update-index', '--add', '--cacheinfo', '160000,%s,libs/theirs' % commit)
    with open(os.path.join(rows.directory, '.gitmodules'), 'w') as f:
        f.write('[submodule "theirs"]\n\tpath = libs/theirs\n\turl = https://git.example.com/theirs.git\n')
    git(rows.directory, 'add', '.gitmodules')
    git(rows.directory, 'commit', '-q', '-m', 'submodule')
    commit = git(rows.directory, 'rev-parse', 'HEAD')
    git(rows.directory, 'checkout', '-q', '-f', 'main')
    rows.refused('a submodule', rows.push(commit + ':refs/heads/main'), 'libs/theirs', r'https://git\.example\.com/theirs\.git', '[Vv]endor it into the tree')


def pointers(rows):
    pointer = 'version https://git-lfs.' + 'git' + 'hub.com/spec/v1\noid sha256:%s\nsize 12345\n' % ('4d7a' * 16)
    text, _ = rows.change({'.gitattributes': '*.psd filter=lfs diff=lfs merge=lfs -text\n', 'art/logo.psd': pointer})
    r = rows.push()
    rows.succeeds('a git-lfs pointer', r, text)
    check('a git-lfs pointer: warns and names it', 'art/logo.psd' in r.stdout and 'git-lfs' in r.stdout, r.stdout)
    git(rows.directory, 'rm', '-q', '-r', '.gitattributes', 'art')


def links(rows):
    app = APP.replace("version = open('version').read().strip()", "version = (open('version').read().strip() + ' ' + "
                      "os.readlink('up') + ' ' + os.readlink('absolute') + ' ' + str(os.path.exists('absolute')) + ' ' + os.readlink('inside'))")
    for name, target in (('up', '../../../../../../etc/shadow'), ('absolute', '/var/lib/paas/state.git/config'), ('inside', 'version')):
        os.symlink(target, os.path.join(rows.directory, name))
    text, _ = rows.change({'app.py': app})
    rows.succeeds('symlinks out of the tree are kept as text', rows.push(),
                  text + ' ../../../../../../etc/shadow /var/lib/paas/state.git/config False version')
    git(rows.directory, 'rm', '-q', 'up', 'absolute', 'inside')
    write(rows.directory, {'app.py': APP})
    # Procfile as a link to a file of the host
    git(rows.directory, 'checkout', '-q', '--detach')
    os.unlink(os.path.join(rows.directory, 'Procfile'))
    os.symlink('/etc/passwd', os.path.join(rows.directory, 'Procfile'))
    commit = write(rows.directory, {})
    git(rows.directory, 'checkout', '-q', '-f', 'main')
    r = rows.push(commit + ':refs/heads/main')
    rows.refused('a Procfile that is a link', r, 'Procfile')
    check('a Procfile that is a link: its target is not shown', 'root:x' not in r.stdout, r.stdout)


def raw_tree(directory, entries):
    """A tree object as git itself would not make it: [(mode, name, object)]."""
    data = b''.join(b'%s %s\0%s' % (mode.encode(), name.encode(), bytes.fromhex(oid)) for mode, name, oid in entries)
    r = subprocess.run(['git', '-C', directory, 'hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], input=data, stdout=subprocess.PIPE, check=True)
    return r.stdout.decode().strip()


def forbidden_names(rows):
    d = rows.directory
    blob = git(d, 'rev-parse', 'HEAD:version')
    procfile = git(d, 'rev-parse', 'HEAD:Procfile')
    inner = raw_tree(d, [('100644', 'config', blob)])
    for name in ('.git', '.GIT', '..'):
        tree = raw_tree(d, sorted([('100644', 'Procfile', procfile), ('40000', name, inner)], key=lambda e: e[1]))
        commit = git(d, 'commit-tree', '-p', 'HEAD', '-m', name, tree)
        rows.refused('an entry %s' % name, rows.push(commit + ':refs/heads/main'), re.escape(name))
        deep = raw_tree(d, [('100644', 'Procfile', procfile), ('40000', 'sub', tree)])
        commit = git(d, 'commit-tree', '-p', 'HEAD', '-m', name, deep)
        rows.refused('an entry sub/%s' % name, rows.push(commit + ':refs/heads/main'), re.escape('sub/' + name))


def bad_files(rows):
    c = rows.aside({'Procfile': 'web: python3 app.py\nnot a process type\n'})
    rows.refused('an invalid Procfile', rows.push(c + ':refs/heads/main'), 'Procfile, line 2', 'not a process type')
    c = rows.aside({'app.json': '{\n  "name": "x",\n  "formation": {"web": {"quantity": "many"}}\n}\n'})
    rows.refused('an invalid app.json', rows.push(c + ':refs/heads/main'), 'app.json', 'quantity')
    c = rows.aside({'app.json': '{\n  "name": "x",\n  nonsense\n}\n'})
    rows.refused('an app.json that is no JSON', rows.push(c + ':refs/heads/main'), 'app.json', 'line 3')


def no_web():
    name = NAME_OF_APP + 'w'
    new_app(name)
    directory = repository(name)
    write(directory, {'Procfile': 'worker: sleep infinity\n'})
    r = push(directory, name, timeout=150)
    check('no web: deploys', r.returncode == 0, r.stdout)
    check('no web: says that nothing will answer', 'nothing will answer HTTP' in r.stdout, r.stdout)
    check('no web: no URL is promised', 'https://' not in r.stdout, r.stdout)
    page = ask(name, '/', '-o', '/dev/null', '-w', '%{http_code}')
    check('no web: a page says so', page == '503', page)


def shallow(rows):
    text, _ = rows.change()
    rows.succeeds('what shallow clones are made of', rows.push(), text)
    # As much history as holds what runs
    text, _ = rows.change()
    clone = os.path.join(TMPDIR, 'shallow')
    run('git', 'clone', '-q', '--depth', '2', 'file://' + rows.directory, clone)
    check('the clone is shallow', git(clone, 'rev-list', '--count', 'HEAD') == '2')
    rows.succeeds('a shallow clone', rows.push(directory=clone), text)
    # Less of it: git itself cannot tell that it descends from what runs, and wants to be forced
    rows.change()
    text, _ = rows.change()
    clone = os.path.join(TMPDIR, 'shallower')
    run('git', 'clone', '-q', '--depth', '1', 'file://' + rows.directory, clone)
    rows.succeeds('a shallow clone of one commit', rows.push('--force', 'HEAD:refs/heads/main', directory=clone), text)
    text, _ = rows.change()
    rows.succeeds('a full clone behind it', rows.push(), text)
    # The first push of an application from a shallow clone
    name = NAME_OF_APP + 's'
    new_app(name)
    r = push(clone, name, timeout=150)
    check("a shallow clone's first push", r.returncode == 0, r.stdout)
    r = git_over_ssh('/', 'clone', '-q', 'paas-lab:' + name, os.path.join(TMPDIR, 'cloned'), timeout=60)
    check('what was pushed shallow can be cloned', r.returncode == 0, r.stdout)


def force(rows):
    old = rows.state[0]
    git(rows.directory, 'reset', '-q', '--hard', 'HEAD~1')
    text, _ = rows.change()
    r = rows.push()
    rows.refused('history rewritten, no force', r, 'fetch first|non-fast-forward|rejected')
    rows.succeeds('a force push', rows.push('--force', 'HEAD:refs/heads/main'), text)
    inlab('git', '-c', 'safe.directory=*', '-C', '/var/lib/paas/repos/%s.git' % NAME_OF_APP, 'gc', '-q', '--prune=now')
    r = inlab('git', '-c', 'safe.directory=*', '-C', '/var/lib/paas/repos/%s.git' % NAME_OF_APP, 'cat-file', '-t', old)
    check('a force push: the old commit stays, also after git gc', r.stdout.strip() == 'commit', r.stdout)
    r = paas('deploy', old, '--app', NAME_OF_APP, timeout=150)
    check('a force push: the old commit can be deployed', r.returncode == 0, r.stdout)
    check('paas deploy REF moves the branch', remote_main(NAME_OF_APP) == old, remote_main(NAME_OF_APP))
    rows.succeeds('a force push forward again', rows.push('--force', 'HEAD:refs/heads/main'), text)


def other_refs(rows):
    git(rows.directory, 'branch', '-f', 'topic')
    git(rows.directory, 'tag', '-f', 'v1.0')
    rows.refused('another branch', rows.push('topic'), 'main is deployed: git push paas topic:main')
    rows.refused('a tag', rows.push('v1.0'), r'main is deployed: git push paas v1\.0\^\{\}:main')
    git(rows.directory, '-c', 'tag.gpgsign=false', 'tag', '-f', '-a', '-m', 'x', 'v2.0')
    rows.refused('an annotated tag', rows.push('v2.0'), r'git push paas v2\.0')
    text, _ = rows.change()
    r = rows.push('main', 'topic', 'v1.0')
    rows.state = (git(rows.directory, 'rev-parse', 'main'), text)
    check('several refs: git fails', r.returncode == 1, r.returncode)
    check('several refs: the deploy branch is deployed', re.search(r'[0-9a-f]+\.\.[0-9a-f]+ +main -> main', r.shown), r.stdout)
    for ref in ('topic', 'v1.0'):
        check('several refs: %s is refused' % ref, re.search(r'remote rejected\] +%s -> %s' % (ref, ref), r.shown), r.stdout)
    check('several refs: main runs', (remote_main(NAME_OF_APP), current(NAME_OF_APP)['commit'], ask(NAME_OF_APP)) == (rows.state[0], rows.state[0], text))
    rows.change()
    rows.refused('several refs, atomic', rows.push('--atomic', 'main', 'topic'), 'all or nothing|atomic')
    rows.refused('deleting the deploy branch', rows.push(':main'), 'apps:destroy')
    rows.refused('deleting another branch', rows.push(':refs/heads/none'), 'only main is kept here|remote ref does not exist')
    git(rows.directory, 'reset', '-q', '--hard', rows.state[0])


def again(rows):
    before = current(NAME_OF_APP)['version']
    r = rows.push()
    check('the commit that runs: up-to-date', r.returncode == 0 and 'up-to-date' in r.stdout, r.stdout)
    check('the commit that runs: no release', current(NAME_OF_APP)['version'] == before)
    r = paas('deploy', '--app', NAME_OF_APP, timeout=150)
    check('paas deploy builds it again', r.returncode == 0 and current(NAME_OF_APP)['version'] == before + 1, r.stdout)
    # A failure that goes away by itself: the same push, again
    good = rows.state
    text, _ = rows.change({'Procfile': 'web: test ! -n "$BROKEN" && exec python3 app.py\n'})
    paas('config:set', 'BROKEN=1', '--app', NAME_OF_APP, timeout=150)
    r = rows.push()
    rows.refused('a process that does not start', r, 'web.1', 'exit')
    agree('after a start that failed', NAME_OF_APP, *good)
    r = paas('config:unset', 'BROKEN', '--app', NAME_OF_APP, timeout=150)
    check('config:unset', r.returncode == 0, r.stdout)
    rows.succeeds('the same push again', rows.push(), text)
    write(rows.directory, {'Procfile': 'web: exec python3 app.py\n'})


def make_slow(directory, name):
    """A build that goes on until a file of this name is there."""
    return write(directory, {'Makefile': 'all:\n\t@echo building; until [ -e %s ]; do sleep 0.1; done\n' % name})


def let_go(app):
    inlab('sh', '-c', 'for d in /var/lib/paas/builds/$1.*/app; do touch "$d/go"; done', 'sh', app)


def output_of_build(app):
    """Of the one that runs."""
    out = inlab('sh', '-c', 'systemctl list-units --plain --no-legend --state=activating "paas-build-$1-*.service" | cut -d" " -f1', 'sh', app).stdout.strip()
    return inlab('journalctl', '-q', '-o', 'cat', '--no-pager', '_SYSTEMD_UNIT=' + out).stdout if out else ''


def building(app):
    """Whether `make` is at it."""
    return 'building' in output_of_build(app)


def going_away():
    name = NAME_OF_APP + 'g'
    new_app(name)
    directory = repository(name, 'zero')
    r = push(directory, name, timeout=150)
    check('an application to build slowly', r.returncode == 0, r.stdout)
    before = git(directory, 'rev-parse', 'HEAD')

    make_slow(directory, 'never')
    pushing = start(*push_command(directory, name), start_new_session=True)
    within(30, 'the build runs', lambda: building(name))
    os.killpg(pushing.pid, 2)   # Ctrl-C
    pushing.wait(30)
    within(30, 'the pusher goes away: the build is cancelled', lambda: not building(name) and not jobs_under_way(name))
    agree('the pusher goes away', name, before, 'zero')
    log = inlab('sh', '-c', 'cd /var/lib/paas/operations && grep -h "\\"step\\"" $(ls -v | grep "^%s\\." | tail -n 1)' % name).stdout
    check('the pusher goes away: the operation is canceled', 'canceled' in log, log)

    paas('config:set', 'A=1', '--app', name)
    git(directory, 'reset', '-q', '--hard', before)
    write(directory, {'version': 'detached'})
    commit = make_slow(directory, 'go')
    r = push(directory, name, '-o', 'detach', 'HEAD:refs/heads/main', timeout=60)
    check('detach: git push ends at once', r.returncode == 0 and 'it goes on without you' in r.stdout, r.stdout)
    within(30, 'detach: it is built', lambda: building(name))
    check('detach: ls-remote is the old one meanwhile', remote_main(name) == before, remote_main(name))
    let_go(name)
    within(60, 'detach: it becomes the current release', lambda: current(name)['commit'] == commit)
    agree('detach', name, commit, 'detached')

    write(directory, {'version': 'plain', 'Makefile': 'all:\n'})
    r = push(directory, name, '-o', 'no-rollback', 'HEAD:refs/heads/main', timeout=150)
    marked = current(name)
    check('no-rollback marks the release', r.returncode == 0 and marked.get('no_rollback') is True and not marked['eligible_for_rollback'], r.stdout, marked)
    write(directory, {'version': 'optional'})
    r = push(directory, name, '-o', 'nonsense', 'HEAD:refs/heads/main', timeout=150)
    check('an unknown push option is refused', r.returncode == 1 and 'detach, no-rollback, supersede and watch' in r.stdout, r.stdout)


def rotation():
    """The output of a push comes whole when journald begins other files meanwhile."""
    name = NAME_OF_APP + 'j'
    new_app(name)
    directory = repository(name, 'zero')
    write(directory, {'Makefile': 'all:\n\t@echo building; i=0; until [ -e go ]; do i=$$((i+1)); echo counted $$i; sleep 0.02; done; echo counted all\n'})
    pushing = start(*push_command(directory, name))
    within(30, 'rotation: the build runs', lambda: building(name))
    for _ in range(3):
        counted = int(output_of_build(name).rsplit('counted ', 1)[-1])
        inlab('journalctl', '--rotate')
        within(30, 'rotation: it goes on', lambda: 'counted %d\n' % (counted + 20) in output_of_build(name))
    let_go(name)
    out, _ = pushing.communicate(timeout=60)
    counted = re.findall(r'counted (\w+)', out)
    check('rotation: each line came once and in order', counted == [str(i + 1) for i in range(len(counted) - 1)] + ['all'], counted)
    check('rotation: there were many', len(counted) > 60, counted)
    check('rotation: the push ended well', pushing.returncode == 0 and 'Released v' in out, out)


def main():
    setup_paas()
    new_app(NAME_OF_APP)
    rows = Rows()
    parts = [lambda: first(rows), lambda: submodules(rows), lambda: pointers(rows), lambda: links(rows), lambda: forbidden_names(rows),
             lambda: bad_files(rows), no_web, lambda: shallow(rows), lambda: force(rows), lambda: other_refs(rows), lambda: again(rows), going_away, rotation]
    for part in parts:
        part()
    agree('at the end', NAME_OF_APP, *rows.state)
    finish()


main()
