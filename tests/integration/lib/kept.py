#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client that keeps its connection: kept.py HOST asks once, and again for each line of standard input. Prints the body of each answer,
`closed` when there is none."""
import http.client
import sys


def ask(connection):
    try:
        connection.request('GET', '/', headers={'Host': sys.argv[1]})
        print(connection.getresponse().read().decode().split('\n')[0], flush=True)
    except (OSError, http.client.HTTPException):
        print('closed', flush=True)


def main():
    connection = http.client.HTTPConnection('127.0.0.1', 80, timeout=30)
    connection.auto_open = 1
    ask(connection)
    connection.auto_open = 0      # nothing but the connection it has
    for _ in sys.stdin:
        ask(connection)


main()
