"""The smallest web application: Python's standard library, a port from the environment."""
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        text = '%s from %s, release %s\n' % (os.environ.get('GREETING', 'Hello'), os.environ.get('DYNO', 'nowhere'),
                                             os.environ.get('HEROKU_RELEASE_VERSION', '?'))
        body = text.encode()
        self.send_response(200)
        self.send_header('Content-Type', 'text/plain; charset=utf-8')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Hello).serve_forever()
