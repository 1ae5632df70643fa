#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""gRPC, WebSocket, server-sent events and HTTP/2 through the router, with clients and servers that others wrote: what somebody who uses
an application would notice, also while it is deployed."""
# suites: bookworm trixie
import hashlib
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import from_paas

FILES = os.path.join(TREE, 'tests/integration/lib/protocols')
INSIDE = '/root/protocols'
AUTHORITY = '/var/lib/paas/ca.pem'
LISTENING = json.dumps({'healthchecks': {'web': [{'type': 'startup', 'listening': True}]}})


def deploy_app(name, server, **files):
    new_app(name)
    directory = os.path.join(TMPDIR, name)
    os.makedirs(directory)
    shutil.copy(os.path.join(FILES, server), os.path.join(directory, 'app.py'))
    for path, text in {'Procfile': 'web: exec python3 app.py\n', **files}.items():
        with open(os.path.join(directory, path), 'w') as f:
            f.write(text)
    r = push(directory, name)
    check('%s is deployed' % name, r.returncode == 0, r.stdout)


def settings(app, *pairs):
    r = paas('settings:set', *pairs, '-a', app)
    check('%s: settings:set %s' % (app, ' '.join(pairs)), r.returncode == 0, r.stdout)


def router_settings(app, *pairs):
    """Set, and loaded by the running router."""
    before = from_paas('router')['reloads']
    settings(app, *pairs)
    within(60, 'the router has them', lambda: (r := from_paas('router')) and r['reloads'] > before and not r['reload_planned'])


def release(app):
    r = paas('config:set', 'VERSION=second', '-a', app)
    check('%s: a deploy' % app, r.returncode == 0, r.stdout)


def converse(script, app, **actions):
    """A client in the lab says results, and asks for what it cannot do."""
    p = subprocess.Popen(inlab_command('python3', INSIDE + '/' + script, '%s.%s' % (app, DOMAIN), AUTHORITY), stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    notes = []
    for line in p.stdout:
        word, _, what = line.strip().partition(' ')
        if word == 'please':
            actions[what.replace(' ', '_')]()
            p.stdin.write('done\n')
            p.stdin.flush()
        elif word in ('ok', 'not'):
            check(line.strip().partition(' - ')[2], word == 'ok')
        else:
            notes.append(line.strip())
            if word == '#':
                print(line.strip(), flush=True)
    check('%s: the client came to its end' % script, p.wait() == 0, *notes[-20:])


# --- gRPC

def draining(app):
    return [p for p in from_paas('ps', '-a', app) or [] if p['state'] == 'draining']


def outlive(app):
    """The old release is there for its streams alone, when requests have had their second."""
    def is_late():
        rows = draining(app)
        return rows and rows[0]['tunnels'] == 2 and rows[0]['drain_until'] / 1e6 - time.time() < 3598
    within(30, 'two streams hold the old release', is_late)


def grpc():
    app = 'grpc'
    deploy_app(app, 'grpcserver.py', **{'app.json': LISTENING})
    router_settings(app, 'protocol=grpc', 'drain-timeout=1s', 'upgrade-drain-timeout=1h')
    converse('grpcclient.py', app, deploy=lambda: release(app), outlive=lambda: outlive(app),
             end=lambda: settings(app, 'upgrade-drain-timeout=2s'))
    within(30, 'nothing drains any more', lambda: not draining(app))
    destroy_app(app)


# --- WebSocket

def websocket():
    app = 'sockets'
    deploy_app(app, 'wsserver.py')
    converse('wsclient.py', app, deploy=lambda: release(app), deploy_another=lambda: release('web'))
    destroy_app(app)


# --- HTTP: curl and h2load, in the lab

HOST = 'web.' + DOMAIN
HERE = ('--cacert', AUTHORITY, '--resolve', HOST + ':443:127.0.0.1')


def url(path):
    return 'https://%s%s' % (HOST, path)


def curl(*args):
    return inlab('curl', '-sS', '--max-time', '60', *HERE, *args)


class Events:
    """A stream of events that curl reads: each line as it comes."""

    def __init__(self, path, *args):
        self.lines = queue.SimpleQueue()
        self.process = subprocess.Popen(inlab_command('curl', '-sSN', *HERE, '-H', 'Accept: text/event-stream', *args, url(path)),
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())
        self.lines.put(None)

    def next(self, seconds=60):
        """The next event's `id data`; None: it has ended."""
        number = ''
        while (line := self.line(seconds)) is not None:
            if line.startswith('id: '):
                number = line[4:]
            elif line.startswith('data: '):
                return '%s %s' % (number, line[6:])
        return None

    def line(self, seconds):
        try:
            return self.lines.get(timeout=seconds)
        except queue.Empty:
            return 'data: nothing within %d s' % seconds

    def end(self):
        self.process.kill()
        self.process.wait()


def events(version):
    before = 0
    for option, path in (('--http2', '/events'), ('--http1.1', '/events'), ('--http2', '/events/old')):
        what = 'events over %s%s' % (option.strip('-'), ', without chunks' if path.endswith('old') else '')
        stream = Events(path, option, '-H', 'Last-Event-ID: %d' % before)
        got = []
        for n in range(before + 1, before + 6):
            curl(url('/release'))
            got.append(stream.next())
        check(what + ': each comes before the next is made', got == ['%d %s' % (n, version) for n in range(before + 1, before + 6)], got)
        stream.end()
        again = Events(path, option, '-H', 'Last-Event-ID: %d' % (before + 3))
        got = again.next()
        check(what + ': Last-Event-ID comes through, and the stream goes on after it', got == '%d %s' % (before + 4, version), got)
        again.end()
        before += 5


def silent_events():
    router_settings('web', 'response-timeout=1s')
    stream = Events('/events/silent')
    got = stream.next()
    check('events: silence beyond response-timeout, within idle-timeout', got == '0 after the silence', got)
    stream.end()
    settings('web', 'response-timeout=')


def events_over_a_deploy():
    """What is open ends with its time, and its client comes back to the new release."""
    settings('web', 'drain-timeout=1s')
    streams = {'in chunks': Events('/events', '-H', 'Last-Event-ID: 14'), 'without': Events('/events/old', '-H', 'Last-Event-ID: 14')}
    got = [stream.next() for stream in streams.values()]
    check('events: two streams before a deploy', got == ['15 first'] * 2, got)
    release('web')
    for how, stream in streams.items():
        check('events: a stream %s ends with drain-timeout' % how, stream.next(20) is None)
    settings('web', 'drain-timeout=')
    events('second')


# --- HTTP/2

def many_streams():
    r = inlab('h2load', '-n', '50', '-c', '1', '-m', '50', '--connect-to=127.0.0.1:443', url('/together/50'))
    check('HTTP/2: fifty requests that wait for each other, in one connection', '50 succeeded' in r.stdout and '50 2xx' in r.stdout, r.stdout)
    r = inlab('h2load', '-n', '3000', '-c', '1', '-m', '50', '--connect-to=127.0.0.1:443', url('/'))
    check('HTTP/2: three thousand, fifty at a time', '3000 succeeded' in r.stdout and '3000 2xx' in r.stdout, r.stdout)


def both_ways():
    size, part = 16 << 20, 1 << 16
    data = bytes([0x5a]) * size
    pattern = b''.join(bytes([at // part % 256]) * part for at in range(0, size, part))
    inlab('sh', '-c', "head -c %d /dev/zero | tr '\\0' Z >/root/protocols/upload" % size)
    r = curl('--parallel', '--http2', '-w', '%{stderr}%{num_connects} %{http_version}\n', '-T', INSIDE + '/upload', url('/up'), '-o', INSIDE + '/up',
             '--next', *HERE, '-sS', '--http2', '-w', '%{stderr}%{num_connects} %{http_version}\n', url('/down'), '-o', INSIDE + '/down')
    sums = inlab('sh', '-c', 'cd %s; cat up; echo; sha256sum <down' % INSIDE).stdout.split()
    check('HTTP/2: 16 MB up and down at once', sums[:2] == [str(size), hashlib.sha256(data).hexdigest()] and
          sums[2:3] == [hashlib.sha256(pattern).hexdigest()], r.stdout, sums)
    check('HTTP/2: in one connection', sorted(re.findall(r'\b(\d) 2$', r.stdout, re.M)) == ['0', '1'], r.stdout)


def bodies():
    for option in ('--http2', '--http1.1'):
        for how, args in (('length', ('--data-binary', '@' + INSIDE + '/upload')),
                          ('chunked', ('-H', 'Transfer-Encoding: chunked', '--data-binary', '@' + INSIDE + '/upload') if option == '--http1.1' else
                           ('-X', 'POST', '-T', '-'))):
            r = inlab('sh', '-c', 'exec "$@" <%s/upload' % INSIDE, 'sh', 'curl', '-sS', '--max-time', '60', *HERE, option, *args, url('/put'))
            try:
                got = json.loads(r.stdout)
            except ValueError:
                got = {}
            check('%s: a body %s' % (option[2:], 'with its length' if how == 'length' else 'whose length nobody tells'),
                  got.get('size') == 16 << 20 and got.get('how') == how, r.stdout)
        r = curl(option, '-D', '-', '-o', '/dev/null', '-H', 'Expect: 100-continue', '--data', 'x' * 10, url('/put'))
        check(option[2:] + ': 100 Continue', re.search(r'^HTTP/[12.]+ 100.*^HTTP/[12.]+ 200', r.stdout, re.S | re.M) is not None, r.stdout)
        r = curl(option, '-o', '/dev/null', '-w', '%{http_code} %{size_upload}', '-H', 'Expect: 100-continue', '--expect100-timeout', '30',
                 '--data-binary', '@' + INSIDE + '/upload', url('/refuse'))
        # Over HTTP/2 curl 7.88 ends its request without the body that it announced, and is reset for it when the answer's end was not there yet.
        check(option[2:] + ': a refusal instead, and nothing was sent', r.stdout.split('\n')[-1] == '413 0', r.stdout)


def page_for_silence(option):
    """In a connection that served others before, the client is told that it may ask again: the router keeps those for a second or two."""
    r = curl(option, '-w', '%{http_code}', url('/silent'))
    return r.stdout.endswith('502') and 'paas logs -a web' in r.stdout


def odd_answers():
    for option in ('--http2', '--http1.1'):
        what = option[2:]
        r = curl(option, '-i', url('/trailers'))
        check(what + ': trailers', 'hello' in r.stdout and re.search(r'hello\s*x-sum: five', r.stdout, re.I) is not None, r.stdout)
        r = curl(option, url('/cut'))
        check(what + ': an answer that is cut off is no whole one', r.returncode in (18, 56, 92), r.returncode, r.stdout)
        r = curl(option, '-I', url('/headers'))
        check(what + ': HEAD', re.search(r'^content-length: 1', r.stdout, re.I | re.M) is not None, r.stdout)
        if SUITE == 'bookworm' and option == '--http2':      # HAProxy before 3.0
            check(what + ': no answer at all: the client is told that it may ask again', curl(option, url('/silent')).returncode in (56, 92))
        else:
            within(30, what + ': no answer at all: a page that names the application', lambda: page_for_silence(option))
        r = curl(option, '-D', '-', '-H', 'X-Large: ' + 'x' * 12000, url('/headers/12000'))
        check(what + ': 12 kB of headers, both ways', r.stdout.endswith('12000') and 'y' * 12000 in r.stdout, r.stdout[:500])
        r = curl(option, '-i', '-H', 'X-Large: ' + 'x' * 17000, url('/headers'))
        check(what + ': too large ones are refused', ' 431' in (r.stdout.splitlines() or [''])[0] and 'x-paas-error: headers-too-large' in r.stdout.lower() and
              'larger than 16 KiB' in r.stdout, r.stdout[:1000])
        check(what + ': and what comes next is served', curl(option, url('/')).stdout == 'second')


def main():
    setup_paas()
    inlab('rm', '-rf', INSIDE)
    run(LAB, 'cp', FILES, '%s:%s' % (NAME, INSIDE))
    deploy_app('web', 'httpserver.py')
    events('first')
    silent_events()
    events_over_a_deploy()
    many_streams()
    both_ways()
    bodies()
    odd_answers()
    paas('config:unset', 'VERSION', '-a', 'web')
    websocket()
    grpc()
    destroy_app('web')
    finish()


main()
