"""An HTTP/1.1 server that does all that HTTP allows, and waits for its client where the order of things matters."""
import hashlib
import http.server
import json
import os
import threading

VERSION = os.environ.get('VERSION', 'first')
SIZE, PART, SILENCE, LIMIT = 16 << 20, 1 << 16, 4, 60
changed = threading.Condition()
state = {'released': 0, 'waiting': 0, 'up': 0, 'down': 0}


def change(**values):
    with changed:
        state.update(values)
        changed.notify_all()


def await_that(test):
    with changed:
        return changed.wait_for(test, LIMIT)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *a):
        pass

    def answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body.encode())

    def parts(self):
        """The request's body, as it comes."""
        if self.headers.get('Transfer-Encoding') == 'chunked':
            while size := int(self.rfile.readline().split(b';')[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return
        left = int(self.headers.get('Content-Length') or 0)
        while left and (data := self.rfile.read(min(left, PART))):
            left -= len(data)
            yield data

    def handle_expect_100(self):
        return self.path == '/refuse' or super().handle_expect_100()

    def do_GET(self):
        what, _, argument = self.path[1:].partition('/')
        getattr(self, 'on_' + what.replace('-', '_'), self.on_)(argument)

    do_POST = do_PUT = do_HEAD = do_GET

    def on_(self, _):
        self.answer(VERSION)

    def on_release(self, _):
        with changed:
            state['released'] += 1
            changed.notify_all()
        self.answer('')

    def event(self, text):
        data = text.encode() + b'\n\n'
        self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data) if self.chunked else data)

    def on_events(self, kind):
        """Each event when it was released, from the one after the last that the client has; in chunks, or ending with its connection."""
        self.chunked = kind != 'old'
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Cache-Control', 'no-store')
        self.send_header(*(('Transfer-Encoding', 'chunked') if self.chunked else ('Connection', 'close')))
        self.end_headers()
        n = int(self.headers.get('Last-Event-ID') or 0) + 1
        if kind == 'silent':
            self.event(': nothing for a while')
            threading.Event().wait(SILENCE)
            self.event('id: 0\ndata: after the silence')
            return
        while await_that(lambda: state['released'] >= n):
            self.event('id: %d\ndata: %s' % (n, VERSION))
            n += 1

    def on_together(self, n):
        """No answer before all are there."""
        with changed:
            state['waiting'] += 1
            changed.notify_all()
        there = await_that(lambda: state['waiting'] >= int(n))
        self.answer('all', 200 if there else 500)

    def on_put(self, _):
        body = b''.join(self.parts())
        self.answer(json.dumps({'size': len(body), 'sha256': hashlib.sha256(body).hexdigest(),
                                'how': 'chunked' if self.headers.get('Transfer-Encoding') else 'length'}))

    def on_up(self, _):
        """Half of it, then not a byte more before half of the other direction has been sent."""
        digest, size = hashlib.sha256(), 0
        for data in self.parts():
            digest.update(data)
            size += len(data)
            change(up=size)
            if size * 2 > SIZE:
                await_that(lambda: state['down'] * 2 >= SIZE)
        self.answer('%d %s' % (size, digest.hexdigest()))

    def on_down(self, _):
        self.send_response(200)
        self.send_header('Content-Length', str(SIZE))
        self.end_headers()
        await_that(lambda: state['up'] * 4 > SIZE)
        for at in range(0, SIZE, PART):
            self.wfile.write(bytes([at // PART % 256]) * PART)
            change(down=at + PART)

    def on_trailers(self, _):
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.send_header('Trailer', 'X-Sum')
        self.end_headers()
        self.wfile.write(b'5\r\nhello\r\n0\r\nX-Sum: five\r\n\r\n')

    def on_cut(self, _):
        self.send_response(200)
        self.send_header('Content-Length', '1000')
        self.end_headers()
        self.wfile.write(b'x' * 100)
        self.close_connection = True

    def on_silent(self, _):
        self.close_connection = True

    def on_refuse(self, _):
        """Without looking at the body."""
        self.answer('no', 413, Connection='close')
        self.close_connection = True

    def on_headers(self, size):
        self.answer('%d' % len(self.headers.get('X-Large', '')), X_Large_Too='y' * int(size or 0))


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128


Server(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
