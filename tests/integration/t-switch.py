#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Bad releases of every kind: none takes the traffic of the good one for longer than its canary or its window, and each gets a message that
# says what to change. Good ones go through the canary by themselves.
# suites: bookworm
# timeout: 500
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib'))
from paaslab import *
from pushlib import Load, current, from_paas, paasd_back, releases, remote_main, repository, write

NAME_OF_APP = 'switches'
CODE = '''import http.server, os, sys, threading, time
kind = open('kind').read().strip()
port = int(os.environ['PORT'])
if kind == 'exits':
    sys.exit('the database is not configured')
if kind == 'late':
    time.sleep(600)
if kind == 'elsewhere':
    port = 19876
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if kind == 'hangs':
            time.sleep(600)
        if self.path == '/die' and kind == 'dies':
            os._exit(7)
        bad = kind == '500' or (kind == 'host' and not self.headers['Host'].startswith('localhost')) or \\
            (kind == 'some' and self.path != '/')
        body = kind.encode()
        self.send_response(500 if bad else 200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments):
        pass
http.server.ThreadingHTTPServer(('0.0.0.0', port), Handler).serve_forever()
'''


def release(directory, kind, *options):
    write(directory, {'kind': kind})
    return push(directory, NAME_OF_APP, *options, 'HEAD:main', timeout=200)


def set_to(*settings):
    r = paas('settings:set', *settings, '-a', NAME_OF_APP)
    check('settings:set ' + ' '.join(settings), r.returncode == 0, r.stdout)


def answers(good):
    return ask(NAME_OF_APP) == good


def configure(boot_timeout):
    inlab('sh', '-c', 'cp /etc/paas/paas.conf /root/before-switch; printf "[app]\\nboot-timeout = %s\\n" "$1" >>/etc/paas/paas.conf', 'sh', boot_timeout)
    inlab('systemctl', 'restart', 'paasd.service')
    within(60, 'paasd is back', paasd_back)


def refused_before_the_switch(directory):
    """Not one request comes to them."""
    wanted = {
        'exits': ['exits with status 1', 'the database is not configured'],
        'elsewhere': ['19876'],
        '500': ['500'],
        'host': ['500', NAME_OF_APP + '.' + DOMAIN],
        'hangs': ['web.1'],
        'late': ['web.1'],
    }
    load = Load(NAME_OF_APP)
    for kind, texts in wanted.items():
        r = release(directory, kind)
        check('%s: the push is refused, and says why' % kind, r.returncode == 1 and all(text in r.stdout for text in texts), r.stdout)
    said = load.end()
    check('none of them was asked, and nobody failed', set(said['answers']) == {'good'}, said)


def comes_back(what, kind, disturb, texts):
    """After the switch: paas puts the release before it back."""
    before = current(NAME_OF_APP)['version']
    r = release(DIRECTORY, kind)
    check(what + ': the push ended at the switch', r.returncode == 0 and 'comes back by itself when this one fails' in r.stdout, r.stdout)
    bad = current(NAME_OF_APP)['version']
    disturb()
    within(60, what + ': the good one is back', lambda: current(NAME_OF_APP)['version'] > bad and answers('good'))
    now = current(NAME_OF_APP)
    check(what + ': it was paas that did it, and the reason is on record',
          now['user'] == 'paas' and now['description'].startswith('Back to v%d: ' % before) and all(t in now['description'] for t in texts), now)
    log = paas('logs', '-n', '60', '-a', NAME_OF_APP).stdout
    check(what + ': the log says so', 'v%d is taken back, v%d comes back: ' % (bad, before) in log, log)
    crashed = [x['version'] for x in releases(NAME_OF_APP) if x['crashed']]
    check(what + ': no rollback leads to it', bad in crashed, crashed)


def dies():
    ask(NAME_OF_APP, '/die', '--http1.1')      # over HTTP/2 curl would ask again


def fails():
    for _ in range(3):
        ask(NAME_OF_APP, '/work')


def hear_of_it():
    """A hook that keeps what it is told."""
    inlab('sh', '-c', 'mkdir -p /etc/paas/hooks.d; printf "#!/bin/sh\\nexec logger -t told-of\\n" >/etc/paas/hooks.d/50-switch; chmod 755 /etc/paas/hooks.d/50-switch')


def after_the_switch():
    comes_back('it dies', 'dies', dies, ['web.1 exited with status 7'])
    comes_back('it answers 500', 'some', fails, ['ended in an error'])
    check('an event was told', 'taken-back' in inlab('journalctl', '-q', '-o', 'cat', '-t', 'told-of').stdout)
    set_to('rollback-window=0')
    r = release(DIRECTORY, 'dies', '-o', 'canary=0%')
    check('without a window nothing is promised', r.returncode == 0 and 'comes back' not in r.stdout, r.stdout)
    bad = current(NAME_OF_APP)['version']
    dies()
    within(30, 'and the process is started again', lambda: [p['restarts'] for p in from_paas('ps', '-a', NAME_OF_APP)] == [1])
    check('the release stays', current(NAME_OF_APP)['version'] == bad)
    r = paas('rollback', '-a', NAME_OF_APP)
    check('a rollback by hand', r.returncode == 0 and answers('good'), r.stdout)
    set_to('rollback-window=120s')
    write(DIRECTORY, {'kind': 'dies'})
    waits = start(*push_command(DIRECTORY, NAME_OF_APP, '-o', 'watch', '-o', 'no-rollback', 'HEAD:main'))
    within(120, 'one that may not be rolled back is current', lambda: answers('dies'))
    bad = current(NAME_OF_APP)['version']
    dies()
    within(60, 'one that may not be rolled back stays, and the log says why',
           lambda: 'does not come back: it was deployed with --no-rollback' in paas('logs', '-n', '60', '-a', NAME_OF_APP).stdout)
    said, _ = waits.communicate(timeout=120)
    check('the push that watches says that it is bad and stays, and promised nothing',
          all(text in said for text in ('v%d is bad: web.1 exited' % bad, 'v%d is current all the same' % bad)) and 'comes back by itself' not in said, said)
    check('git, ls-remote and paas agree', waits.returncode == 0 and current(NAME_OF_APP)['version'] == bad and
          remote_main(NAME_OF_APP) == git(DIRECTORY, 'rev-parse', 'HEAD') == current(NAME_OF_APP)['commit'], said)
    check('the list calls it bad', re.search(r'^v%d +current, bad ' % bad, paas('releases', '-a', NAME_OF_APP).stdout, re.M))
    r = paas('rollback', '--force', '-a', NAME_OF_APP)
    check('a rollback over it, which is not said to have a way back', r.returncode == 0 and answers('good') and
          'v%d was bad: it does not come back by itself' % bad in r.stdout, r.stdout)
    check('then it was bad', re.search(r'^v%d +bad ' % bad, paas('releases', '-a', NAME_OF_APP).stdout, re.M))


def pusher(kind):
    """A push that stays until it is known whether its release does."""
    write(DIRECTORY, {'kind': kind})
    return start(*push_command(DIRECTORY, NAME_OF_APP, '-o', 'watch', 'HEAD:main'))


def pushes_that_wait():
    before, good = current(NAME_OF_APP)['version'], remote_main(NAME_OF_APP)
    waits = pusher('dies')
    within(120, 'watch: its release is current', lambda: answers('dies'))
    bad = current(NAME_OF_APP)['version']
    inlab('systemctl', 'kill', '-s', 'KILL', 'paasd.service')
    within(60, 'watch: paasd is back', paasd_back)
    dies()
    said, _ = waits.communicate(timeout=120)
    check('watch: the push is refused when its release is taken back, and shows why and what came of it',
          waits.returncode == 1 and all(text in said for text in (
              'Watching v%d' % bad, 'v%d is taken back: web.1 exited with status 7' % bad, 'Released v%d' % (bad + 1),
              'v%d was taken back: web.1 exited with status 7' % bad)), said)
    check('watch: the branch is that of the good one', remote_main(NAME_OF_APP) == good and answers('good'))
    r = paas('releases:watch', 'v%d' % bad, '-a', NAME_OF_APP)
    check('releases:watch tells it afterwards', r.returncode == 1 and 'v%d was taken back: web.1 exited' % bad in r.stdout, r.stdout)
    r = paas('releases:watch', 'v%d' % before, '-a', NAME_OF_APP)
    check('of one that was replaced by paas, too', r.returncode == 0 and 'was replaced meanwhile' in r.stdout, r.stdout)
    r = paas('releases:watch', 'v999', '-a', NAME_OF_APP)
    check('one that there is not is refused', r.returncode == 4 and 'no release v999' in r.stdout, r.stdout)
    r = release(DIRECTORY, 'good', '-o', 'detach', '-o', 'watch')
    check('detach and watch together are refused', r.returncode == 1 and 'Choose one' in r.stdout, r.stdout)
    set_to('rollback-window=3s')
    r = release(DIRECTORY, 'good', '-o', 'watch')
    now = current(NAME_OF_APP)['version']
    check('watch: one that stays is told as such', r.returncode == 0 and 'v%d stays' % now in r.stdout, r.stdout)
    r = paas('deploy', '--watch', '-a', NAME_OF_APP, timeout=120)
    check('paas deploy --watch', r.returncode == 0 and 'v%d stays' % (now + 1) in r.stdout, r.stdout)
    r = paas('releases:watch', '-a', NAME_OF_APP)
    check('its window has passed', r.returncode == 0 and 'is current, and not watched' in r.stdout, r.stdout)
    set_to('rollback-window=120s')


def served_by():
    """HAProxy's current worker."""
    workers = (from_paas('router') or {}).get('workers', [])
    return next((w['pid'] for w in workers if not w['old']), None)


def reload_router():
    before = served_by()
    inlab('systemctl', 'reload', 'paas-router.service')
    within(60, 'the router has a new worker', lambda: served_by() not in (None, before))


def errors_add_up():
    """One error is no share; the second one is, also when the router began to count anew and paasd was killed meanwhile."""
    before = current(NAME_OF_APP)['version']
    r = release(DIRECTORY, 'some', '-o', 'canary=0%')
    bad = current(NAME_OF_APP)['version']
    check('errors: the push', r.returncode == 0 and bad > before, r.stdout)
    ask(NAME_OF_APP, '/work')
    within(30, 'errors: the first one is counted', lambda: re.search(r'"[^"]* 1 1"', inlab('cat', '/run/paas/window/' + NAME_OF_APP).stdout))
    reload_router()
    inlab('systemctl', 'kill', '-s', 'KILL', 'paasd.service')
    within(60, 'errors: paasd is back', paasd_back)
    check('errors: one is not enough', current(NAME_OF_APP)['version'] == bad)
    ask(NAME_OF_APP, '/work')
    within(60, 'errors: with the second one the good release is back', lambda: current(NAME_OF_APP)['user'] == 'paas' and answers('good'))
    now = current(NAME_OF_APP)
    check('errors: both are named', '2 of 2 requests' in now['description'], now)


class Busy:
    """Requests to a path all the time."""

    def __init__(self, path):
        script = ('import collections, subprocess, sys, json, select\n'
                  'n = collections.Counter()\n'
                  'while not select.select([sys.stdin], [], [], 0.02)[0]:\n'
                  '    n[subprocess.run(sys.argv[1:], stdout=subprocess.PIPE).stdout.decode()] += 1\n'
                  'print(json.dumps(n))')
        host = '%s.%s' % (NAME_OF_APP, DOMAIN)
        self.process = subprocess.Popen(
            [LAB, 'net', '--name', NAME, '--', 'python3', '-c', script, 'curl', '-s', '--max-time', '30', '--cacert', authority(), '--resolve',
             host + ':443:127.0.0.1', 'https://%s%s' % (host, path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end(self):
        return json.loads(self.process.communicate('\n', timeout=60)[0])


def lots():
    """How many of the hundred lots name a server, in the running worker."""
    said = inlab('sh', '-c', 'echo "show map /var/lib/paas/router/lots.map" | socat -t 5 - /run/paas/router/admin.sock').stdout
    return len([line for line in said.splitlines() if '/' in line])


def survives():
    """The share is there again, and no larger, after a reload, a restart of the router and a kill of paasd; then it goes on by itself."""
    write(DIRECTORY, {'kind': 'better'})
    going = start(*push_command(DIRECTORY, NAME_OF_APP, '-o', 'canary=10%', 'HEAD:main'))
    within(120, 'a canary of 10%', lambda: lots() == 10)
    for what, command in (('a reload', ('systemctl', 'reload', 'paas-router.service')),
                          ('a restart of the router', ('systemctl', 'restart', 'paas-router.service')),
                          ('a kill of paasd', ('systemctl', 'kill', '-s', 'KILL', 'paasd.service'))):
        before = served_by()
        inlab(*command)
        within(60, what + ': all is there again', lambda: paasd_back() and (served_by() not in (None, before) or 'paasd' in what))
        within(30, what + ': the canary has its share', lambda: lots() == 10)
        check(what + ': it is asked for no more', [ask(NAME_OF_APP) for _ in range(10)].count('better') < 8)
    busy = Busy('/work')
    said, _ = going.communicate(timeout=180)
    busy.end()
    check('it goes on by itself', going.returncode == 0 and 'it gets all of them now' in said, said)
    within(30, 'and nothing is left of the share', lambda: lots() == 0 and answers('better'))
    release(DIRECTORY, 'good', '-o', 'canary=0%')
    within(30, 'the good one again', lambda: answers('good'))


def canary():
    before = current(NAME_OF_APP)['version']
    busy = Busy('/work')
    r = release(DIRECTORY, 'some', '-o', 'canary=20%')
    said = busy.end()
    check('a bad canary is refused, with its figures', r.returncode == 1 and 'gets 20% of the requests' in r.stdout and
          'is taken out again' in r.stdout and 'ended in an error' in r.stdout and 'v%d goes on serving' % before in r.stdout, r.stdout)
    total = sum(said.values())
    check('it had its share and no more', 0 < said.get('some', 0) <= total * 0.4, said)
    check('the old one is current and alone', current(NAME_OF_APP)['version'] == before and answers('good'))
    busy = Busy('/work')
    r = release(DIRECTORY, 'good', '-o', 'canary=50%')
    busy.end()
    check('a good canary goes on by itself', r.returncode == 0 and 'it gets all of them now' in r.stdout, r.stdout)
    survives()
    write(DIRECTORY, {'other': '1'})
    r = push(DIRECTORY, NAME_OF_APP, '-o', 'canary=lots', 'HEAD:main')
    check('what is no share is refused', r.returncode == 1 and 'lots' in r.stdout, r.stdout)


def killed():
    """paasd dies between the steps of it."""
    for point in ('window-open', 'window-failed', 'window-recorded', 'window-submitted'):
        inlab('sh', '-c', 'printf %s "$1" >/run/paas/fault', 'sh', point)
        r = release(DIRECTORY, 'dies')
        check(point + ': the push', r.returncode == 0, r.stdout)
        within(60, point + ': the new release answers', lambda: answers('dies'))
        dies()
        within(60, point + ': it died there, and is back', lambda: inlab('test', '-e', '/run/paas/fault').returncode == 1 and paasd_back())
        within(60, point + ': the good one is back, by paas', lambda: current(NAME_OF_APP)['user'] == 'paas' and answers('good'))
    for point in ('rollback:releasing', 'rollback:checking', 'committed'):
        r = release(DIRECTORY, 'dies')
        check(point + ': the push', r.returncode == 0, r.stdout)
        inlab('sh', '-c', 'printf %s "$1" >/run/paas/fault', 'sh', point)
        dies()
        within(60, point + ': it died on the way back', lambda: inlab('test', '-e', '/run/paas/fault').returncode == 1 and paasd_back())
        within(60, point + ': the good one is back, by paas', lambda: current(NAME_OF_APP)['user'] == 'paas' and answers('good'))
    for point in ('canary-begun', 'deploy:canary', 'canary-passed', 'canary-refused'):
        bad = point == 'canary-refused'
        before = current(NAME_OF_APP)['version']
        inlab('sh', '-c', 'printf %s "$1" >/run/paas/fault', 'sh', point)
        busy = Busy('/work')
        r = release(DIRECTORY, 'some' if bad else 'good', '-o', 'canary=50%')
        busy.end()
        check(point + ': the push ends as it should', r.returncode == (1 if bad else 0), r.stdout)
        check(point + ': it died there', inlab('test', '-e', '/run/paas/fault').returncode == 1)
        check(point + ': the right release is current', answers('good') and (current(NAME_OF_APP)['version'] == before) == bad)
        within(60, point + ': nothing is left of the other', lambda: len(from_paas('ps', '-a', NAME_OF_APP)) == 1)


def main():
    global DIRECTORY
    setup_paas()
    new_app(NAME_OF_APP)
    DIRECTORY = repository(NAME_OF_APP)
    write(DIRECTORY, {'Procfile': 'web: exec python3 app.py\n', 'app.py': CODE})
    configure('5s')
    try:
        r = release(DIRECTORY, 'good')
        if not check('the good one', r.returncode == 0 and answers('good'), r.stdout):
            finish()
        hear_of_it()
        refused_before_the_switch(DIRECTORY)
        after_the_switch()
        pushes_that_wait()
        errors_add_up()
        canary()
        if can_kill('paasd dies in a canary and in a window'):
            killed()
    finally:
        inlab('sh', '-c', 'cp /root/before-switch /etc/paas/paas.conf; rm -f /etc/paas/hooks.d/50-switch')
        inlab('systemctl', 'restart', 'paasd.service')
    within(60, 'paasd is back', paasd_back)
    destroy_app(NAME_OF_APP)
    finish()


main()
