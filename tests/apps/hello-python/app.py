# SPDX-License-Identifier: LGPL-2.1-or-later
"""The smallest web application: Python's standard library, a port from the environment. /env/NAME shows a variable."""

import http.server
import os


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/env/"):
            text = os.environ.get(self.path[len("/env/"):])
        else:
            text = f"{os.environ.get('GREETING', 'Hello')} from {os.environ.get('DYNO', 'nowhere')}\n"
        body = os.fsencode(text or "")
        self.send_response(404 if text is None else 200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
