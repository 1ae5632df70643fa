#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How a web process gets its connections: from $PORT, from a socket that systemd holds, through a proxy in front of $PORT."""
# timeout: 400
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'listens'
PROGRAM = '''
import http.server, os, signal, socket, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        body = ('%s %d' % (os.environ.get('PAAS_LISTEN', 'port'), 'LISTEN_FDS' in os.environ)).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
if os.environ.get('LISTEN_PID') == str(os.getpid()) and not os.path.exists('deaf'):
    server = http.server.ThreadingHTTPServer(('', 0), Handler, bind_and_activate=False)
    server.socket = socket.socket(fileno=3)
else:
    server = http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler)
server.daemon_threads = False       # what it has begun to answer, it answers
signal.signal(signal.SIGTERM, lambda *a: threading.Thread(target=server.shutdown).start())
server.serve_forever()
'''
NODE = '''
const http = require('http');
const held = process.env.LISTEN_FDS === '1' && process.env.LISTEN_PID === String(process.pid);
http.createServer((request, response) => response.end(`node ${held ? 'socket' : 'port'} ${process.pid}`))
    .listen(held ? {fd: 3} : process.env.PORT);
'''
CONNECT = '''import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
print('connected')
'''


def processes():
    return {p['name']: p for p in json.loads(paas('ps', '--json', '-a', APP).stdout)}


def web(index=1):
    return processes().get(f'web.{index}', {'pid': 0, 'unit': '', 'state': 'missing'})


def units(pattern):
    return [u.split()[0] for u in inlab('systemctl', 'list-units', '--plain', '--no-legend', pattern).stdout.splitlines()]


def sockets():
    return units(f'paas-app-{APP}-*.socket')


def files():
    return inlab('ls', f'/run/paas/sock/{APP}').stdout.split()


def listen(kind):
    r = paas('ps:listen', f'web={kind}', '-a', APP)
    check(f'paas ps:listen web={kind}', r.returncode == 0, r.stdout)
    within(60, 'one process is left', lambda: len(units(f'paas-app-{APP}-*.service')) == 1)
    return r


def listens(kind, set_to):
    r = json.loads(paas('ps:listen', '--json', '-a', APP).stdout)
    check(f'paas ps:listen says {kind}, set to {set_to}', r == [{'type': 'web', 'listen': kind, 'set': set_to}], r)


def kill_twice(kind):
    """Nobody is refused: a request fails only when it was with the process in the instant of the kill."""
    with Visitor(f'{APP}.{DOMAIN}') as visitor:
        for n in (1, 2):
            pid = web()['pid']
            inlab('kill', '-KILL', str(pid))
            within(60, f'{kind}: killed {n}, and it runs again', lambda: web()['pid'] not in (0, pid) and web()['state'] == 'up')
            answers = ask(APP)
            check(f'{kind}: it answers', answers.startswith(kind), answers)
    check(f'{kind}: kill -9 of the process fails what it was answering, and refuses nothing',
          visitor.requests > 2 and len(visitor.failures) <= 2, f'{visitor.requests} requests', *visitor.failures[:5])


setup_paas()
new_app(APP)
tree = os.path.join(TMPDIR, 'app')
os.mkdir(tree)
for name, text in (('web.py', PROGRAM), ('Procfile', 'web: exec python3 web.py\n')):
    with open(os.path.join(tree, name), 'w') as f:
        f.write(text)
r = push(tree, APP)
check('push', r.returncode == 0, r.stdout)
check('a process of the developer gets $PORT', ask(APP) == 'port 0', ask(APP))
listens('port', 'auto')
table = paas('ps:listen', '-a', APP).stdout
check('and as a table', table.startswith('PROCESS') and 'auto' in table, table)

# --- refusals
for argument, words in (('web=tcp', 'listen cannot be "tcp"'), ('worker=socket', 'for the web process only'), ('socket', "'socket' is not web=KIND")):
    r = paas('ps:listen', argument, '-a', APP)
    check(f'paas ps:listen {argument} is refused in words', r.returncode != 0 and words in r.stdout, r.stdout)
listens('port', 'auto')

# --- socket
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    listen('socket')
visitor.check('from port to socket')
check('it was answered by both', visitor.answers == {'port 0', 'socket 1'}, visitor.answers)
listens('socket', 'socket')
unit = web()['unit']
socket_unit = unit.replace('.service', '.socket')
path = inlab('systemctl', 'show', '-P', 'Listen', socket_unit).stdout.split(' ')[0]
check('systemd holds a socket of the process', sockets() == [socket_unit] and path.startswith(f'/run/paas/sock/{APP}/web.1-v1.'), sockets(), path)
about = inlab('stat', '-c', '%U %a', path).stdout.strip()
check("its file is the router's alone", about == 'paas-router 660', about)
inlab('sh', '-c', 'cat >/root/connect.py', stdin=subprocess.Popen(['printf', '%s', CONNECT], stdout=subprocess.PIPE).stdout)
uid = inlab('stat', '-c', '%u', f"/proc/{web()['pid']}").stdout.strip()
for who, may in (('paas-router', True), (uid, False)):
    r = inlab('setpriv', '--reuid', who, '--clear-groups', 'python3', '-c', CONNECT, path)
    check(f'a connection as {"the router" if may else "an application"} is {"made" if may else "refused"}',
          ('connected' in r.stdout) == may and (may or 'Permission denied' in r.stdout), r.stdout)
kill_twice('socket')
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    r = inlab('systemctl', 'restart', unit)
    check('systemctl restart of its unit', r.returncode == 0, r.stdout)
visitor.check('systemctl restart')
check('it is the same process once more, and no other', units(f'paas-app-{APP}-*.service') == [unit], units(f'paas-app-{APP}-*.service'))
within(60, 'and it is up', lambda: web()['unit'] == unit and web()['state'] == 'up')

# Between its stop and its start it may have to wait for others: meanwhile it is neither running nor gone.
inlab('sh', '-c', f'''mkdir -p /run/t-listen
printf '[Unit]\nBefore={unit}\n[Service]\nType=oneshot\nExecStart=/bin/sh -c "until [ -e /run/t-listen/go ]; do sleep 0.1; done"\n' \
    >/run/systemd/system/t-listen.service
systemctl daemon-reload; systemctl start --no-block t-listen.service''')
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    inlab('systemctl', 'restart', '--no-block', unit)
    within(10, 'its start waits for another unit', lambda: inlab('systemctl', 'show', '-P', 'ActiveState', unit).stdout.strip() == 'inactive')
    check('nothing is started in its place', units(f'paas-app-{APP}-*.service') == [unit], units(f'paas-app-{APP}-*.service'))
    check('its socket is still there', sockets() == [socket_unit], sockets())
    inlab('touch', '/run/t-listen/go')
    within(60, 'it is started', lambda: web()['unit'] == unit and web()['state'] == 'up')
visitor.check('a restart that has to wait')
inlab('sh', '-c', 'rm -r /run/systemd/system/t-listen.service /run/t-listen; systemctl daemon-reload')

# --- paasd and the router find it again
pid, held = web()['pid'], sockets()
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    inlab('systemctl', 'kill', '-s', 'KILL', 'paasd.service')
    within(60, 'paasd is back', lambda: paas('apps').returncode == 0)
    inlab('systemctl', 'reload', 'paas-router.service')
    check('it is the same process', web()['pid'] == pid and web()['state'] == 'up', web())
    inlab('systemctl', 'restart', 'paas-router.service')
    check('after a restart of the router it answers', ask(APP) == 'socket 1', ask(APP))
visitor.check('kill -9 of paasd, reload and restart of the router')
within(30, 'paas router finds all as it should be', lambda: json.loads(paas('router', '--json').stdout).get('differences') == [])
check('and its socket', sockets() == held and len(held) == 1, held, sockets())

# --- scaled, and stopped by hand
r = paas('ps:scale', 'web=2', '-a', APP)
check('paas ps:scale web=2', r.returncode == 0 and len(sockets()) == 2, r.stdout, sockets())
r = paas('ps:scale', 'web=1', '-a', APP)
check('paas ps:scale web=1', r.returncode == 0, r.stdout)
within(60, 'the second socket has gone, and its file', lambda: len(sockets()) == 1 and len(files()) == 1)
for what, victim in (('service', lambda: [web()['unit']]), ('socket', sockets), ('socket alone', lambda: ['--job-mode=ignore-dependencies', *sockets()])):
    old = web()['unit']
    inlab('systemctl', 'stop', *victim())
    within(60, f'systemctl stop of its {what}: another one takes its place', lambda: web()['unit'] != old and web()['state'] == 'up')
    within(60, 'with a socket, and nothing is left of the old one', lambda: sockets() == [web()['unit'].replace('.service', '.socket')] and len(files()) == 1)
    check('it answers', ask(APP) == 'socket 1', ask(APP))

# --- proxy
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    listen('proxy')
visitor.check('from socket to proxy')
listens('proxy', 'proxy')
check('it binds $PORT, and sees nothing of the socket', ask(APP) == 'proxy 0', ask(APP))
proxies = lambda: inlab('pgrep', '-u', inlab('stat', '-c', '%u', f"/proc/{web()['pid']}").stdout.strip(), '-x', 'paas-proxy').stdout.split()
check('the proxy runs as the application', len(proxies()) == 1, proxies())
kill_twice('proxy')


def crowd(number, meanwhile):
    """They all wait in the held socket before anybody is let in."""
    script = os.path.join(TREE, 'tests/integration/lib/crowd.py')
    inlab('kill', '-STOP', *proxies())
    people = start(LAB, 'net', '--name', NAME, '--', 'python3', script, f'{APP}.{DOMAIN}', authority(), str(number))
    asked = people.stdout.readline()
    meanwhile()
    return asked, json.loads(people.communicate(timeout=60)[0] or '{}')


asked, answers = crowd(400, lambda: inlab('kill', '-CONT', *proxies()))
check('400 who wait in the socket are all answered', asked == 'asked\n' and answers == {'HTTP/1.0 200 OK': 400}, asked, answers)
asked, answers = crowd(400, lambda: inlab('kill', '-KILL', str(web()['pid'])))
check('and so are those who wait while the process is killed', asked == 'asked\n' and answers == {'HTTP/1.0 200 OK': 400}, asked, answers)
old = proxies()
inlab('kill', '-KILL', *old)
within(30, 'the proxy itself is killed: another one takes its place', lambda: len(proxies()) == 1 and proxies() != old)
check('it answers', ask(APP) == 'proxy 0', ask(APP))

# --- a process that does not take the socket
inlab('sh', '-c', 'cp /etc/paas/paas.conf /root/paas.conf.listens; printf "[app]\\nboot-timeout = 10s\\n" >>/etc/paas/paas.conf; systemctl restart paasd.service')
listen('socket')
with open(os.path.join(tree, 'deaf'), 'w') as f:
    f.write('it listens on $PORT whatever it is given\n')
r = push(tree, APP)
check('a push of a process that ignores it is refused', r.returncode != 0, r.stdout)
check('it is told that nothing was accepted on fd 3', 'web.1 accepted no connection on fd 3 in 10 s' in r.stdout, r.stdout)
check('where it listens instead', 'it listens on 0.0.0.0:2' in r.stdout, r.stdout)
check('and what to do', f'paas ps:listen web=port -a {APP}' in r.stdout, r.stdout)
check('the old one serves', ask(APP) == 'socket 1', ask(APP))
inlab('sh', '-c', 'mv /root/paas.conf.listens /etc/paas/paas.conf; systemctl restart paasd.service')

# --- and back; nothing is left
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    listen('auto')
visitor.check('from socket to auto')
listens('port', 'auto')
within(60, 'no socket is left, and no file', lambda: not sockets() and not files())
listen('socket')
destroy_app(APP)
within(60, 'nor after the end of the application', lambda: not sockets() and inlab('test', '-e', f'/run/paas/sock/{APP}').returncode == 1)

# --- node.js, as docs/listen.md has it
APP = 'nodelistens'
new_app(APP)
paas('settings:set', 'rollback-window=0', '-a', APP)      # it is killed on purpose
tree = os.path.join(TMPDIR, 'node')
os.mkdir(tree)
for name, text in (('server.js', NODE), ('Procfile', 'web: exec node server.js\n')):
    with open(os.path.join(tree, name), 'w') as f:
        f.write(text)
r = push(tree, APP)
check('node: push', r.returncode == 0 and ask(APP).startswith('node port '), r.stdout, ask(APP))
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    listen('socket')
visitor.check('node: from port to socket')
answer = ask(APP)
check('node: it accepts on fd 3', answer.startswith('node socket '), answer)
with Visitor(f'{APP}.{DOMAIN}') as visitor:
    pid = web()['pid']
    inlab('kill', '-KILL', str(pid))
    within(60, 'node: killed, and it runs again', lambda: web()['pid'] not in (0, pid) and ask(APP).startswith('node socket '))
check('node: only what it was answering is lost', visitor.requests > 2 and len(visitor.failures) <= 1, *visitor.failures[:5])
destroy_app(APP)
finish()
