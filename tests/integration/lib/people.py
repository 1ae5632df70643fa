"""For tests of who may do what: users of paas, each with an ssh key of their own, at their own computer."""
import os
import subprocess

from paaslab import DOMAIN, LAB, NAME, TMPDIR, check, inlab, paas, pid_in_lab, run, start

SSH = ['ssh', '-F', 'none', '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null',
       '-o', 'LogLevel=ERROR', '-o', 'BatchMode=yes']


class Person:
    """A user with a key. `say` runs a command of paas over ssh, as a laptop would."""

    def __init__(self, name, *options):
        self.name, self.key, self.master = name, os.path.join(TMPDIR, name), None
        run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', self.key)
        paas('users:add', name, *options)
        paas('users:enable', name)
        with open(self.key + '.pub') as f:
            r = inlab('paas', 'keys:add', '--user', name, '-', stdin=f)
        check('a key for ' + name, r.returncode == 0, r.stdout)

    def ssh(self, *options):
        return ['nsenter', '-t', str(pid_in_lab()), '-n', *SSH, '-i', self.key, *options]

    def connect(self):
        """One connection for all that follows: many commands then take little time."""
        self.master = self.key + '.socket'
        subprocess.Popen(self.ssh('-M', '-S', self.master, '-N', 'paas@127.0.0.1'), stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def disconnect(self):
        if self.master:
            run('ssh', '-S', self.master, '-O', 'exit', 'paas@127.0.0.1')
            self.master = None

    def command(self, *words):
        shared = ['-S', self.master] if self.master and os.path.exists(self.master) else []
        return self.ssh(*shared, 'paas@127.0.0.1', *words)

    def say(self, *words, **kw):
        return run(*self.command(*words), **kw)

    def begin(self, *words):
        """The same, but it goes on: what Popen gives. Over a connection of its own."""
        return start(*self.ssh('paas@127.0.0.1', *words))

    def git_environment(self):
        return dict(os.environ, GIT_SSH_COMMAND=' '.join(self.ssh()))

    def git(self, *words, **kw):
        return run('git', *words, env=self.git_environment(), **kw)

    def begin_git(self, *words):
        return start('git', *words, env=self.git_environment())
