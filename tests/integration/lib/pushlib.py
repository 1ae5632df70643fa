"""For the tests of pushes: a small application that answers its version, and what must agree after every push."""
import json
import os
import re
import threading

from paaslab import DOMAIN, LAB, NAME, TMPDIR, ask, check, git, inlab, inlab_command, paas, push, run, start, within

APP = '''import http.server, os
version = open('version').read().strip().encode()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', str(len(version)))
        self.end_headers()
        self.wfile.write(version)
    def log_message(self, *arguments):
        pass
http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
'''

# Asks all the time, over a new connection each time, until its input ends; prints what was no answer and then how often each answer came.
LOAD = '''import collections, http.client, json, select, ssl, socket, sys
host, ca = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
answers = collections.Counter()
problems = []
class Connection(http.client.HTTPSConnection):
    def connect(self):
        raw = socket.create_connection(('127.0.0.1', 443), 15)
        self.sock = context.wrap_socket(raw, server_hostname=host)
while True:
    try:
        c = Connection(host, timeout=15)
        c.request('GET', '/')
        r = c.getresponse()
        body = r.read().decode(errors='replace')
        answers[body if r.status == 200 else str(r.status)] += 1
        if r.status != 200:
            problems.append('%d %.200s' % (r.status, body))
        c.close()
    except Exception as e:
        problems.append(repr(e))
        answers['broken'] += 1
    if select.select([sys.stdin], [], [], 0.02)[0]:
        break
print(json.dumps({'answers': answers, 'problems': problems[:5], 'bad': len(problems)}))
'''


class Load:
    """Somebody who asks an application all the time."""

    def __init__(self, app):
        import subprocess
        ask(app)   # for the authority's certificate
        self.process = subprocess.Popen(
            [LAB, 'net', '--name', NAME, '--', 'python3', '-c', LOAD, app + '.' + DOMAIN, os.path.join(TMPDIR, 'ca.pem')],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end(self):
        return json.loads(self.process.communicate('\n', timeout=60)[0])


def new_app(name):
    """Also in a lab where the test has run before."""
    paas('apps:destroy', '--app', name, '--confirm', name)
    r = paas('apps:create', name)
    if r.returncode:
        check('apps:create ' + name, False, r.stdout)


def write(directory, files):
    """Writes the files, {path: text}, and commits everything; prints the commit's name."""
    for path, text in files.items():
        path = os.path.join(directory, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w') as f:
            f.write(text)
    git(directory, 'add', '-A', '-f')
    git(directory, 'commit', '-q', '--allow-empty', '-m', 'change')
    return git(directory, 'rev-parse', 'HEAD')


def repository(name, version=None, files=None):
    directory = os.path.join(TMPDIR, name)
    os.makedirs(directory)
    git(directory, 'init', '-q', '-b', 'main')
    if version is not None:
        write(directory, {'Procfile': 'web: exec python3 app.py\n', 'app.py': APP, 'version': version, **(files or {})})
    return directory


def git_over_ssh(directory, *args, **kw):
    """git of the laptop, with the remote `paas-lab:APP` within reach."""
    config = run(LAB, 'ssh-config', '--name', NAME).stdout.strip()
    environment = dict(os.environ, GIT_SSH_COMMAND="ssh -F '%s'" % config)
    return run('git', '-C', directory, '-c', 'user.name=Developer', '-c', 'user.email=developer@example.com', *args, env=environment, **kw)


def remote_main(app):
    r = git_over_ssh('/', 'ls-remote', 'paas-lab:' + app)
    m = re.search(r'^([0-9a-f]{40})\trefs/heads/main$', r.stdout, re.M)
    return m.group(1) if m else ('' if r.returncode == 0 else r.stdout)


def from_paas(*args):
    r = paas(*args, '--json')
    try:
        return json.loads(r.stdout) if r.returncode == 0 else None
    except ValueError:
        return None


def releases(app):
    return from_paas('releases', '--app', app, '-n', '100')


def current(app):
    for release in releases(app) or []:
        if release['current']:
            return release
    return {'commit': '', 'version': 0}


def paasd_back():
    return paas('version').returncode == 0 and from_paas('apps') is not None


def leftovers(app, version):
    """What there is of an application besides its release `version`; a line each."""
    script = '''
        systemctl list-units --all --plain --no-legend "paas-app-$1-*" "paas-build-$1-*" "paas-source-$1-*" "paas-probe-$1-*" "paas-slug-$1-*" | cut -d" " -f1
        cut -d" " -f2 /proc/self/mounts | grep "^/run/paas/[a-z]*/$1/"
        ls -d /var/lib/paas/builds/$1.* /var/lib/paas/layers/$1/* 2>/dev/null'''
    # In the names of units a dash of the application is an underscore.
    seen = set(inlab('sh', '-c', script, 'sh', app).stdout.split())
    found = []
    for what in sorted(seen):
        if version and re.search(r'[-/.]v%d([./-]|$)' % version, what):
            continue
        found.append(what)
    return found


def settled(app, version, webs=1):
    """Nothing but the release's own processes, each once, is there and up."""
    up = from_paas('ps', '--app', app)
    return (up is not None and [(p['name'], p['state'], p['version']) for p in up] ==
            [('web.%d' % n, 'up', version) for n in range(1, webs + 1)] and not leftovers(app, version) and
            len(units(app)) == webs and not jobs_under_way(app))


def units(app):
    return inlab('sh', '-c', 'systemctl list-units --plain --no-legend "paas-app-$1-*.service" | cut -d" " -f1', 'sh', app).stdout.split()


def jobs_under_way(app):
    """Names of operations that have not ended, as their files say."""
    out = inlab('sh', '-c', 'cd /var/lib/paas/operations && grep -LE "\\"?step\\"?: *\\"?(done|failed|canceled)" -- $1.* 2>/dev/null', 'sh', app).stdout
    return out.split()


def what_happened(app):
    """What the router has of it, its units, and the journal of the last minutes: for who reads why a check failed."""
    servers = [line for line in paas('router').stdout.splitlines() if app in line or ' old ' in line]
    script = '''
        systemctl list-units --all --plain --no-legend "paas-*-$1-*"
        journalctl -q --no-pager -o short-precise --since -3min _SYSTEMD_UNIT=paasd.service + UNIT=paasd.service + PAAS_APP="$2" |
            grep -v "haproxy" | tail -n 60'''
    return '\n'.join(servers) + '\n' + inlab('sh', '-c', script, 'sh', app.replace('-', '_'), app).stdout


def agree(what, app, commit, text):
    """git ls-remote, the releases, what runs and what answers: all say this commit."""
    release = current(app)
    remote = remote_main(app)
    good = check(what + ': ls-remote and the current release are the same commit', remote == commit == release['commit'],
                 'wanted %s, ls-remote %s, release %s' % (commit, remote, release))
    answer = ask(app)
    good &= check(what + ': that version answers', answer == text, 'wanted %s, got %.300s' % (text, answer))
    if not within(60, what + ': nothing else is left, each process once', lambda: settled(app, release['version'])):
        check(what + ': leftovers', False, 'version %s' % release['version'], from_paas('ps', '--app', app), leftovers(app, release['version']),
              units(app), jobs_under_way(app), what_happened(app))
        return False
    return good
