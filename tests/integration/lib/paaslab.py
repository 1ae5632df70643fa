"""For integration tests in Python: the same as lib.sh, and several pushes at once.

    import sys, os; sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
    from paaslab import *
"""
import json
import os
import subprocess
import sys
import time

LAB, NAME, TREE = os.environ['LAB'], os.environ['NAME'], os.environ['TREE']
SUITE, FLAVOUR = os.environ.get('SUITE', 'bookworm'), os.environ.get('FLAVOUR', 'release')
TMPDIR = os.environ.get('TMPDIR', '/tmp')
DOMAIN = os.environ.get('DOMAIN', 'paas.test')
_failed = 0


def check(what, good, *details):
    global _failed
    print(('ok - ' if good else 'not ok - ') + what, flush=True)
    if not good:
        _failed = 1
        for line in '\n'.join(str(d) for d in details).splitlines():
            print('# ' + line, flush=True)
    return good


def can_kill(what):
    """Whether paasd can be killed at a named step; where it cannot, the output says what is left out."""
    if FLAVOUR == 'sanitize':
        return True
    print('ok - %s # SKIP fault points are in the sanitized package only' % what, flush=True)
    return False


def finish():
    sys.exit(_failed)


def run(*cmd, **kw):
    """What ran, with its output (both streams) in .stdout and its exit code in .returncode."""
    kw.setdefault('stdin', subprocess.DEVNULL)
    return subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace', **kw)


def start(*cmd, **kw):
    return subprocess.Popen(cmd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            errors='replace', **kw)


def inlab_command(*cmd):
    return [LAB, 'run', '--name', NAME, '--', *cmd]


def inlab(*cmd, **kw):
    return run(*inlab_command(*cmd), **kw)


def paas(*args, **kw):
    return inlab('paas', *args, **kw)


def push_command(directory, app, *args):
    return [LAB, 'push', '--name', NAME, directory, app, *args]


def push(directory, app, *args, **kw):
    return run(*push_command(directory, app, *args), **kw)


def pid_in_lab():
    """The lab's PID 1 as seen outside (nsenter -t PID …)."""
    return int(run(LAB, 'pid', '--name', NAME).stdout)


def git(directory, *args):
    r = run('git', '-C', directory, '-c', 'user.name=Developer', '-c', 'user.email=developer@example.com', *args)
    if r.returncode:
        raise RuntimeError('git %s: %s' % (' '.join(args), r.stdout))
    return r.stdout.strip()


def setup_paas():
    with open(run(LAB, 'key', '--name', NAME).stdout.strip()) as f:
        inlab('sh', '-c', 'cat >/root/you.pub', stdin=f)
    r = paas('setup', '--domain', DOMAIN, '--admin', 'you', '--key', '/root/you.pub')
    if r.returncode:
        check('paas setup', False, r.stdout)
        finish()
    within(90, "the router has the domain's certificate", lambda: not json.loads(paas('router', '--json').stdout)['reload_planned'])


def new_app(app):
    """Creates it, without what an earlier run of the test left under that name."""
    paas('apps:destroy', '-a', app, '--confirm', app)
    r = paas('apps:create', app)
    if r.returncode:
        check('apps:create ' + app, False, r.stdout)
        finish()


def destroy_app(app):
    r = paas('apps:destroy', '-a', app, '--confirm', app)
    check('apps:destroy ' + app, r.returncode == 0, r.stdout)


def authority():
    """A file with the certificate of the lab's authority."""
    ca = os.path.join(TMPDIR, 'ca.pem')
    if not os.path.exists(ca):
        with open(ca, 'w') as f:
            f.write(inlab('cat', '/var/lib/paas/ca.pem').stdout)
    return ca


class Visitor:
    """Asks for / over and over while the block runs; afterwards .requests, .failures (a list of texts) and .answers (a set)."""

    def __init__(self, host):
        script = os.path.join(TREE, 'tests/integration/lib/visitor.py')
        self.command = [LAB, 'net', '--name', NAME, '--', 'python3', script, host, authority()]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()      # the first answer has come
        return self

    def __exit__(self, *_):
        out, _ = self.process.communicate(timeout=60)
        result = json.loads(out)
        self.requests, self.failures, self.answers = result['requests'], result['failures'], set(result['answers'])

    def check(self, what):
        check(what + ': no request fails', self.requests > 0 and not self.failures, '%d requests' % self.requests, *self.failures[:5])


def ask(host, path='/', *args):
    """curl's output over HTTPS through the router, as another computer would."""
    if '.' not in host:
        host += '.' + DOMAIN
    ca = authority()
    return run(LAB, 'net', '--name', NAME, '--', 'curl', '-sS', '--max-time', '30', '--cacert', ca, '--resolve',
               host + ':443:127.0.0.1', '--resolve', host + ':80:127.0.0.1', *args, 'https://' + host + path).stdout


def within(seconds, what, test):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if test():
            return check(what, True)
        time.sleep(0.1)
    return check(what, False, 'not within %s s' % seconds)
