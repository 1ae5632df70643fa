#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that ask again at once: again.py HOST COUNT. Each has an upgraded connection, and one beside it that is kept; when the first is
cut, it asks in the second. Prints `open`, and at the end the status of each answer, `-` for none."""
import selectors
import socket
import sys


def ask(host, headers='', s=None):
    s = s or socket.create_connection(('127.0.0.1', 80), timeout=30)
    s.sendall(('GET / HTTP/1.1\r\nHost: %s\r\n%s\r\n' % (host, headers)).encode())
    return s


def status(s):
    """Of an answer with a body of its version's few letters, or without."""
    head = b''
    try:
        while b'\r\n\r\n' not in head and (data := s.recv(4096)):
            head += data
    except OSError:
        pass
    return head.split()[1].decode() if b'\r\n\r\n' in head else '-'


def main():
    host, count = sys.argv[1], int(sys.argv[2])
    waiting, asked = selectors.DefaultSelector(), []
    for _ in range(count):
        kept = ask(host)
        assert status(kept) == '200'
        upgraded = ask(host, 'Connection: Upgrade\r\nUpgrade: echo\r\n')
        assert status(upgraded) == '101'
        waiting.register(upgraded, selectors.EVENT_READ, kept)
    print('open', flush=True)
    while waiting.get_map():
        for key, _ in waiting.select():
            asked.append(ask(host, s=key.data))
            waiting.unregister(key.fileobj)
    print(*map(status, asked))


main()
