# SPDX-License-Identifier: LGPL-2.1-or-later
"""A WebSocket echo: text and binary messages come back as they were, a ping gets its pong, a close its close."""

import base64
import hashlib
import os
import socketserver
import struct

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MESSAGE_MAX = 1 << 20
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        headers = {}
        self.rfile.readline(8192)
        while (line := self.rfile.readline(8192).strip()):
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        key = headers.get(b"sec-websocket-key")
        if key is None:
            body = b"Connect with a WebSocket: every message comes back.\n"
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
            return
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        self.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept)
        self.echo()

    def exactly(self, n):
        data = self.rfile.read(n)
        if len(data) < n:
            raise EOFError
        return data

    def frame(self):
        first, second = self.exactly(2)
        length = second & 0x7F
        if length == 126:
            length, = struct.unpack(">H", self.exactly(2))
        elif length == 127:
            length, = struct.unpack(">Q", self.exactly(8))
        if length > MESSAGE_MAX or not second & 0x80:
            raise EOFError
        mask = self.exactly(4)
        data = self.exactly(length)
        key = int.from_bytes((mask * (length // 4 + 1))[:length], "big")
        return bool(first & 0x80), first & 0x0F, (int.from_bytes(data, "big") ^ key).to_bytes(length, "big")

    def send(self, opcode, data):
        length = len(data)
        if length < 126:
            head = struct.pack(">BB", 0x80 | opcode, length)
        elif length < 65536:
            head = struct.pack(">BBH", 0x80 | opcode, 126, length)
        else:
            head = struct.pack(">BBQ", 0x80 | opcode, 127, length)
        self.wfile.write(head + data)

    def echo(self):
        kind, parts = TEXT, []
        try:
            while True:
                final, opcode, data = self.frame()
                if opcode == CLOSE:
                    self.send(CLOSE, data)
                    return
                if opcode == PING:
                    self.send(PONG, data)
                elif opcode in (TEXT, BINARY, CONTINUATION):
                    kind = opcode or kind
                    parts.append(data)
                    if sum(map(len, parts)) > MESSAGE_MAX:
                        return
                    if final:
                        self.send(kind, b"".join(parts))
                        parts = []
        except (EOFError, ConnectionError):
            return


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


with Server(("0.0.0.0", int(os.environ["PORT"])), Handler) as server:
    print(f"listening on {os.environ['PORT']}", flush=True)
    server.serve_forever()
