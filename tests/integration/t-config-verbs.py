#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Config vars from files, from standard input and in an editor; recorded without a restart; compared; set when the first push could not
start for want of one."""
# suites: bookworm
# timeout: 900
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import *

APP_NAME = 'cverbs'
# Answers what is asked for of its environment.
PROGRAM = '''import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        value = os.environ.get(self.path[1:], 'none').encode() if self.path != '/' else os.environ.get('SHOWN', 'up').encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(value)))
        self.end_headers()
        self.wfile.write(value)
    def log_message(self, *arguments):
        pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
'''


# A terminal at which somebody answers the first question with "typed".
TERMINAL = '''import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said = b''
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    if b': ' in data and b': ' not in said:
        os.write(fd, b'typed\\n')
    said += data
print(said.decode())
'''


def versions(app=APP_NAME):
    return [r['version'] for r in releases(app) or []]


def seen(name, app=APP_NAME):
    return ask(app, '/' + name)


def value(name, app=APP_NAME):
    r = paas('config:get', name, '-a', app)
    return r.stdout[:-1] if r.returncode == 0 else None


def fed(data, *args):
    """A verb with these bytes on its standard input."""
    path = os.path.join(TMPDIR, 'input')
    with open(path, 'wb') as f:
        f.write(data)
    with open(path) as f:
        return inlab(*args, stdin=f)


def put(path, data, mode='644'):
    fed(data, 'sh', '-c', 'cat >"$1" && chmod "$2" "$1"', 'sh', path, mode)


def refused(what, r, code, *words):
    check(what + ': refused', r.returncode == code, r.returncode, r.stdout)
    for word in words:
        check('%s: it says "%s"' % (what, word), word in r.stdout, r.stdout)


def first_push(branch):
    """It does not start without a variable: setting that is enough."""
    app = 'cvfirst-' + branch
    new_app(app)
    directory = repository(app, 'zero', {'Procfile': 'web: test -n "$NEEDED" && exec python3 app.py\n'})
    r = push(directory, app, 'HEAD:refs/heads/' + branch)
    check(branch + ': the first push cannot start', r.returncode == 1 and 'web.1' in r.stdout, r.stdout)
    check(branch + ': nothing is current', current(app)['version'] == 0, releases(app))
    r = paas('config:set', 'NEEDED=1', '-a', app)
    check(branch + ': config:set starts what was built', r.returncode == 0 and 'Starting' in r.stdout and 'detected' not in r.stdout, r.stdout)
    head = git(directory, 'rev-parse', 'HEAD')
    check(branch + ': it is what was pushed', current(app)['commit'] == head and ask(app) == 'zero', current(app), ask(app))
    listed = git_over_ssh('/', 'ls-remote', 'paas-lab:' + app).stdout
    check(branch + ': the branch has it', '%s\trefs/heads/%s' % (head, branch) in listed, listed)
    r = push(directory, app, 'HEAD:refs/heads/' + branch)
    check(branch + ': the same push is up to date', r.returncode == 0 and 'up-to-date' in r.stdout, r.stdout)
    write(directory, {'version': 'one'})
    r = push(directory, app, 'HEAD:refs/heads/' + branch)
    check(branch + ': the next push deploys', r.returncode == 0 and ask(app) == 'one', r.stdout)
    destroy_app(app)


def from_file():
    before = versions()
    put('/root/.env', 'FROM_FILE="two words, a \\"quote\\"\\nand a line"\n# a comment\n\nPLAIN=a b # c\r\nSINGLE=\'$x\'\n'.encode())
    r = paas('config:set', '-f', '/root/.env', 'BESIDE=1', '-a', APP_NAME)
    check('config:set -f', r.returncode == 0 and 'Set BESIDE, FROM_FILE, PLAIN, SINGLE' in r.stdout, r.stdout)
    check('it is one release', len(versions()) == len(before) + 1, versions())
    check('its values arrive', [seen(n) for n in ('FROM_FILE', 'PLAIN', 'SINGLE', 'BESIDE')] ==
          ['two words, a "quote"\nand a line', 'a b # c', '$x', '1'], [seen(n) for n in ('FROM_FILE', 'PLAIN', 'SINGLE')])
    r = paas('config:set', '--file', '/root/.env', '-a', APP_NAME)
    check('the same file again changes nothing', r.returncode == 0 and 'Nothing has changed' in r.stdout and len(versions()) == len(before) + 1, r.stdout)
    description = releases(APP_NAME)[0]['description']
    check('the release names what changed', description == 'Set BESIDE, FROM_FILE, PLAIN, SINGLE config vars', description)
    fed(b'PLAIN=other\nBESIDE=1\n', 'paas', 'config:set', '-f', '-', '-a', APP_NAME)
    description = releases(APP_NAME)[0]['description']
    check('and only that', description == 'Set PLAIN config vars', description)

    for what, data, words in (
            ('a line that is no var', b'A=1\nhunter2\n', ('/root/bad.env, line 2', 'NAME=value')),
            ('export', b'export A=hunter2\n', ('/root/bad.env, line 1', 'export')),
            ('a quote that is not closed', b'A=1\nKEY="hunter2\n', ('line 2', 'not closed')),
            ('a name twice', b'A=hunter2\nA=2\n', ('line 2', 'A is set above')),
            ('a name of ours', b'A=1\nB=2\nPORT=80\n', ('line 3', 'PORT is set by paas')),
            ('no UTF-8', b'A=hunter2\xff\n', ('line 1', 'UTF-8')),
            ('64 KiB and one byte', b'A=' + b'x' * 65537, ('line 1', '65537', '65536'))):
        put('/root/bad.env', data)
        r = paas('config:set', '-f', '/root/bad.env', '-a', APP_NAME)
        refused(what, r, 3 if 'PORT' in what or b'PORT' in data else 2, *words)
        check(what + ': no value is shown', 'hunter2' not in r.stdout, r.stdout)
    refused('a file that is not there', paas('config:set', '-f', '/root/none.env', '-a', APP_NAME), 2, '/root/none.env cannot be read')
    refused('nothing at all', paas('config:set', '-a', APP_NAME), 2, '--file FILE')
    check('none of it was set', value('A') is None and len(versions()) == len(before) + 2, versions())

    exported = paas('config', '--env', '-a', APP_NAME).stdout
    r = fed(exported.encode(), 'paas', 'config:set', '-f', '-', '--replace', '-a', APP_NAME)
    check('what config --env prints is what there is', 'Nothing has changed' in r.stdout, exported, r.stdout)
    lines = ''.join(line + '\n' for line in exported.splitlines() if not line.startswith(('BESIDE=', 'PLAIN='))) + 'NEW=1\n'
    r = fed(lines.encode(), 'paas', 'config:set', '-f', '-', '--replace', '--dry-run', '-a', APP_NAME)
    check('--dry-run says what would change', r.returncode == 0 and r.stdout == 'set NEW\nremove BESIDE\nremove PLAIN\n', r.stdout)
    check('and changes nothing', value('BESIDE') == '1')
    r = fed(lines.encode(), 'paas', 'config:set', '-f', '-', '--replace', '-a', APP_NAME)
    check('--replace removes what the file has not', r.returncode == 0 and 'Set NEW; removed BESIDE, PLAIN' in r.stdout and value('BESIDE') is None and
          seen('NEW') == '1', r.stdout)
    check('in one release', len(versions()) == len(before) + 3, versions())
    refused('--replace without a file', paas('config:set', '--replace', 'A=1', '-a', APP_NAME), 2, '--replace goes with --file')


def from_input():
    r = fed(b'first\n  second\n\n', 'paas', 'config:set', 'KEY=-', 'ALSO=x', '-a', APP_NAME)
    check('KEY=- takes standard input', r.returncode == 0 and 'Set ALSO, KEY' in r.stdout, r.stdout)
    check('exactly, but for one newline', seen('KEY') == 'first\n  second\n', repr(seen('KEY')))
    check('the value is in no message', 'second' not in r.stdout, r.stdout)
    r = fed(b'', 'paas', 'config:set', 'KEY=-', '-a', APP_NAME)
    check('an empty input is the empty value', r.returncode == 0 and seen('KEY') == '', r.stdout)
    refused('two of them', fed(b'x', 'paas', 'config:set', 'A=-', 'B=-', '-a', APP_NAME), 2, 'only one of')
    refused('with a NUL', fed(b'x\0y', 'paas', 'config:set', 'A=-', '-a', APP_NAME), 2, 'NUL')
    refused('too long', fed(b'x' * 65537, 'paas', 'config:set', 'A=-', '-a', APP_NAME), 2, '65536')
    r = inlab('python3', '-c', TERMINAL, 'paas', 'config:set', 'SECRET=-', '-a', APP_NAME)
    check('at a terminal it is asked for, unseen', 'Value of SECRET:' in r.stdout and 'Set SECRET' in r.stdout and 'typed' not in r.stdout and
          value('SECRET') == 'typed', r.stdout)


def process():
    return [(p['name'], p['pid']) for p in from_paas('ps', '--app', APP_NAME) or []]


def recorded(directory):
    paas('config:set', 'SHOWN=old', '-a', APP_NAME)
    within(60, 'what ran before is gone', lambda: len(process()) == 1)
    runs, before = process(), current(APP_NAME)['version']
    r = paas('config:set', 'SHOWN=new', 'FRESH=1', '--no-restart', '-a', APP_NAME)
    check('--no-restart says what it did', r.returncode == 0 and 'recorded as v%d, which is not started' % (before + 1) in r.stdout, r.stdout)
    newest = releases(APP_NAME)[0]
    check('it has a number, and is recorded', newest['version'] == before + 1 and newest['status'] == 'recorded' and not newest['current'], newest)
    check('paas releases shows it as such', 'recorded' in paas('releases', '-a', APP_NAME).stdout.splitlines()[1])
    check('what runs is untouched', process() == runs and ask(APP_NAME) == 'old' and current(APP_NAME)['version'] == before, process())
    check('config:get has the new value', value('SHOWN') == 'new')
    r = paas('config:set', 'FRESH=1', '--no-restart', '-a', APP_NAME)
    check('recorded once more: nothing changes', 'Nothing has changed' in r.stdout and len(versions()) == before + 1, r.stdout)
    paas('ps:restart', '-a', APP_NAME)
    check('a restart is of what is current', ask(APP_NAME) == 'old')
    r = paas('config:unset', 'NEW', '--no-restart', '-a', APP_NAME)
    check('config:unset --no-restart goes on from it', r.returncode == 0 and value('FRESH') == '1' and value('NEW') is None and seen('NEW') == '1', r.stdout)
    inlab('systemctl', 'kill', '-s', 'KILL', '--kill-whom=main', 'paasd.service')
    within(60, 'paasd is back', paasd_back)
    check('after a restart of paasd it is there still', value('SHOWN') == 'new' and ask(APP_NAME) == 'old')

    write(directory, {'Procfile': 'web: exit 3\n'})
    r = push(directory, APP_NAME)
    check('a push that cannot start does not take it away', r.returncode == 1 and value('SHOWN') == 'new' and ask(APP_NAME) == 'old', r.stdout)
    write(directory, {'Procfile': 'web: exec python3 app.py\n'})
    r = push(directory, APP_NAME)
    check('the next push has it', r.returncode == 0 and ask(APP_NAME) == 'new' and seen('FRESH') == '1' and seen('NEW') == 'none', r.stdout)
    check('then nothing waits any more', inlab('git', '--git-dir', '/var/lib/paas/state.git', 'cat-file', '-e',
                                               'refs/paas/app/%s:recorded' % APP_NAME).returncode != 0)
    paas('config:set', 'FRESH=2', '--no-restart', '-a', APP_NAME)
    r = paas('config:set', 'OTHER=1', '-a', APP_NAME)
    check('the next config:set has it too', r.returncode == 0 and seen('FRESH') == '2' and seen('OTHER') == '1', r.stdout)


def set_under_kill(point, name, *options):
    """Sets `name` to the fault point's name, and paasd dies there: it goes on, and whoever waits is told so."""
    before = versions()
    inlab('sh', '-c', 'printf %s "$1" >/run/paas/fault', 'sh', point)
    r = paas('config:set', '%s=%s' % (name, point), '-a', APP_NAME, *options, timeout=120)
    check(point + ': paasd died there', inlab('rm', '/run/paas/fault').returncode != 0)
    within(60, point + ': paasd is back', paasd_back)
    # At the first one the command got no answer yet, and does not know.
    check(point + ': config:set ends as it should', r.returncode == (5 if point == 'config:queued' else 0), r.returncode, r.stdout)
    within(30, point + ': its value is set, by one release', lambda: value(name) == point and len(versions()) == len(before) + 1)


def recorded_under_kill():
    for point in ('config:queued', 'config:before-releasing', 'config:releasing', 'release-committed', 'recorded', 'config:before-done', 'config:done'):
        set_under_kill(point, 'AT', '--no-restart')
        check(point + ': what runs is untouched', seen('AT') == 'none')


def lost_before_it_was_queued():
    """Its values were sealed; nobody was told that it is taken, and it is not."""
    before = versions()
    inlab('sh', '-c', 'echo config:sealed >/run/paas/fault')
    r = paas('config:set', 'SEALED=1', '-a', APP_NAME, timeout=120)
    check('config:sealed: paasd died there, and the command says that it does not know', inlab('rm', '/run/paas/fault').returncode != 0 and r.returncode == 5, r.stdout)
    within(60, 'config:sealed: paasd is back', paasd_back)
    check('config:sealed: nothing is changed', versions() == before and value('SEALED') != '1')


def changed_under_kill():
    paas('config:set', 'SHOWN=up', '-a', APP_NAME)
    load = Load(APP_NAME)
    for point in ('config:queued', 'config:before-releasing', 'config:releasing', 'release-committed', 'config:before-starting', 'config:starting',
                  'config:before-checking', 'config:checking', 'config:before-switching', 'config:switching', 'servers-added', 'committed',
                  'config:before-done', 'config:done'):
        set_under_kill(point, 'NOW')
        within(30, point + ': it is what is served', lambda: seen('NOW') == point)
        within(60, point + ': nothing else is left', lambda: settled(APP_NAME, current(APP_NAME)['version']))
    said = load.end()
    check('meanwhile the application always answered', said['bad'] == 0 and set(said['answers']) == {'up'}, said)


def the_state_is_whole():
    r = inlab('git', '--git-dir', '/var/lib/paas/state.git', 'fsck', '--no-dangling')
    check('the state is whole', r.returncode == 0, r.stdout)
    pending = inlab('git', '--git-dir', '/var/lib/paas/state.git', 'for-each-ref', 'refs/paas/pending').stdout
    check('no values of a change are left over', pending == '', pending)


def compared():
    paas('config:set', 'ONE=1', 'TWO=2', '-a', APP_NAME)
    a = current(APP_NAME)['version']
    paas('config:set', 'ONE=other', 'THREE=3', '-a', APP_NAME)
    paas('config:unset', 'TWO', '-a', APP_NAME)
    b = current(APP_NAME)['version']
    wanted = [{'name': 'ONE', 'change': 'changed', 'from': '1', 'to': 'other'}, {'name': 'THREE', 'change': 'added', 'to': '3'},
              {'name': 'TWO', 'change': 'removed', 'from': '2'}]
    got = from_paas('config:diff', 'v%d' % a, 'v%d' % b, '-a', APP_NAME)
    check('config:diff', got == wanted, got)
    check('against the current one', from_paas('config:diff', 'v%d' % a, '-a', APP_NAME) == wanted)
    text = paas('config:diff', 'v%d' % a, '-a', APP_NAME).stdout
    check('for people', [line.split() for line in text.splitlines()] == [['-', 'ONE', '1'], ['+', 'ONE', 'other'], ['+', 'THREE', '3'], ['-', 'TWO', '2']], text)
    names = from_paas('config:diff', 'v%d' % a, '--names', '-a', APP_NAME)
    check('--names has no values', names == [{k: c[k] for k in ('name', 'change')} for c in wanted], names)
    check('nothing differs', 'the same' in paas('config:diff', 'v%d' % b, '-a', APP_NAME).stdout)
    refused('no such release', paas('config:diff', 'v9999', '-a', APP_NAME), 4, 'no release v9999')
    refused('no release at all', paas('config:diff', 'yesterday', '-a', APP_NAME), 2, "'yesterday' is no release")

    paas('config:get', 'THREE', '-a', APP_NAME)
    inlab('systemctl', 'restart', 'paasd.service')  # what has gathered is written
    within(60, 'paasd is back', paasd_back)
    log = inlab('git', '--git-dir', '/var/lib/paas/state.git', 'log', '--format=%B', 'refs/paas/app/' + APP_NAME).stdout
    check('reads of values are on record', 'Action: config:read\n' in log and 'Read ' in log, log[:1500])


def unchanged_in_the_queue():
    """Two that want the same wait: the second has nothing left to change."""
    before = versions()
    paas('apps:lock', '-a', APP_NAME, '--reason', 'test')
    both = [start(*inlab_command('paas', 'config:set', 'SAME=1', '-a', APP_NAME)) for _ in range(2)]
    within(30, 'both wait', lambda: len([d for d in from_paas('deploys', '-a', APP_NAME) or [] if d.get('waits_for')]) == 2)
    paas('apps:unlock', '-a', APP_NAME)
    said = sorted(p.communicate(timeout=120)[0].splitlines()[-1] for p in both)
    check('one makes a release, the other says that nothing has changed',
          said[0].startswith('Nothing has changed') and said[1].startswith('Set SAME') and all(p.returncode == 0 for p in both), said)
    check('there is one release of it', len(versions()) == len(before) + 1, versions())


EDITOR = '''#!/bin/sh
stat -c '%n %a' "$1" "${1%/*}" >/root/edited
cp "$1" /root/seen.env
n=$(cat /root/round 2>/dev/null || echo 1)
echo $((n + 1)) >/root/round
. /root/edit$n
'''


def edit(*rounds, answers='', arguments=()):
    """config:edit with an editor that does these things, one a round."""
    put('/root/editor', EDITOR.encode(), '755')
    for n, text in enumerate(rounds, 1):
        put('/root/edit%d' % n, text.encode())
    inlab('rm', '-f', '/root/round', '/root/edited')
    return fed(answers.encode(), 'env', 'EDITOR=/root/editor', 'paas', 'config:edit', '-a', APP_NAME, *arguments)


def left_behind():
    return inlab('sh', '-c', 'ls -d /dev/shm/paas-edit-* /tmp/paas-edit-* /run/user/*/paas-edit-* 2>/dev/null').stdout


def no_file():
    check('its file is gone', left_behind() == '', left_behind())


def edited():
    paas('config:set', 'KEEP=1', 'GOES=1', 'LINES=one\ntwo "q"', '-a', APP_NAME)
    before = versions()
    r = edit('sed -i "/^GOES=/d; s/^KEEP=.*/KEEP=changed/" "$1"; echo "ADDED=\\"a b\\"" >>"$1"\n', answers='y\n')
    check('config:edit shows what will change, and asks', r.returncode == 0 and 'set ADDED\nset KEEP\nremove GOES\n' in r.stdout and '[Y/n]' in r.stdout, r.stdout)
    check('and does it in one release', len(versions()) == len(before) + 1 and 'Set ADDED, KEEP; removed GOES' in r.stdout, r.stdout)
    check('the processes have it', (seen('KEEP'), seen('ADDED'), seen('GOES'), seen('LINES')) == ('changed', 'a b', 'none', 'one\ntwo "q"'))
    where = inlab('cat', '/root/edited').stdout.split()
    check('the file is in memory, for its user alone', where[0].startswith(('/dev/shm/', '/run/user/')) and where[1] == '600' and where[3] == '700', where)
    no_file()
    r = edit(':\n')
    check('nothing edited, nothing changed', r.returncode == 0 and 'Nothing has changed' in r.stdout and len(versions()) == len(before) + 1, r.stdout)
    r = edit('echo NO=1 >>"$1"\n', answers='n\n')
    check('a no changes nothing', r.returncode == 1 and 'Nothing was changed' in r.stdout and value('NO') is None, r.stdout)
    no_file()
    r = edit('echo TEXT=kept >>"$1"; echo "what is this" >>"$1"\n', 'grep -v "^what" "$1" >/root/t; cat /root/t >"$1"\n', answers='\n\n')
    check('an invalid file is offered again, with what was typed', r.returncode == 0 and 'this is no config var' in r.stdout and 'Edit it again?' in r.stdout and
          value('TEXT') == 'kept', r.stdout)
    r = edit('echo PORT=1 >>"$1"\n', answers='n\n')
    check('a no to that is the end', r.returncode == 3 and 'PORT is set by paas' in r.stdout, r.stdout)
    no_file()
    r = edit('echo YES=1 >>"$1"\n', arguments=['--yes', '--no-restart'])
    check('--yes does not ask, --no-restart records', r.returncode == 0 and '[Y/n]' not in r.stdout and value('YES') == '1' and seen('YES') == 'none', r.stdout)
    r = edit('exit 1\n')
    check('an editor that fails changes nothing', r.returncode == 1 and 'nothing was changed' in r.stdout, r.stdout)
    no_file()
    # The oldest is the command, the other one waits for its end.
    r = edit('kill -9 $(pgrep -ox paas)\n')
    check('killed, it ends', r.returncode != 0, r.stdout)
    within(10, 'and its file is gone then too', lambda: left_behind() == '')


def laptop():
    """The client that laptops have, by ssh."""
    config = run(LAB, 'ssh-config', '--name', NAME).stdout.strip()
    client = os.path.join(TREE, 'src/cli/paas-remote.sh')
    editor = os.path.join(TMPDIR, 'editor')
    memory = os.path.join(TMPDIR, 'memory')
    os.makedirs(memory)
    with open(editor, 'w') as f:
        f.write('#!/bin/sh\nn=$(cat "$0.n" 2>/dev/null || echo 0)\necho $((n + 1)) >"$0.n"\ncat "$1" >"$0.saw"\n'
                'case $n in\n0) echo "LAPTOP=\'from afar\'" >>"$1"; echo nonsense >>"$1" ;;\n*) sed -i "/nonsense/d; /^KEEP=/d" "$1" ;;\nesac\n')
    os.chmod(editor, 0o755)
    environment = dict(os.environ, PAAS_HOST='paas@paas-lab', PAAS_SSH="ssh -F " + config, EDITOR=editor, XDG_RUNTIME_DIR=memory)
    environment.pop('VISUAL', None)

    def client_run(*args, data=b''):
        r = subprocess.run(['sh', client, *args], input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, cwd='/')
        return subprocess.CompletedProcess(args, r.returncode, r.stdout.decode(errors='replace'))
    before = versions()
    r = client_run('config:edit', '-a', APP_NAME, data=b'\ny\n')
    check('the laptop edits', r.returncode == 0 and 'Edit it again?' in r.stdout and 'set LAPTOP\nremove KEEP\n' in r.stdout, r.stdout)
    check('in one release', len(versions()) == len(before) + 1 and value('LAPTOP') == 'from afar' and value('KEEP') is None, r.stdout)
    check('nothing is left of it', os.listdir(memory) == [], os.listdir(memory))
    path = os.path.join(TMPDIR, 'laptop.env')
    with open(path, 'w') as f:
        f.write('OF_FILE="x\\ny"\n')
    r = client_run('config:set', '-f', path, '-a', APP_NAME)
    check('the laptop sends a file', r.returncode == 0 and value('OF_FILE') == 'x\ny', r.stdout)
    r = client_run('config:set', 'PIPED=-', '-a', APP_NAME, data=b'sec ret\n')
    check('the laptop sends standard input', r.returncode == 0 and value('PIPED') == 'sec ret', r.stdout)
    r = client_run('config:diff', 'v%d' % before[0], '--names', '-a', APP_NAME)
    check('the laptop compares', r.returncode == 0 and 'LAPTOP' in r.stdout, r.stdout)
    r = run('ssh', '-F', config, 'paas-lab', 'config:edit -a ' + APP_NAME)
    refused('config:edit on the server', r, 2, 'your own computer')
    r = run('ssh', '-F', config, 'paas-lab', 'config:set -f /etc/hostname -a ' + APP_NAME)
    refused('a file of the server', r, 2, 'not a file of this host')


def main():
    setup_paas()
    first_push('main')
    first_push('master')
    new_app(APP_NAME)
    directory = repository(APP_NAME, 'zero', {'app.py': PROGRAM})
    r = push(directory, APP_NAME)
    if not check('the push', r.returncode == 0, r.stdout):
        finish()
    from_file()
    from_input()
    recorded(directory)
    compared()
    unchanged_in_the_queue()
    edited()
    laptop()
    if can_kill('paasd dies in the steps of it'):
        recorded_under_kill()
        lost_before_it_was_queued()
        lost_before_it_was_queued()
        changed_under_kill()
        the_state_is_whole()
    destroy_app(APP_NAME)
    finish()


main()
