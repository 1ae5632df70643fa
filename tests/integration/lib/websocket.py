#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A WebSocket client for the tests: websocket.py HOST CA-FILE TEXT… sends each text to https://HOST/ on 127.0.0.1 and prints what comes back.

`-` waits for a line on standard input; a text that starts with `*N` is sent as N letters x, and the length of the echo printed."""

import base64
import os
import socket
import ssl
import struct
import sys


def frame(opcode, data):
    mask = os.urandom(4)
    if len(data) < 126:
        head = struct.pack('>BB', 0x80 | opcode, 0x80 | len(data))
    elif len(data) < 65536:
        head = struct.pack('>BBH', 0x80 | opcode, 0xFE, len(data))
    else:
        head = struct.pack('>BBQ', 0x80 | opcode, 0xFF, len(data))
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


def receive(stream):
    first, second = stream.read(2)
    length = second & 0x7F
    if length == 126:
        length, = struct.unpack('>H', stream.read(2))
    elif length == 127:
        length, = struct.unpack('>Q', stream.read(8))
    return first & 0x0F, stream.read(length)


def connect(host, ca):
    context = ssl.create_default_context(cafile=ca)
    s = context.wrap_socket(socket.create_connection(('127.0.0.1', 443), timeout=30), server_hostname=host)
    key = base64.b64encode(os.urandom(16)).decode()
    s.sendall(f'GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
              f'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n'.encode())
    stream = s.makefile('rb')
    status = stream.readline().decode().strip()
    while stream.readline().strip():
        pass
    if ' 101 ' not in status:
        sys.exit(status)
    return s, stream


def main():
    host, ca, *texts = sys.argv[1:]
    s, stream = connect(host, ca)
    print('open', flush=True)
    for text in texts:
        if text == '-':
            sys.stdin.readline()
            continue
        data = b'x' * int(text[1:]) if text.startswith('*') else text.encode()
        s.sendall(frame(1, data))
        _, echo = receive(stream)
        print(len(echo) if text.startswith('*') else echo.decode(), flush=True)
    s.sendall(frame(8, struct.pack('>H', 1000)))
    opcode, _ = receive(stream)
    print('closed' if opcode == 8 else f'opcode {opcode}')


main()
