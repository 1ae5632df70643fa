#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An application is destroyed and made anew under its name while the old one's processes still stop."""
# timeout: 300
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'lib'))
from paaslab import *

APP = 'phoenix'
PROGRAM = '''
import http.server, os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        body = ('%s ' + str(os.getuid()) + ' ' + open('/etc/passwd').read()).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Handler).serve_forever()
'''


def tree(word):
    path = os.path.join(TMPDIR, word)
    os.mkdir(path)
    for name, text in (('web.py', PROGRAM % word), ('Procfile', 'web: exec python3 web.py\n')):
        with open(os.path.join(path, name), 'w') as f:
            f.write(text)
    return path


def units(pattern):
    return inlab('systemctl', 'list-units', '--all', '--plain', '--no-legend', pattern).stdout.split('\n')


setup_paas()
new_app(APP)
r = push(tree('first'), APP)
check('the first of its name is pushed', r.returncode == 0, r.stdout)
first = ask(APP).split(' ', 2)
check('and answers', first[0] == 'first', first)

r = paas('apps:destroy', '-a', APP, '--confirm', APP)
check('it is destroyed', r.returncode == 0, r.stdout)
new_app(APP)
check('its process has not heeded the signal to end yet', any('web.1-v1.' in u for u in units(f'paas-app-{APP}-*')), units(f'paas-app-{APP}-*'))
check('the new one does not answer with the old one', 'first' not in ask(APP), ask(APP))
second = tree('second')
r = push(second, APP)
check('the second of its name is pushed', r.returncode == 0, r.stdout)
check('it is v1 as well', 'v1' in r.stdout and 'v2' not in r.stdout, r.stdout)
answer = ask(APP).split(' ', 2)
check('and answers with its own files', answer[0] == 'second', answer)
check('as a user of its own', answer[1] != first[1] and f':{answer[1]}:' in answer[2], answer)
within(60, 'one process is left', lambda: len([u for u in units(f'paas-app-{APP}-*.service') if u]) == 1)
within(30, 'and one slug', lambda: len([u for u in units(f'paas-slug-{APP}-*') if u]) == 1)
mounted = inlab('ls', f'/run/paas/slug/{APP}').stdout.split()
check('which is mounted', mounted == ['v1'], mounted)

# --- files of the old one that cannot be set aside are nobody else's
uuid = json.loads(paas('apps:info', '--json', '-a', APP).stdout)['id']
inlab('touch', f'/var/lib/paas/gone/{uuid}')  # where a directory has to be
destroy_app(APP)
r = paas('apps:create', APP)
check('the name is not given to another while they are there', r.returncode != 0 and 'set aside' in r.stdout, r.stdout)
inlab('rm', '-f', f'/var/lib/paas/gone/{uuid}')
r = paas('apps:create', APP)
check('it is as soon as they are out of the way', r.returncode == 0, r.stdout)
check('without what was pushed to the old one', inlab('git', '--git-dir', f'/var/lib/paas/repos/{APP}.git', 'count-objects').stdout.startswith('0 objects'))
destroy_app(APP)
finish()
