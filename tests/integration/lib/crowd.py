#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""crowd.py HOST CA-FILE NUMBER: so many ask https://HOST/ on 127.0.0.1 at the same time, over a connection each.

Prints a line when all have asked; at the end, how often each first line of an answer came, as an object of JSON."""

import collections
import json
import socket
import ssl
import sys

host, ca, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
context = ssl.create_default_context(cafile=ca)
people = [context.wrap_socket(socket.create_connection(('127.0.0.1', 443), timeout=60), server_hostname=host) for _ in range(number)]
for s in people:
    s.sendall(f'GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n'.encode())
print('asked', flush=True)
answers = collections.Counter()
for s in people:
    try:
        answers[s.recv(4096).split(b'\r\n')[0].decode() or 'closed'] += 1
    except OSError as e:
        answers[type(e).__name__] += 1
print(json.dumps(answers))
