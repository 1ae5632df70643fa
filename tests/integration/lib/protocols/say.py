"""What the clients have in common: they say results, and wait for the test to do something."""
import sys


def check(what, good, *details):
    print(('ok - ' if good else 'not ok - ') + what, flush=True)
    if not good:
        for line in '\n'.join(str(d) for d in details).splitlines():
            print('# ' + line[:2000], flush=True)
    return good


def please(what):
    """The test does it; returns what came of it."""
    print('please ' + what, flush=True)
    return sys.stdin.readline().strip()
