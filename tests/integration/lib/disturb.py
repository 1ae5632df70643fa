"""What happens to an application and its host while it is under load: each a line of the table in docs/zero-downtime.md."""
import json
import os
import shutil
import time

from paaslab import LAB, NAME, TMPDIR, TREE, inlab, paas, push, run


class Happened(Exception):
    """What should have been done was not."""


def must(r):
    if r.returncode != 0:
        raise Happened(r.stdout)
    return r.stdout


class Steady:
    """The application that the load is for (tests/apps/steady), and what can be done to it."""

    def __init__(self, app):
        self.app, self.number = app, 0
        self.tree = os.path.join(TMPDIR, app)
        shutil.copytree(os.path.join(TREE, 'tests/apps/steady'), self.tree)

    def deploy(self):
        self.number += 1
        with open(os.path.join(self.tree, 'server.js'), 'a') as f:
            f.write('// %d\n' % self.number)
        must(push(self.tree, self.app))

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
        must(inlab('systemctl', 'kill', '-s', 'KILL', self.units()[0]))


def until(what, test, seconds=60):
    end = time.monotonic() + seconds
    while not test():
        if time.monotonic() > end:
            raise Happened('not within %d s: %s' % (seconds, what))
        time.sleep(0.1)


def main_pid(unit):
    return must(inlab('systemctl', 'show', '-P', 'MainPID', unit)).strip()


def reload_router():
    must(inlab('systemctl', 'reload', 'paas-router.service'))


def restart_router():
    must(inlab('systemctl', 'restart', 'paas-router.service'))


def kill_router_worker():
    """The newest worker; the master ends with it, and systemd starts both again."""
    before = main_pid('paas-router.service')
    must(inlab('sh', '-c', 'kill -9 "$(pgrep -n -P "$1")"', 'sh', before))
    until('the router runs again', lambda: main_pid('paas-router.service') not in ('0', before) and router_ready())


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
    return lambda: must(inlab('sh', '-c', 'DEBIAN_FRONTEND=noninteractive dpkg -i /root/paas.deb </dev/null'))
