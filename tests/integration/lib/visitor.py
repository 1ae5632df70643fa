#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""visitor.py HOST CA-FILE: asks https://HOST/ on 127.0.0.1 over and over, each time in a new connection, until standard input ends.

Prints a line after the first answer, and at the end an object of JSON: requests, failures, answers."""

import http.client
import json
import socket
import ssl
import sys
import threading


class Connection(http.client.HTTPSConnection):
    def connect(self):
        raw = socket.create_connection(('127.0.0.1', 443), timeout=30)
        self.sock = self._context.wrap_socket(raw, server_hostname=self.host)


def main():
    host, ca = sys.argv[1:]
    context = ssl.create_default_context(cafile=ca)
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    requests, failures, answers = 0, [], set()
    while not over.is_set():
        requests += 1
        try:
            connection = Connection(host, context=context)
            connection.request('GET', '/')
            response = connection.getresponse()
            body = response.read().decode(errors='replace')
            connection.close()
            if response.status == 200:
                answers.add(body)
            else:
                failures.append(f"{response.status} {response.headers.get('X-Paas-Error', '')} {body[:200]}")
        except (OSError, http.client.HTTPException) as e:
            failures.append(f'{type(e).__name__}: {e}')
        if requests == 1:
            print('started', flush=True)
    print(json.dumps({'requests': requests, 'failures': failures, 'answers': sorted(answers)[:100]}))


main()
