"""For the tests of promotions: an application that shows its files and its environment, and fails when it is told to."""
import json

from paaslab import ask

SERVER = '''import hashlib, http.server, json, os, sys, time
if os.environ.get('FAIL'):
    sys.exit('this will not work')
time.sleep(float(os.environ.get('BOOT_DELAY', '0')))

def tree():
    """Path, kind, mode and checksum of everything under /app."""
    found = {}
    for directory, names, files in os.walk('/app'):
        for name in names + files:
            path = os.path.join(directory, name)
            mode = oct(os.lstat(path).st_mode)
            if os.path.islink(path):
                what = os.readlink(path)
            elif os.path.isdir(path):
                what = ''
            else:
                with open(path, 'rb') as f:
                    what = hashlib.sha256(f.read()).hexdigest()
            found[os.path.relpath(path, '/app')] = [mode, what]
    return found

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/tree':
            body = json.dumps(tree(), sort_keys=True)
        elif self.path.startswith('/env/'):
            body = json.dumps(os.environ.get(self.path[5:]))
        else:
            body = open('version').read().strip()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())
    def log_message(self, *arguments):
        pass

http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
'''

PROCFILE = 'web: exec python3 -B app.py\nrelease: echo "releasing for ${SHARED:-nobody}"\n'


def _json(app, path):
    answer = ask(app, path)
    try:
        return json.loads(answer)
    except ValueError:
        return 'no answer: ' + answer


def env(app, name):
    """A variable of the running process; None: it is not set."""
    return _json(app, '/env/' + name)


def tree(app):
    """The running process's own view of /app."""
    return _json(app, '/tree')
