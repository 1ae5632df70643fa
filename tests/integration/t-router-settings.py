#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# What an application sets of how the router treats its requests: each setting acts as it says, and what HAProxy would refuse is refused
# in HAProxy's own words, before anything is changed.
# suites: bookworm trixie
import concurrent.futures
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *

APP = 'tuned'
SERVER = '''
import http.server, os, threading, time
busy, most, lock = 0, 0, threading.Lock()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
    def do_GET(self):
        global busy, most
        slow = self.path.startswith('/slow/')       # the router's own questions do not count
        with lock:
            busy += slow
            most = max(most, busy)
        if slow:
            time.sleep(float(self.path[6:]))
        length = int(self.headers.get('Content-Length') or 0)
        self.rfile.read(length)
        with lock:
            busy -= slow
        body = ('%s %d %d %d\\n' % (os.environ['DYNO'], most, length, self.client_address[1])).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_POST = do_GET
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64
Server(('0.0.0.0', int(os.environ['PORT'])), Handler).serve_forever()
'''


def write_app(name, files):
    directory = os.path.join(TMPDIR, name)
    os.makedirs(directory)
    for path, text in files.items():
        with open(os.path.join(directory, path), 'w') as f:
            f.write(text)
    return directory


def setting(key):
    rows = json.loads(paas('settings', '--json', '-a', APP).stdout)
    return next(row['value'] for row in rows if row['key'] == key)


def reloads():
    return json.loads(paas('router', '--json').stdout)


def set_all(*pairs):
    """Set, and loaded by the running router."""
    before = reloads()['reloads']
    r = paas('settings:set', *pairs, '-a', APP)
    check('settings:set ' + ' '.join(pairs), r.returncode == 0, r.stdout)
    within(90, 'the router has it', lambda: reloads()['reloads'] > before and not reloads()['reload_planned'])


def connections():
    """Of five requests that a client sends over one of its own."""
    return {line.split()[3] for line in ask(APP, '/', *('http://%s.%s/' % (APP, DOMAIN),) * 4).splitlines()}


def code(path='/', *args):
    return ask(APP, path, '-o', '/dev/null', '-w', '%{http_code}', *args)


def at_once(n, path, *args):
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        return list(pool.map(lambda _: ask(APP, path, *args), range(n)))


def answers(n, *args):
    return [ask(APP, '/', *args).split()[0] for _ in range(n)]


setup_paas()
new_app(APP)
tree = write_app('app', {'app.py': SERVER, 'Procfile': 'web: exec python3 app.py\n'})
r = push(tree, APP)
check('the push goes well', r.returncode == 0, r.stdout)
check('it answers', ask(APP).startswith('web.1 '), ask(APP))
check('a connection to an instance that was added serves one request after another', len(connections()) < 3)

# --- limits
check('three at once reach it together', max(int(a.split()[1]) for a in at_once(3, '/slow/2')) > 1)
paas('ps:restart', '-a', APP)
set_all('max-connections=1', 'max-body=1K', 'response-timeout=20s')
got = at_once(3, '/slow/1')
check('with max-connections=1 one waits for the other, in the router', [a.split()[1] for a in got] == ['1'] * 3, got)
check('a body within max-body', ask(APP, '/', '--data-binary', 'x' * 1000).split()[2] == '1000')
within(10, 'one that is too large: 413', lambda: code('/', '--data-binary', 'x' * 1025) == '413')      # the worker before the reload may take one more connection
check('in HTTP/1.1 too', code('/', '--http1.1', '--data-binary', 'x' * 1025) == '413')
check('one without a length: 411', code('/', '--http1.1', '-H', 'Transfer-Encoding: chunked', '--data-binary', 'x' * 2000) == '411')
within(20, 'the log names it', lambda: 'code=too-large' in paas('logs', '-a', APP, '--source', 'router', '-n', '50').stdout)
set_all('response-timeout=1s', 'max-connections=0', 'max-body=0')
check('no first byte within response-timeout: 504', code('/slow/15') == '504')
check('any body again', ask(APP, '/', '--data-binary', 'x' * 5000).split()[2] == '5000')

# --- connections to the instance
check('a connection to an instance that the router began with serves one request after another', len(connections()) < 3)
set_all('keep-alive=no')
within(10, 'keep-alive=no: each has its own', lambda: len(connections()) == 5)      # the worker before the reload may take one more connection

# --- which instance
check('two web processes', paas('ps:scale', 'web=2', '-a', APP).returncode == 0)
set_all('response-timeout=', 'keep-alive=', 'balance=roundrobin')
got = answers(6)
check('roundrobin: in turn', got.count('web.1') == 3 and got.count('web.2') == 3, got)
r = paas('settings:set', 'balance=header', '-a', APP)
check('balance=header without a header is refused', r.returncode != 0 and 'hash-header=X-User' in r.stdout, r.stdout)
r = paas('settings:set', 'balance=header', 'hash-header=X User', '-a', APP)
check('a header that is none too', r.returncode != 0 and 'letters, digits and dashes' in r.stdout, r.stdout)
check('and nothing was changed', setting('balance') == 'roundrobin')
r = paas('settings:set', 'hash-header=bad:header', '-a', APP)
check('so it is without balance=header', r.returncode != 0 and 'letters, digits and dashes' in r.stdout, r.stdout)
r = paas('settings:set', 'protocol=h2c', '-a', APP)
check('protocol=h2c is refused while the check asks in HTTP/1.1', r.returncode != 0 and '"listening": true' in r.stdout, r.stdout)
set_all('balance=header', 'hash-header=X-User')
users = {user: set(answers(3, '-H', 'X-User: ' + user)) for user in 'abcdefghijkl'}
check('balance=header: one user, one instance', all(len(i) == 1 for i in users.values()), users)
check('all users: both instances', len(set.union(*users.values())) == 2, users)
set_all('balance=', 'hash-header=', 'sticky=yes')
jar = os.path.join(TMPDIR, 'jar')
first = answers(1, '-c', jar)
got = answers(8, '-b', jar)
check('sticky: the browser stays', set(got) == set(first), first, got)
check('the cookie is no script\'s', 'HttpOnly_' in open(jar).read(), open(jar).read())
paas('config:set', 'A=1', '-a', APP)
before = answers(1, '-b', jar, '-c', jar)
check('after a deploy it has a place among the new', before[0] in ('web.1', 'web.2') and set(answers(6, '-b', jar)) == set(before))

# --- a silent tunnel, and what the router shows
set_all('sticky=no', 'tunnel-timeout=90s', 'connect-timeout=2s', 'idle-timeout=70s', 'balance=random')
check('it answers with all of these', ask(APP).startswith('web.'))
check('the router serves what is meant', reloads()['differences'] == [], reloads()['differences'])

# --- HAProxy's own words
for bad in ('balance=first', 'max-connections=many', 'response-timeout=0', 'protocol=h3', 'max-body=-1'):
    r = paas('settings:set', bad, '-a', APP)
    check(bad + ' is refused', r.returncode != 0 and bad.split('=')[0] in r.stdout, r.stdout)
template = '/usr/share/paas/haproxy.cfg.in'
inlab('sh', '-c', 'cp %s /root/template; printf "\\nbackend mine from app\\n    bogus\\n" >>%s; systemctl restart paasd' % (template, template))
r = paas('settings:set', 'balance=source', '-a', APP)
check('what HAProxy refuses is refused', r.returncode != 0, r.stdout)
check('in its own words', 'HAProxy refuses it' in r.stdout and "unknown keyword 'bogus'" in r.stdout, r.stdout)
check('and nothing was changed', setting('balance') == 'random' and ask(APP).startswith('web.'))
check('no candidate is left', 'candidate' not in inlab('ls', '/var/lib/paas/router').stdout)
inlab('sh', '-c', 'cp /root/template %s; systemctl restart paasd' % template)
set_all('balance=source')
check('it answers', ask(APP).startswith('web.'))

# --- the running router still knows what the one before wanted
set_all('response-timeout=1s')
new_app(APP)
r = push(tree, APP)
check('a new application is routed as its own settings say', r.returncode == 0 and code('/slow/2') == '200', r.stdout)
destroy_app(APP)
finish()
