#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is open when a release is replaced: requests have their time, tunnels (WebSockets) another; neither a router that is reloaded nor a
# paasd that is killed cuts anybody short or gives anybody more; and only so many old releases may linger.
# suites: bookworm trixie
# timeout: 400
import json
import os
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import repository, write, from_paas, paasd_back

NAME_OF_APP = 'drains'
CODE = '''import os, socketserver, time
version = os.environ.get('VERSION', 'first').encode()
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        path = self.rfile.readline().split()[1]
        upgrade = False
        while line := self.rfile.readline().strip():
            upgrade = upgrade or line.lower().startswith(b'upgrade:')
        if upgrade:
            self.wfile.write(b'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n')
            while line := self.rfile.readline():
                self.wfile.write(version + b' ' + line)
        elif path.startswith(b'/slow/'):
            n = int(path[6:])
            self.wfile.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n' % n)
            for _ in range(n):
                self.wfile.write(b'x')
                time.sleep(0.1)
        else:
            self.wfile.write(b'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s' % (len(version), version))
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
with Server(('127.0.0.1', int(os.environ['PORT'])), Handler) as server:
    server.serve_forever()
'''


class Holder:
    """A connection that lasts; `path` '-' is a tunnel."""

    def __init__(self, path='-'):
        script = os.path.join(TREE, 'tests/integration/lib/holder.py')
        self.lines, self.news = [], threading.Condition()
        self.process = subprocess.Popen([LAB, 'net', '--name', NAME, '--', 'python3', script, '%s.%s' % (NAME_OF_APP, DOMAIN), authority(), path],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()
        if not self.wait('open', 30):
            check('a connection to hold (%s)' % path, False, self.lines)

    def read(self):
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line.strip())
                self.news.notify_all()

    def wait(self, line, seconds):
        with self.news:
            return self.news.wait_for(lambda: line in self.lines, seconds)

    def echo(self, text):
        """What the other end answers; '' when there is nobody."""
        seen = len(self.lines)
        try:
            self.process.stdin.write(text + '\n')
            self.process.stdin.flush()
        except OSError:
            return ''
        with self.news:
            self.news.wait_for(lambda: len(self.lines) > seen, 15)
            return self.lines[-1] if len(self.lines) > seen else ''

    def ended(self):
        return 'closed' in self.lines or 'complete' in self.lines


def release(version):
    r = paas('config:set', 'VERSION=' + version, '-a', NAME_OF_APP)
    check('%s is released' % version, r.returncode == 0 and ask(NAME_OF_APP) == version, r.stdout)


def draining():
    return [p for p in from_paas('ps', '-a', NAME_OF_APP) or [] if p['state'] == 'draining']


def alive(what, holder, version):
    answer = holder.echo('hello')
    check(what + ': the tunnel goes on', answer == version + ' hello', answer, holder.lines)


def set_to(*settings):
    r = paas('settings:set', *settings, '-a', NAME_OF_APP)
    check('settings:set ' + ' '.join(settings), r.returncode == 0, r.stdout)


def requests_and_tunnels():
    tunnel, endless, short = Holder(), Holder('/slow/3000'), Holder('/slow/20')
    release('second')
    check('a download that fits into the time is complete', short.wait('complete', 30), short.lines)
    check('an endless one is cut when its time is over', endless.wait('closed', 40), endless.lines)
    alive('after the requests had their time', tunnel, 'first')
    within(15, 'ps says that it drains, and for whom', lambda: [p['tunnels'] for p in draining()] == [1])
    shown = paas('ps', '-a', NAME_OF_APP).stdout
    check('ps says for how long', 'draining, 9 min left for 1 connection' in shown, shown)
    return tunnel


def disturbances(tunnel):
    until = draining()[0]['drain_until']
    inlab('systemctl', 'reload', 'paas-router.service')
    # Its connection is in a worker that the reload has left behind, now.
    within(20, 'the router has an old worker', lambda: old_workers() > 0)
    alive('after a reload of the router', tunnel, 'first')
    inlab('systemctl', 'kill', '-s', 'KILL', '--kill-whom=main', 'paasd.service')
    within(60, 'paasd is back', paasd_back)
    alive('after kill -9 of paasd', tunnel, 'first')
    left = draining()
    check('its time is the same as before', len(left) == 1 and abs(left[0]['drain_until'] - until) < 5000000, until, left)


def old_workers():
    said = inlab('sh', '-c', 'echo "show proc" | socat -t5 - /run/paas/router/master.sock').stdout
    return len(re.findall(r'^[0-9]+ ', said.partition('# old workers')[2].partition('# programs')[0], re.M))


def too_many(first):
    second = Holder()
    release('third')
    alive('two old releases drain', first, 'first')
    third = Holder()
    release('fourth')
    check('the oldest of three is cut', first.wait('closed', 30), first.lines)
    alive('the second stays', second, 'second')
    alive('the third stays', third, 'third')
    within(30, 'two old releases are left', lambda: len(draining()) == 2)
    within(15, 'the log says who was cut, and why',
           lambda: 'is cut before its time: more than 2 old releases of web drain (max-draining)' in paas('logs', '-n', '50', '-a', NAME_OF_APP).stdout)
    return second, third


def killed_between(points):
    """paasd dies between any two steps of it."""
    for n, point in enumerate(points):
        tunnel = Holder()
        version = 'killed%d' % n
        before = ask(NAME_OF_APP)
        inlab('sh', '-c', 'printf %s "$1" >/run/paas/fault', 'sh', point)
        paas('config:set', 'VERSION=' + version, '-a', NAME_OF_APP)
        within(60, point + ': paasd is back', paasd_back)
        check(point + ': it died there', inlab('rm', '/run/paas/fault').returncode != 0)
        within(60, point + ': the new release answers', lambda: ask(NAME_OF_APP) == version)
        alive(point, tunnel, before)
        within(30, point + ': it drains', lambda: len(draining()) > 0)
        tunnel.process.kill()


def nobody_there():
    """What nobody is connected to is stopped as well, but the first second belongs to its successor."""
    unit = next(p['unit'] for p in from_paas('ps', '-a', NAME_OF_APP))
    release('idle')
    within(30, 'what was replaced ends', lambda: inlab('systemctl', 'is-active', '-q', unit).returncode != 0)
    lines = [json.loads(line) for line in inlab('journalctl', '-q', '-o', 'json', '--since', '-2min', 'UNIT=' + unit, '+', 'PAAS_APP=' + NAME_OF_APP).stdout.splitlines()]
    said = [(int(line['_SOURCE_REALTIME_TIMESTAMP']), str(line['MESSAGE'])) for line in lines if '_SOURCE_REALTIME_TIMESTAMP' in line]
    released = [at for at, text in said if text.startswith('-----> Released')]
    stopped = [at for at, text in said if text.startswith('Stopping')]
    check('not within a second', released and stopped and 1000000 <= stopped[-1] - released[-1] < 5000000, released, stopped)
    cut = [text for _, text in said if 'is cut' in text]
    release('one')
    release('two')
    release('three')
    within(30, 'of three in a row one is left', lambda: len(from_paas('ps', '-a', NAME_OF_APP)) == 1)
    text = inlab('journalctl', '-q', '-o', 'cat', '--since', '-2min', 'PAAS_APP=' + NAME_OF_APP).stdout
    check('nobody was cut', text.count('is cut') == len(cut), text[-2000:])
    release('first')


def asked_again():
    """Who is cut asks again at once, beside connections of another application that have time: HAProxy gives what it has cut to the next."""
    app, script = 'again', os.path.join(TREE, 'tests/integration/lib/again.py')
    held = Holder()
    release('held')
    new_app(app)
    directory = repository(app)
    write(directory, {'Procfile': 'web: exec python3 app.py\n', 'app.py': CODE})
    r = push(directory, app)
    check(app + ': the push', r.returncode == 0, r.stdout)
    for n in range(3):
        r = paas('settings:set', 'drain-timeout=1s', 'upgrade-drain-timeout=600s', '-a', app)
        check(app + ': its time', r.returncode == 0, r.stdout)
        p = subprocess.Popen([LAB, 'net', '--name', NAME, '--', 'python3', script, '%s.%s' % (app, DOMAIN), '30'], stdout=subprocess.PIPE, text=True)
        check('30 tunnels are open', p.stdout.readline() == 'open\n')
        r = paas('config:set', 'VERSION=again%d' % n, '-a', app)
        check(app + ': is released again', r.returncode == 0, r.stdout)
        within(30, 'they hold the old release', lambda: [q['tunnels'] for q in from_paas('ps', '-a', app) or [] if q['state'] == 'draining'] == [30])
        r = paas('settings:set', 'upgrade-drain-timeout=2s', '-a', app)
        check(app + ': its time is over', r.returncode == 0, r.stdout)
        said = p.communicate(timeout=60)[0]
        check('each that is cut is answered at once', said.split() == ['200'] * 30, said)
    alive('beside it', held, 'first')
    held.process.kill()
    destroy_app(app)
    release('first')


def kept_over_a_reload():
    """A client between two requests, whom a reload has left with the old worker, is answered when a deploy has followed."""
    script = os.path.join(TREE, 'tests/integration/lib/kept.py')
    p = subprocess.Popen([LAB, 'net', '--name', NAME, '--', 'python3', script, '%s.%s' % (NAME_OF_APP, DOMAIN)],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    check('a client keeps its connection', p.stdout.readline() == 'first\n')
    inlab('systemctl', 'reload', 'paas-router.service')
    within(20, 'the router has an old worker', lambda: old_workers() > 0)
    unit = next(q['unit'] for q in from_paas('ps', '-a', NAME_OF_APP) if q['state'] == 'up')
    release('second')
    release('third')
    later = time.monotonic() + 3
    within(10, 'longer than what nobody uses is kept', lambda: time.monotonic() > later)
    check('what it may ask runs', inlab('systemctl', 'is-active', '-q', unit).returncode == 0)
    p.stdin.write('again\n')
    p.stdin.flush()
    check('it is answered', p.stdout.readline() == 'first\n')
    within(30, 'then nobody needs that any more', lambda: not draining())
    p.kill()
    release('first')


def gone_with_connections():
    """An application that is destroyed while clients are connected leaves nothing to the next one, which has its place and its numbers."""
    for name in ('gone', 'next'):
        new_app(name)
        directory = repository(name)
        write(directory, {'Procfile': 'web: exec python3 app.py\n', 'app.py': CODE})
        r = paas('ps:listen', 'web=proxy', '-a', name)
        check(name + ': on a socket that systemd holds', r.returncode == 0, r.stdout)
        paas('config:set', 'VERSION=' + name, '-a', name)
        r = push(directory, name)
        check(name + ': the push', r.returncode == 0, r.stdout)
        check(name + ': it answers', ask(name) == name, ask(name))
        if name == 'gone':
            script = os.path.join(TREE, 'tests/integration/lib/again.py')
            p = subprocess.Popen([LAB, 'net', '--name', NAME, '--', 'python3', script, '%s.%s' % (name, DOMAIN), '30'], stdout=subprocess.PIPE, text=True)
            check('30 tunnels are open', p.stdout.readline() == 'open\n')
            destroy_app(name)
            p.communicate(timeout=60)
    destroy_app('next')


def main():
    setup_paas()
    new_app(NAME_OF_APP)
    directory = repository(NAME_OF_APP)
    write(directory, {'Procfile': 'web: exec python3 app.py\n', 'app.py': CODE})
    r = push(directory, NAME_OF_APP)
    if not check('the push', r.returncode == 0, r.stdout):
        finish()
    set_to('drain-timeout=5s')
    nobody_there()
    asked_again()
    kept_over_a_reload()
    gone_with_connections()
    first = requests_and_tunnels()
    disturbances(first)
    second, third = too_many(first)
    set_to('upgrade-drain-timeout=6s')
    check('tunnels end with their clock', second.wait('closed', 40) and third.wait('closed', 40), second.lines, third.lines)
    within(40, 'nothing drains any more', lambda: len(from_paas('ps', '-a', NAME_OF_APP)) == 1)
    remembered = inlab('sh', '-c', 'ls /run/paas/drain | grep "^%s:"' % NAME_OF_APP).stdout
    check('and nothing is remembered of it', remembered == '', remembered, from_paas('ps', '-a', NAME_OF_APP))
    if can_kill('paasd dies while connections drain'):
        set_to('upgrade-drain-timeout=600s')
        killed_between(['drain-recorded', 'draining'])
    destroy_app(NAME_OF_APP)
    finish()


main()
