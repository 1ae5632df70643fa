#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client with a connection that lasts: holder.py HOST CA-FILE PATH. PATH `-` asks for an upgrade, and then sends each line of
standard input and prints what comes back; any other is downloaded. Prints `open`, and at the end `complete` or `closed`."""
import os
import socket
import ssl
import sys
import threading


def main():
    host, ca, path = sys.argv[1:]
    context = ssl.create_default_context(cafile=ca)
    s = context.wrap_socket(socket.create_connection(('127.0.0.1', 443), timeout=30), server_hostname=host)
    upgrade = 'Connection: Upgrade\r\nUpgrade: echo\r\n' if path == '-' else ''
    s.sendall(('GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n' % ('/' if upgrade else path, host, upgrade)).encode())
    stream = s.makefile('rb')
    status, length = stream.readline().split()[1], None
    while line := stream.readline().strip():
        if line.lower().startswith(b'content-length:'):
            length = int(line.split(b':')[1])
    if status not in (b'101', b'200'):
        sys.exit('status %s' % status)
    s.settimeout(None)
    print('open', flush=True)
    if upgrade:
        threading.Thread(target=say, args=(s,), daemon=True).start()
    received = 0
    try:
        while data := stream.readline() if upgrade else stream.read1(4096):
            received += len(data)
            if upgrade:
                print(data.decode().strip(), flush=True)
            if received == length:
                break
    except OSError:
        pass
    print('complete' if received == length else 'closed', flush=True)
    sys.stdout.flush()
    os._exit(0)


def say(s):
    for line in sys.stdin:
        s.sendall(line.encode())


main()
