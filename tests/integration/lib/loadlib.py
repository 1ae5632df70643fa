"""Load from outside (tests/load) while something happens, and what came of it in a span of time.

    load = Load('steady')           # 500 requests a second, 50 WebSockets, 20 slow downloads; they are all open when it returns
    with load.span('a deploy') as s: ...
    load.end()
    s.requests, s.failed, s.lost, s.p99
"""
import collections
import contextlib
import json
import os
import subprocess
import time

from paaslab import DOMAIN, LAB, NAME, TMPDIR, TREE, authority

BUILD = os.path.join(TREE, 'build/release')
LONG = ('websocket', 'download')
NEWS = 100_000      # microseconds that a busy kernel may take to tell the other ends of a process's connections that it has gone


def program():
    """The generator, built when it is not."""
    if not os.path.exists(os.path.join(BUILD, 'build.ninja')):
        subprocess.run(['meson', 'setup', BUILD, TREE], check=True, capture_output=True)
    subprocess.run(['ninja', '-C', BUILD, 'tests/load/load'], check=True, capture_output=True)
    return os.path.join(BUILD, 'tests/load/load')


def percentile(values, share):
    """In milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] / 1000 if values else 0.0


class Span:
    """What ended between its begin and its end; latencies of what should have begun in it."""

    def __init__(self, name):
        self.name, self.begin, self.finish = name, time.monotonic_ns() // 1000, 0
        self.broken, self.held = None, False      # when what was killed had gone, and whether it held the clients' connections

    def fill(self, rows):
        inside = [r for r in rows if self.begin <= r.end < self.finish]
        short = [r for r in inside if r.kind not in LONG]
        self.requests = len(short)
        self.again = sum(r.again for r in short)
        self.failed = sum(r.what != 'ok' for r in short)
        self.lost = sum(r.what != 'ok' for r in inside if r.kind in LONG)
        self.late = [r for r in short if r.what != 'ok' and self.broken is not None and self.is_late(r)]
        self.later = len(self.late)
        self.failures = [((r.end - self.begin) // 1000000, r.kind, r.what) for r in inside if r.what != 'ok']
        self.times = [r.end - r.intended for r in rows if self.begin <= r.intended < self.finish and r.kind not in LONG]
        self.p50, self.p99 = percentile(self.times, 0.5), percentile(self.times, 0.99)

    def is_late(self, r):
        """Sent when what was killed had gone and this was known, or over a connection that was begun then: never in its hands."""
        return self.held and r.connected >= self.broken or r.sent >= self.broken + NEWS

    def explain(self):
        """How often what failed, and in which seconds after its begin."""
        counted = collections.defaultdict(list)
        for second, kind, what in self.failures:
            counted[kind, what].append(second)
        return ['%s: %d x %s %s, in the seconds %s' % (self.name, len(s), kind, what, ' '.join(str(x) for x in sorted(set(s))[:12]))
                for (kind, what), s in sorted(counted.items())] + [self.when(r) for r in self.late[:5]]

    def when(self, r):
        """Where a request lies that failed later than it should, in milliseconds from what was broken."""
        return '%s: %s %s: connected %+.0f, sent %+.0f, ended %+.0f ms' % (
            self.name, r.kind, r.what, *((at - self.broken) / 1000 for at in (r.connected, r.sent, r.end)))


Row = collections.namedtuple('Row', 'intended sent end kind what again connected')


class Load:
    def __init__(self, app, rate=500, websockets=50, downloads=20, options=(), client=()):
        """`client`: what goes before the command of the generator."""
        self.record = os.path.join(TMPDIR, 'load-%s-%d' % (app, time.monotonic_ns()))
        self.spans = []
        self.long = websockets + downloads
        command = [*client, LAB, 'net', '--name', NAME, '--', program(), '--host', app + '.' + DOMAIN, '--ca', authority(), '--record',
                   self.record, '--rate', str(rate), '--websockets', str(websockets), '--downloads', str(downloads), *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def rows(self):
        with open(self.record) as f:
            return [Row(int(a), int(b), int(c), kind, what, int(again), int(d)) for a, b, c, kind, what, again, d in (line.split() for line in f)]

    @contextlib.contextmanager
    def span(self, name):
        s = Span(name)
        self.spans.append(s)
        yield s
        s.finish = time.monotonic_ns() // 1000

    def end(self):
        """The generator's own account of itself; every span is filled."""
        out, _ = self.process.communicate(timeout=60)
        if self.process.returncode != 0:
            raise RuntimeError('the load generator ended with %d' % self.process.returncode)
        rows = self.rows()
        os.unlink(self.record)
        for s in self.spans:
            s.fill(rows)
        return json.loads(out)
