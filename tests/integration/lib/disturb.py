"""What happens to an application and its host while it is under load: each a line of the table in docs/zero-downtime.md."""
import json
import os
import select
import shutil
import time

from paaslab import LAB, NAME, TMPDIR, TREE, inlab, inlab_command, paas, push_command, run, start


class Happened(Exception):
    """What should have been done was not."""


def must(r):
    if r.returncode != 0:
        raise Happened(r.stdout)
    return r.stdout


class Steady:
    """The application that the load is for (tests/apps/steady), and what can be done to it."""

    def __init__(self, app, client=()):
        """`client`: what goes before the command of a developer."""
        self.app, self.number, self.client = app, 0, client
        self.tree = os.path.join(TMPDIR, app)
        shutil.copytree(os.path.join(TREE, 'tests/apps/steady'), self.tree)

    def deploy(self):
        self.number += 1
        with open(os.path.join(self.tree, 'server.js'), 'a') as f:
            f.write('// %d\n' % self.number)
        must(run(*self.client, *push_command(self.tree, self.app)))

    def config(self):
        self.number += 1
        must(paas('config:set', 'GREETING=hello-%d' % self.number, '-a', self.app))

    def rollback(self):
        must(paas('rollback', '-a', self.app))

    def scale(self, number):
        must(paas('ps:scale', 'web=%d' % number, '-a', self.app))

    def restart(self):
        must(paas('ps:restart', '-a', self.app))

    def processes(self):
        return json.loads(must(paas('ps', '--json', '-a', self.app)))

    def units(self):
        out = must(inlab('systemctl', 'list-units', '--plain', '--no-legend', 'paas-app-%s-*.service' % self.app.replace('-', '_')))
        return [line.split()[0] for line in out.splitlines()]

    def settled(self):
        """What was replaced has gone: one unit a process that is wanted."""
        wanted = len(self.processes())
        until('the old instances of %s end' % self.app, lambda: len(self.units()) == wanted, 120)

    def kill_instance(self):
        p = next(p for p in self.processes() if p['state'] == 'up')
        return gone(str(p['pid']), 'systemctl', 'kill', '-s', 'KILL', p['unit'])


def until(what, test, seconds=60):
    end = time.monotonic() + seconds
    while not test():
        if time.monotonic() > end:
            raise Happened('not within %d s: %s' % (seconds, what))
        time.sleep(0.1)


def main_pid(unit):
    return must(inlab('systemctl', 'show', '-P', 'MainPID', unit)).strip()


def outside(pid):
    """The process of that number in the lab, as it is numbered here."""
    world = os.readlink('/proc/%s/ns/pid' % run(LAB, 'pid', '--name', NAME).stdout.strip())
    for number in filter(str.isdigit, os.listdir('/proc')):
        try:
            if os.readlink('/proc/%s/ns/pid' % number) == world and open('/proc/%s/status' % number).read().split('NSpid:')[1].splitlines()[0].split()[-1] == pid:
                return int(number)
        except OSError:      # it has gone, or is the world above
            continue
    raise Happened('%s runs no process %s' % (NAME, pid))


def gone(pid, *kill):
    """Kills it by that command and says when it had gone, its sockets with it, in microseconds of CLOCK_MONOTONIC."""
    fd = os.pidfd_open(outside(pid))
    try:
        command = start(*inlab_command(*kill))
        ended = select.select([fd], [], [], 60)[0]
        at = time.monotonic_ns() // 1000
        if command.wait() != 0 or not ended:
            raise Happened('process %s was not killed' % pid)
        return at
    finally:
        os.close(fd)


def reload_router():
    must(inlab('systemctl', 'reload', 'paas-router.service'))


def restart_router():
    must(inlab('systemctl', 'restart', 'paas-router.service'))


def kill_router_worker():
    """The newest worker; the master ends with it, and systemd starts both again. When the worker had gone."""
    before = main_pid('paas-router.service')
    worker = must(inlab('pgrep', '-n', '-P', before)).strip()
    broken = gone(worker, 'kill', '-9', worker)
    until('the router runs again', lambda: main_pid('paas-router.service') not in ('0', before) and router_ready())
    return broken


def router_ready():
    return inlab('systemctl', 'is-active', '-q', 'paas-router.service').returncode == 0


def reexec_systemd():
    must(inlab('systemctl', 'daemon-reexec'))


def kill_paasd():
    must(inlab('systemctl', 'kill', '-s', 'KILL', 'paasd.service'))
    until('paasd answers again', lambda: paas('apps').returncode == 0)


def upgrade_package(deb):
    """The same package over itself: its scripts do what they do at an upgrade."""
    must(run(LAB, 'cp', deb, NAME + ':/root/paas.deb'))

    def install():
        must(inlab('sh', '-c', 'DEBIAN_FRONTEND=noninteractive dpkg -i /root/paas.deb </dev/null'))
    return install
