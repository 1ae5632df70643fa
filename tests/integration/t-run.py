#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""paas run: on a terminal, through pipes, detached; how each ends, and that nothing of it is left."""
# suites: bookworm trixie
# timeout: 600
import fcntl
import hashlib
import os
import pty
import re
import select
import signal
import struct
import sys
import termios

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'oneoffs'
CLIENT = os.path.join(TREE, 'src/cli/paas-remote.sh')
CONFIG = run(LAB, 'ssh-config', '--name', NAME).stdout.strip()
SSH = f"nsenter -t {pid_in_lab()} -n ssh -F {CONFIG} -o ProxyCommand=none"
LAPTOP = dict(os.environ, PAAS_HOST='paas@paas-lab', PAAS_SSH=SSH, TERM='xterm')
LAPTOP.pop('PAAS_APP', None)


def laptop(*args, **kw):
    """The laptop's client without a terminal: stdout and stderr apart, as bytes."""
    kw.setdefault('stdin', subprocess.DEVNULL)
    return subprocess.run(['sh', CLIENT, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=LAPTOP, timeout=120, **kw)


def on_app(*args, **kw):
    return laptop('run', '-a', APP, *args, **kw)


KEPT = 65536      # of what was not asked for yet: all of it would be searched at each read


class Terminal:
    """A person at a terminal of 30 x 100 who runs the laptop's client in it."""

    def __init__(self, *args):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe('sh', ['sh', CLIENT, 'run', '-a', APP, *args], LAPTOP)
        self.text = ''
        self.resize(30, 100)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))

    def send(self, text):
        os.write(self.fd, text.encode())

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text = self.text[-KEPT:] + data.decode(errors='replace')
        self.text = re.sub('\x1b\\[\\?2004[hl]\r?', '', self.text)     # bash's bracketed paste
        return bool(data)

    def expect(self, what, pattern, seconds=20):
        """Waits for it, and forgets what came up to there."""
        end = time.monotonic() + seconds
        while True:
            m = re.search(pattern, self.text)
            if m:
                self.text = self.text[m.end():]
                return check(what, True)
            if time.monotonic() > end or (not self.read(0.2) and self.gone()):
                return check(what, False, repr(self.text[-2000:]))

    def gone(self):
        return bool(os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and not select.select([self.fd], [], [], 0)[0]

    def end(self):
        """The exit code, once it has ended by itself."""
        end = time.monotonic() + 30
        while time.monotonic() < end and not os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            self.read(0.1)
        if time.monotonic() >= end:
            os.kill(self.pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return code

    def lose(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def runs():
    return {p['name']: p for p in json.loads(paas('ps', '--json', '-a', APP).stdout) if p['type'] == 'run'}


def units():
    return inlab('systemctl', 'list-units', '--all', '--plain', '--no-legend', f'paas-run-{APP}-*').stdout.strip()


def processes(pattern):
    return inlab('pgrep', '-f', '--', pattern).stdout.strip()


def foreground(pattern):
    """Whether the process runs, and owns its terminal."""
    pid = processes(pattern)
    return re.fullmatch(r'[SR]\S*\+\S*', inlab('ps', '-o', 'stat=', '-p', pid).stdout.strip()) if pid.isdigit() else None


def history():
    return inlab('git', '--git-dir', '/var/lib/paas/state.git', 'log', '-20', '--format=%an%n%B', 'refs/paas/app/' + APP).stdout


setup_paas()
new_app(APP)

# --- refusals
r = on_app('true')
check('without a release: what to do', r.returncode == 2 and b'push it first' in r.stderr, r)
tree = os.path.join(TMPDIR, 'app')
os.mkdir(tree)
for name, text in (('requirements.txt', ''), ('web.py', 'import http.server, os\nhttp.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()\n'),
                   ('Procfile', 'web: python3 web.py\ngreet: echo "$GREETING from $DYNO"\n'), ('lines.txt', 'one\ntwo\n'), ('idle', '#!/bin/bash\nexec -a "idle $1" sleep infinity\n')):
    with open(os.path.join(tree, name), 'w') as f:
        f.write(text)
os.chmod(os.path.join(tree, 'idle'), 0o755)
r = push(tree, APP)
check('push', r.returncode == 0, r.stdout)
for what, args, text in (('an unknown size', ['-s', 'huge', 'true'], b'standard-2x'), ('a variable without a value', ['-e', 'A', 'true'], b'NAME=VALUE'),
                         ('a variable that paas sets', ['-e', 'DYNO=x', 'true'], b'DYNO'), ('a name that is none', ['-e', '1=x', 'true'], b'letters'),
                         ('no time', ['--time-limit', 'soon', 'true'], b'soon'), ('no command', [], b'missing'),
                         ('a command that is too long', ['x' * 70000], b'70000 bytes, 65536')):
    r = on_app(*args)
    check(f'{what} is refused in words', r.returncode == 2 and text in r.stderr and not r.stdout, r.returncode, r.stderr)
check('and nothing was started', units() == '', units())

# --- pipes and exit codes
r = on_app('echo out; echo err >&2; exit 7')
check('output, error and exit code', (r.stdout, r.stderr, r.returncode) == (b'out\n', b'err\n', 7), r)
for code, command in ((0, 'true'), (130, 'kill -INT $$'), (143, 'kill -TERM $$'), (127, 'no-such-program-here')):
    r = on_app(command)
    check(f'exit code {code}', r.returncode == code and (code == 127 or not r.stderr), r)
r = on_app('printf', '%s|', 'a b', "it's", '$HOME;`x`', '')
check('several words arrive as they were typed', r.stdout == b"a b|it's|$HOME;`x`||", r.stdout)
r = on_app('echo $DYNO; pwd; id -u; echo written >/app/new; cat /app/new')
check('one word is a line for the shell, in /app, which can be written', re.fullmatch(rb'run\.1\n/app\n6[1-5]\d\d\d\nwritten\n', r.stdout) is not None, r)
check('and nothing of it stays', on_app('ls', '/app/new').returncode == 2)
r = on_app('-e', 'GREETING=hello', 'greet')
check('a process type runs its command, -e is for this run', r.stdout == b'hello from run.1\n', r)
r = on_app('-s', 'standard-2x', 'echo $MEMORY_AVAILABLE')
check('-s is its size', r.stdout == b'1024\n', r)
r = on_app('echo to the name >/dev/stderr; echo out >/dev/stdout')
check('/dev/stderr and /dev/stdout can be opened', (r.stdout, r.stderr) == (b'out\n', b'to the name\n'), r)
r = on_app('test -t 0 || test -t 1 || echo no terminal')
check('there is no terminal where the caller has none', r.stdout == b'no terminal\n', r)
data = os.urandom(10 * 1024 * 1024)
r = on_app('--', 'sha256sum', input=data, stdin=None)
check('10 MB through standard input', r.stdout.split()[0].decode() == hashlib.sha256(data).hexdigest(), r.stdout, r.stderr)
r = on_app('cat', input=data, stdin=None)
check('10 MB there and back', r.returncode == 0 and r.stdout == data, len(r.stdout), r.stderr)
r = on_app('head -c 5', input=data, stdin=None)
check('a command that reads no more ends', (r.returncode, r.stdout) == (0, data[:5]), r.returncode)
r = subprocess.run(['sh', '-c', f'sh {CLIENT} run -a {APP} yes | head -1'], stdout=subprocess.PIPE, env=LAPTOP, stdin=subprocess.DEVNULL, timeout=60)
check('a reader that goes ends the run', r.stdout == b'y\n', r)
r = paas('run', '-a', APP, 'echo $((6 * 7)); exit 5')
check('on the host itself', (r.stdout, r.returncode) == ('42\n', 5), r)
r = on_app('(setsid ./idle 987654 >/dev/null 2>&1 </dev/null &); echo forked')
check('a command that leaves a daemon', r.stdout == b'forked\n' and r.returncode == 0, r)
within(10, 'the daemon is gone', lambda: not processes('idle 987654'))
within(10, 'no unit is left', lambda: units() == '')

# --- a terminal
t = Terminal('bash')
t.expect('it says its name', r'Running run\.1 of ' + APP)
t.send('PS1="ready> "; stty size; tty; test -w $(tty) && echo writable; echo $TERM\n')
t.expect('the size of the terminal', r'30 100\r\n')
t.expect('it is one, and the application\'s own', r'/dev/pts/\d+\r\nwritable\r\nxterm')
t.resize(41, 132)
t.send('while [ "$(stty size)" != "41 132" ]; do :; done; echo resized\n')
t.expect('a change of its size', r'\nresized')
t.send('./idle 1000\n')
within(10, 'a command in the foreground', lambda: processes('^idle 1000 '))
t.send('\x03')
t.send('echo after=$?\n')
t.expect('Ctrl-C interrupts the command and not the session', r'\nafter=130')
t.send('./idle 2000\n')
within(10, 'another one', lambda: processes('^idle 2000 '))
t.send('\x1a')
t.expect('Ctrl-Z stops it', r'Stopped')
t.send('jobs; bg; jobs -r; echo here\n')
t.expect('job control', r'Running +./idle 2000')
t.send('fg\n')
t.expect('its name is told', r'fg\r\n./idle 2000')
within(10, 'it is in the foreground again', lambda: foreground('^idle 2000 '))      # bash tells the name before it hands over the terminal
t.send('\x03')
t.expect('the shell is back', r'ready> ')
t.send('echo to-tty >/dev/tty; echo to-err >/dev/stderr\n')
t.expect('/dev/tty and /dev/stderr', r'\nto-tty\r\nto-err')
t.send('vi lines.txt\n')
t.expect('vi shows the file', r'two')
t.send('Gothree\x1b:wq\n')
t.expect('vi writes', r'written|3L|3 lines')
t.send('cat lines.txt; echo end\n')
t.expect('what vi has written', r'one\r\ntwo\r\nthree\r\nend')
p = runs().get('run.1', {})
check('paas ps tells command and caller', p.get('command') == 'bash' and p.get('user') == 'you' and p.get('since', 0) > 0, p)
table = paas('ps', '-a', APP).stdout
check('as a table, too', 'bash (you)' in table, table)
t.send('stty -echo; head -c 7500000 /dev/zero | base64 -w 100; echo; echo all-printed; stty echo\n')
t.expect('10 MB on a terminal', r'\nall-printed', 60)
t.send('exit 3\n')
check('its exit code', t.end() == 3)
t = Terminal('kill -TERM $$')
check('128 and the signal', t.end() == 143)
t = Terminal('--no-tty', 'test -t 0 || echo pipes')
t.expect('--no-tty', r'pipes')
t.end()
within(10, 'nothing is left', lambda: units() == '')

# --- a lost connection
t = Terminal('trap "" HUP TERM; while :; do ./idle 3000; done')
within(20, 'a command that ignores signals runs', lambda: processes('idle 3000'))
t.lose()
within(45, 'a lost terminal ends it', lambda: not processes('idle 3000') and units() == '')
p = subprocess.Popen(['sh', CLIENT, 'run', '-a', APP, './idle 4000'], env=LAPTOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
within(20, 'a command without a terminal runs', lambda: processes('^idle 4000 '))
p.kill()
p.wait()
p.stdout.close()
within(20, 'a lost connection ends it', lambda: not processes('^idle 4000 ') and units() == '')

# --- limits
r = on_app('--time-limit', '2s', './idle 5000')
check('a time limit ends it, and it says so', r.returncode == 143 and b'time limit of 2 s' in r.stderr, r)
if inlab('sh', '-c', 'test -e /sys/fs/cgroup/paas.slice/memory.max').returncode == 0:
    r = on_app('python3 -c "x = bytearray(1 << 30); x[::4096] = b\'1\' * (1 << 18)"')
    check('so does too little memory', r.returncode in (137, 143) and b'memory' in r.stderr, r)

# --- secrets
p = subprocess.Popen(['sh', CLIENT, 'run', '-a', APP, '-e', 'PASSPHRASE=sesame-17', 'echo $PASSPHRASE; ./idle 6000'], env=LAPTOP,
                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
check('a value for one run', p.stdout.readline() == b'sesame-17\n')
unit = runs()['run.1']['unit']
check('is in no property of the unit', 'sesame-17' not in inlab('systemctl', 'show', unit).stdout)
check('and on no command line', not processes('sesame-17'), processes('sesame-17'))
check('its file is for root only', inlab('sh', '-c', f'find /run/paas/env/{APP} -name "run.1-*" -printf "%m %u\\n" | sort -u').stdout == '600 root\n')

# --- meanwhile
slug = inlab('systemctl', 'list-units', '--plain', '--no-legend', f'paas-slug-{APP}-*').stdout.split()[0]
r = paas('config:set', 'GREETING=new', '-a', APP)
check('a release while it runs', r.returncode == 0, r.stdout)
check('it goes on', runs()['run.1']['state'] == 'up' and runs()['run.1']['version'] == 1, runs())
check('its slug stays mounted', inlab('systemctl', 'is-active', slug).stdout == 'active\n')
r = paas('ps:stop', 'run.1', '-a', APP)
check('ps:stop run.1', r.returncode == 0, r.stdout)
p.wait(30)
check('ends it', p.returncode == 143 and not processes('idle 6000'), p.returncode)
within(10, 'its slug is unmounted then', lambda: inlab('systemctl', 'is-active', slug).stdout != 'active\n')
r = paas('ps:stop', 'run.1', '-a', APP)
check('what does not run cannot be stopped', r.returncode != 0 and 'run' in r.stdout, r.stdout)

t = Terminal('echo waiting; read line; echo "got $line"; read line; exit 9')
t.expect('a command that waits', r'\nwaiting')
before = inlab('systemctl', 'show', '-P', 'MainPID', 'paasd').stdout
inlab('systemctl', 'kill', '-s', 'KILL', 'paasd')
within(30, 'paasd is killed and back', lambda: paas('apps').returncode == 0 and inlab('systemctl', 'show', '-P', 'MainPID', 'paasd').stdout != before)
check('the new one knows the run', runs().get('run.1', {}).get('command', '').startswith('echo waiting'), runs())
t.send('there\n')
t.expect('it has heard nothing of it', r'got there')
inlab('systemctl', 'kill', '-s', 'KILL', 'paasd')
t.send('more\n')
check('and its exit code arrives while paasd is away', t.end() == 9)
within(30, 'paasd is back', lambda: paas('apps').returncode == 0)
t = Terminal('./idle 7000')
within(20, 'another one', lambda: processes('^idle 7000 '))
inlab('systemctl', 'kill', '-s', 'KILL', 'paasd')
t.lose()
within(20, 'a caller that goes while paasd is away ends it, too', lambda: not processes('^idle 7000 ') and units() == '')
within(30, 'paasd is back again', lambda: paas('apps').returncode == 0)

# --- detached
within(10, 'the run before is over', lambda: runs() == {})
r = laptop('run:detached', '-a', APP, 'echo begun; echo over; exit 4')
check('run:detached prints its name', (r.stdout, r.returncode) == (b'run.1\n', 0), r)
log = lambda: paas('logs', '-n', '50', '--ps', 'run.1', '-a', APP).stdout
within(20, 'its output is in the log', lambda: 'app[run.1]: over' in log())
within(20, 'and how it ended', lambda: 'Process exited with status 4' in log())
r = laptop('run:detached', '-a', APP, '--time-limit', '2s', './idle 8000')
check('detached with a time limit', r.returncode == 0, r)
within(20, 'the log says why it ended', lambda: 'time limit of 2 s' in log())
within(10, 'that run is over', lambda: runs() == {})
laptop('run:detached', '-a', APP, './idle', '9000')
r = laptop('run:detached', '-a', APP, 'API_TOKEN=sesame-18 ./idle 9001')
check('a second one at once', r.stdout == b'run.2\n', r)
check('both are listed', {n: p['detached'] for n, p in runs().items()} == {'run.1': True, 'run.2': True}, runs())
check('without secrets', runs()['run.2']['command'] == 'API_TOKEN=*** ./idle 9001', runs())
r = paas('ps:stop', 'run', '-a', APP)
check('ps:stop run stops all', r.returncode == 0 and runs() == {}, r.stdout, runs())
check('they are gone', not processes('idle 900'))

# --- the record
h = history()
check('each is on record with its command and who', 'Run `API_TOKEN=*** ./idle 9001` as run.2, detached' in h and 'Action: run\n' in h and h.startswith('root\nStop run'), h)
check('with the names of its variables', 'with PASSPHRASE' in inlab('git', '--git-dir', '/var/lib/paas/state.git', 'log', '--format=%s', 'refs/paas/app/' + APP).stdout)
count = inlab('sh', '-c', 'git --git-dir /var/lib/paas/state.git log -p --all | grep -c -e sesame-17 -e sesame-18').stdout.strip()
check('and no values', count == '0', count)
check('web runs as before', [p['state'] for p in json.loads(paas('ps', '--json', '-a', APP).stdout)] == ['up'])

# --- nothing is left
left = lambda: inlab('sh', '-c', f'ls -d /run/paas/env/{APP}/run.* /run/paas/app/{APP}/run.* /var/lib/paas/layers/{APP}/run.* 2>/dev/null').stdout
within(20, 'no files of runs are left', lambda: left() == '') or print('# ' + left().replace('\n', ' '))
laptop('run:detached', '-a', APP, './idle 10000')
# One that has not begun yet when its application is destroyed: who waits for it hears so at once.
drop = f'/run/systemd/system/paas-run-{APP}-.service.d'
inlab('sh', '-c', f'mkdir -p {drop}; printf "[Service]\\nExecStartPre=+/bin/sleep 600\\n" >{drop}/slow.conf; systemctl daemon-reload')
slow = start(*inlab_command('paas', 'run:detached', '-a', APP, './idle 10001'))
within(20, 'a run that is slow to begin', lambda: 'activating' in inlab('systemctl', 'list-units', '--plain', '--no-legend', f'paas-run-{APP}-run.2-*').stdout)
destroy_app(APP)
inlab('sh', '-c', f'rm -r {drop}; systemctl daemon-reload')
try:
    said = slow.communicate(timeout=20)[0]
except subprocess.TimeoutExpired:
    slow.kill()
    said = 'nothing'
check('who waits for it hears that there is no application any more', 'was destroyed' in said, said)
within(45, 'destroying the application ends its runs', lambda: not processes('idle 10000') and units() == '')
finish()
