"""For the tests of workers: a queue that says who did what, and processes that work for it, may not be there twice, or answer requests."""
import json
import os

from paaslab import TMPDIR, inlab, within

PORT = 18731
# Hands out numbers, and writes down who took which, who did which, who is there, and all that is said to it.
_QUEUE = '''
import http.server, json, os, threading
lock, state = threading.Lock(), {'next': 0, 'limit': 0, 'done': [], 'said': [], 'together': 0, 'holding': []}
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        what, _, who = self.path[1:].partition('/')
        with lock:
            body = ''
            if what == 'take' and state['next'] < state['limit']:
                state['next'] += 1
                body = str(state['next'])
            elif what == 'done':
                state['done'].append(int(who))
            elif what == 'jobs':
                state.update(next=0, limit=int(who), done=[])
            elif what == 'gate':
                state['gate'] = who or state.get('gate', 'open')
                body = state['gate']
            elif what == 'say':
                state['said'].append(who)
            elif what == 'hold':
                state['holding'].append(who)
                state['together'] = max(state['together'], len(state['holding']))
            elif what == 'release':
                state['holding'].remove(who)
            elif what == 'forbid':
                state['forbidden'] = who
            elif what == 'may':
                body = 'no' if state.get('forbidden') == who else 'yes'
            elif what == 'state':
                body = json.dumps(state)
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())
http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['QUEUE_PORT'])), Handler).serve_forever()
'''
_COMMON = '''
import http.client, os, signal, sys, time
def call(path):
    c = http.client.HTTPConnection('127.0.0.1', %d)
    c.request('GET', '/' + path)
    return c.getresponse().read().decode()
me = '%%s-%%s-%%d' %% (os.environ['DYNO'], os.environ['PAAS_RELEASE'], os.getpid())
''' % PORT
# Does one job after another, each for its time and as long as the gate is closed; told to be quiet, it ends what it has, and stays until it is stopped, or leaves (LEAVE). SIGTERM ends it
# in the middle of a job, which is then lost.
_WORKER = _COMMON + '''
quiet = False
def on_quiet(*a):
    global quiet
    quiet = True
    call('say/quiet-' + me)
signal.signal(signal.SIGTSTP, on_quiet)
call('say/start-' + me)
while True:
    job = '' if quiet else call('take/' + me)
    if job:
        end = time.monotonic() + float(os.environ['JOB_SECONDS'])
        while time.monotonic() < end or call('gate') == 'closed':
            time.sleep(0.05)
        call('done/' + job)
    elif quiet and os.environ['LEAVE'] == 'yes':
        sys.exit(0)
    else:
        time.sleep(0.02)
'''
# There must never be two of it.
_SINGLE = _COMMON + '''
def on_stop(*a):
    time.sleep(0.5)
    call('release/' + me)
    os._exit(0)
signal.signal(signal.SIGTERM, on_stop)
call('hold/' + me)
while True:
    signal.pause()
'''
_WEB = _COMMON + '''
import http.server, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        if self.path == '/slow':
            call('say/asked-' + os.environ['DYNO'])
            time.sleep(2)
        body = me.encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
if call('may/' + os.environ['DYNO']) == 'no':
    sys.exit('not this one')
call('say/begin-' + me)
server = http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler)
server.daemon_threads = False
signal.signal(signal.SIGTERM, lambda *a: threading.Thread(target=server.shutdown).start())
time.sleep(0.5)
call('say/listen-' + me)
server.serve_forever()
'''


def queue(path):
    return inlab('curl', '-sS', 'http://127.0.0.1:%d/%s' % (PORT, path)).stdout


def state():
    return json.loads(queue('state'))


def said(start):
    return [s for s in state()['said'] if s.startswith(start)]


def start_queue():
    stop_queue()
    inlab('systemd-run', '--quiet', '--collect', '--unit=paas-test-queue', '--setenv=QUEUE_PORT=%d' % PORT, 'python3', '-c', _QUEUE)
    within(20, 'the queue is there', lambda: queue('state').startswith('{'))


def stop_queue():
    inlab('systemctl', 'stop', 'paas-test-queue.service')


def write_tree():
    """Where the application is."""
    tree = os.path.join(TMPDIR, 'app')
    os.mkdir(tree)
    for name, text in (('worker.py', _WORKER), ('single.py', _SINGLE), ('web.py', _WEB), ('requirements.txt', ''),
                       ('Procfile', 'web: exec python3 web.py\nworker: exec python3 worker.py\nsingle: exec python3 single.py\n')):
        with open(os.path.join(tree, name), 'w') as f:
            f.write(text)
    return tree


def change_tree(tree, version):
    with open(os.path.join(tree, 'version'), 'w') as f:
        f.write(str(version))
