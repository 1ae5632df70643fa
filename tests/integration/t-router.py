#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# The router tells the truth: what it serves is what is current, after a reload, a restart, a crash of any part; reloads come together, and
# old workers are few. `paas router` shows it.
# suites: bookworm trixie
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *

FILES = '/var/lib/paas/router'
MAPS = ['hosts.map', 'apps.map', 'ids.map', 'checks.map', 'states.map', 'servers.map']
APP, HOST = 'truth', 'www.truth.example'


def shell(text):
    return inlab('sh', '-c', text).stdout


def admin(command):
    return shell('printf "%%s\\n" "%s" | socat -t 5 - /run/paas/router/admin.sock' % command)


def router():
    r = paas('router', '--json')
    return json.loads(r.stdout) if r.returncode == 0 else {}


def served():
    """What the running worker has, asked of itself: servers by name with address, state and weight, and every map's entries."""
    servers = {}
    rows = [line.split() for line in admin('show servers state').splitlines()]
    columns = next((row[1:] for row in rows if row[:1] == ['#']), [])
    for row in rows:
        values = dict(zip(columns, row))
        if values.get('be_name', '').startswith('pool_'):
            servers[values['be_name'], values['srv_name']] = (values['srv_addr'], values['srv_port'], values['srv_admin_state'], values['srv_uweight'])
    maps = {m: sorted(' '.join(line.split()[1:]) for line in admin('show map %s/%s' % (FILES, m)).splitlines() if line.strip()) for m in MAPS}
    return servers, maps


def meant():
    """What should be there, told by systemd (which processes run, and where) and by the files."""
    servers = set()
    units = shell("systemctl show -p Id -p Environment 'paas-app-%s-web*'" % APP)
    for block in units.split('\n\n'):
        values = dict(line.split('=', 1) for line in block.splitlines() if '=' in line)
        port = next((w[5:] for w in values.get('Environment', '').split() if w.startswith('PORT=')), None)
        if port:
            servers.add((values['Id'][len('paas-app-%s-' % APP):-len('.service')], '127.0.0.1', port, '0', '100'))
    maps = {m: sorted(line for line in shell('cat %s/%s' % (FILES, m)).splitlines() if line.strip()) for m in MAPS}
    return servers, maps


def backend():
    return next(line.split()[0] for line in shell('cat %s/apps.map' % FILES).splitlines() if line.split()[1] == APP)


def is_true():
    servers, maps = served()
    ours = {(name, *values) for (pool, name), values in servers.items() if pool == backend()}
    wanted, files = meant()
    return len(wanted) == 2 and ours == wanted and maps == files and router().get('differences') == []


def describe():
    (servers, maps), (wanted, files) = served(), meant()
    return '\n'.join([str({k: v for k, v in servers.items() if k[0] == backend()}), str(wanted), str(router().get('differences'))] +
                     ['%s: %s' % (m, sorted(set(maps[m]) ^ set(files[m]))[:10]) for m in MAPS])


def stays_true(what):
    if not within(60, what + ': servers, weights and maps are those of the state', is_true):
        print('# ' + describe().replace('\n', '\n# '))
    within(60, what + ': it answers', lambda: ask(HOST).startswith('Hello'))    # a new name's certificate comes with a reload


def worker():
    return next((w['pid'] for w in router().get('workers', []) if not w['old']), None)


def threads():
    return shell(f'ls /proc/{worker()}/task | wc -l').strip()


def old_workers():
    return [w for w in router().get('workers', []) if w['old']]


class Socket:
    """A WebSocket that is open; `echo` sends a text and says whether it came back."""

    def __init__(self, host, texts):
        self.process = subprocess.Popen([LAB, 'net', '--name', NAME, '--', 'python3', os.path.join(TREE, 'tests/integration/lib/websocket.py'),
                                         host + '.' + DOMAIN, authority(), *texts], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        check('a WebSocket opens', self.process.stdout.readline() == 'open\n')

    def echo(self, text):
        try:
            self.process.stdin.write('\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            return False
        return self.process.stdout.readline() == text + '\n'

    def close(self):
        self.process.kill()
        self.process.wait()


setup_paas()
new_app(APP)
r = push(os.path.join(TREE, 'tests/apps/hello-python'), APP)
check('the push goes well', r.returncode == 0, r.stdout)
check('two web processes', paas('ps:scale', 'web=2', '-a', APP).returncode == 0)
paas('domains:add', HOST, '-a', APP)
stays_true('after a deploy, a scaling and a domain')
shown = paas('router').stdout
check('paas router shows it', all(text in shown for text in ('current', APP, 'web.2-v', 'Old workers: ', 'exactly what is current')), shown)

# --- every part is taken away
for what, command in (('a reload', 'systemctl reload paas-router'), ('a restart', 'systemctl restart paas-router'),
                      ('a crash of the worker', 'kill -9 %s' % worker()),
                      ('a crash of HAProxy', 'systemctl kill -s KILL paas-router'), ('a crash of paasd', 'systemctl kill -s KILL paasd')):
    if what == 'a crash of the worker':
        command = 'kill -9 %s' % worker()
    shell(command)
    within(60, what + ': the router and paasd are there again', lambda: worker() is not None)
    stays_true('after ' + what)

# --- what somebody changes behind our back is seen, and goes with the next reload
pool = backend()
name = next(n for (p, n) in served()[0] if p == pool)
admin('del map %s/hosts.map %s' % (FILES, HOST))
admin('set server %s/%s state maint' % (pool, name))
shown = paas('router').stdout
check('a host name that is lost is told', 'hosts.map: %s should be %s' % (HOST, pool) in shown, shown)
check('and a server that is out', '%s: %s gets no requests' % (APP, name) in shown, shown)
shell('systemctl reload paas-router')
stays_true('after the reload that follows')

# --- a process that goes while the router is away, and paasd too
shell('systemctl stop paasd; systemctl stop paas-router; systemctl start paas-router; systemctl start paasd')
within(60, 'both are there again', lambda: worker() is not None)
stays_true('after both were away')

# --- several wishes for a reload are one
before = router()['reloads']
for i in range(4):
    paas('domains:add', 'n%d.%s' % (i, HOST), '-a', APP)
within(60, 'new certificates are loaded', lambda: ask('n3.' + HOST).startswith('Hello') and not router()['reload_planned'])
count = router()['reloads'] - before
check('four names: at most two reloads', 1 <= count <= 2, '%d reloads' % count)

shell('paas domains:add killed.%s -a %s; systemctl kill -s KILL paasd' % (HOST, APP))
within(60, 'a new certificate is loaded although paasd was killed before the reload', lambda: ask('killed.' + HOST).startswith('Hello'))

# --- an old worker keeps a WebSocket, also when its process is replaced; there are never more than there may be
new_app('sockets')
r = push(os.path.join(TREE, 'tests/apps/websocket'), 'sockets')
check('the push of the WebSocket sample goes well', r.returncode == 0, r.stdout)
first = Socket('sockets', ['-', 'one', '-', 'two'])
shell('systemctl reload paas-router')
within(30, 'its worker is an old one', lambda: any(w['connections'] for w in old_workers()))
check('and it goes on', first.echo('one'))
paas('config:set', 'A=1', '-a', 'sockets')
check('a deploy of its application does not cut it at once', first.echo('two'))
first.close()
within(60, 'the process that it kept goes when it is closed', lambda: len(json.loads(paas('ps', '--json', '-a', 'sockets').stdout)) == 1)

half = str(max(1, int(shell('nproc')) // 2))
check('HAProxy has as many threads as half of the processors', threads() == half, threads())
shell('cp /etc/paas/paas.conf /root/conf; printf "\\n[router]\\nold-workers = 2\\nthreads = 3\\n" >>/etc/paas/paas.conf; systemctl restart paasd')
within(60, 'what paas.conf says of the router is so once paasd has been started again', lambda: threads() == '3')
sockets = []
for i in range(5):
    sockets.append(Socket('sockets', ['-', 'x', '-', 'y']))
    pid = worker()
    shell('systemctl reload paas-router')
    within(30, 'reload %d has a new worker' % i, lambda: worker() not in (None, pid))
within(30, 'of five workers with connections two are kept', lambda: len(old_workers()) == 2)
check('the newest of them goes on', sockets[-1].echo('x'))
check('the oldest has ended', not sockets[0].echo('x'))
shown = paas('router').stdout
check('paas router says so', 'Old workers: 2 of at most 2' in shown, shown)
for s in sockets:
    s.close()
within(60, 'they end with their last connection', lambda: not old_workers())
shell('cp /root/conf /etc/paas/paas.conf; systemctl restart paasd')
within(60, 'and as it was without it', lambda: threads() == half)
stays_true('at the end')
for app in (APP, 'sockets'):
    destroy_app(app)
finish()
