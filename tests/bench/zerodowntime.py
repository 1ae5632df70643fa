# SPDX-License-Identifier: LGPL-2.1-or-later
"""What users notice (docs/zero-downtime.md): a table of what happens under a constant open-loop load; the latency during a deploy; the
throughput against a minimal configuration of HAProxy; and what ten deploys with open WebSockets and fifty applications leave behind.

Alone: tests/bench/run zero-downtime. SECONDS_STEADY (30) and TURNS (40) say how long it looks, KINDS which
kinds of socket it looks at, RATE (500) how many requests a second it sends, ROWS which lines of the table it
makes ("deploy,package upgrade", by their names; "none": none), each of them TIMES times instead of what the table says, DEPLOYS (10) how
many turns the latency during deploys has."""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import benchlab

sys.path.insert(0, str(benchlab.TREE / "tests/integration/lib"))
os.environ.update(LAB=str(benchlab.LAB), NAME=benchlab.NAME, TREE=str(benchlab.TREE), FLAVOUR="release")
os.environ.setdefault("TMPDIR", tempfile.mkdtemp(prefix="paas-bench-"))

import disturb  # noqa: E402
from disturb import must, until  # noqa: E402
from loadlib import Load, percentile  # noqa: E402
from paaslab import inlab, new_app, paas  # noqa: E402

STEADY = int(os.environ.get("SECONDS_STEADY", "30"))
TURNS = int(os.environ.get("TURNS", "40"))
TURN = 1
DEPLOYS = int(os.environ.get("DEPLOYS", "10"))
APP = "steady"
KINDS = os.environ.get("KINDS", "port socket proxy").split()
RATE = int(os.environ.get("RATE", "500"))
ROWS = [row for row in os.environ.get("ROWS", "").split(",") if row]
TIMES = int(os.environ.get("TIMES", "0"))
# What somebody would write by hand in front of the same instance; with its log it tells the journal of each request, as the router does.
LOG = """    log /run/systemd/journal/dev-log len 8192 local0 info
    option httplog"""
# The headers that an application is told of its client by, as every one behind a router needs them.
HEADERS = """    unique-id-format %[uuid()]
    option forwardfor
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Forwarded-Port %[dst_port]
    http-request set-header X-Request-Start %[date(0,ms)]
    http-request set-header X-Request-Id %[unique-id]
    http-request set-header Via "1.1 hand"
"""
# Users and developers are on other machines. Here the users' generator waits for no processor, or it would measure how long it waited;
# a developer's git and ssh get what nobody else wants, of one processor. (Without the cgroup's controllers the kernel shares the processors
# among sessions, and a session has a priority of its own; what is deep in a system call yields to nobody.)
USERS = ("chrt", "--fifo", "10")
ELSEWHERE = ("taskset", "-c", str(os.cpu_count() - 1), "setsid", "--wait", "sh", "-c", "{ echo 19 >/proc/self/autogroup; } 2>/dev/null; exec chrt --idle 0 \"$@\"", "sh")
MINIMAL = """
defaults
    mode http
%(log)s
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend f
    bind 127.0.0.1:%(port)d
%(headers)s    default_backend b
backend b
    server s 127.0.0.1:%(instance)s
"""


def events(app, install):
    """What happens, how often, and whether what is in flight may be lost by it."""
    def loop():
        """What any process does to those who are served beside it, if it yields to everybody: the floor of a deploy's latency."""
        with subprocess.Popen((*ELSEWHERE, sys.executable, "-c", "while True: pass")) as process:
            time.sleep(STEADY / 2)
            process.kill()

    def scale():
        for number in (4, 2):
            app.scale(number)
    return (("a busy loop beside it", 1, loop), ("deploy", 10, app.deploy),
            ("steady after them", 1, lambda: time.sleep(STEADY)), ("config change", 5, app.config),
            ("rollback", 3, app.rollback), ("scale 1-4-2", 1, scale), ("ps:restart", 1, app.restart),
            ("router reload", 5, disturb.reload_router), ("restart of paas-router", 1, disturb.restart_router),
            ("daemon-reexec", 1, disturb.reexec_systemd), ("kill -9 of paasd", 1, disturb.kill_paasd),
            ("kill -9 of an instance", 1, app.kill_instance), ("kill -9 of HAProxy's worker", 1, disturb.kill_router_worker),
            ("package upgrade", 1, install))


def print_row(name, number, s):
    print(f"| {name:<28} | {number:>2} | {s.requests:>6} | {s.failed:>3} | {s.lost:>3} | {s.p50:6.1f} | {s.p99:6.1f} |", flush=True)


def bench_table(kind, app, install):
    load = Load(APP, RATE, client=USERS)
    with load.span("steady"):
        time.sleep(STEADY)
    rows = [("steady", 1, load.spans[0])]
    for name, number, happens in events(app, install):
        if ROWS and name not in ROWS:
            continue
        number = TIMES or number
        with load.span(name) as span:
            for _ in range(number):
                span.broken = happens() or span.broken
                time.sleep(2)        # what it does to those who come after it counts as well
        rows.append((name, number, span))
    account = load.end()
    print(f"\nkind {kind}: the generator sent {account['sent']} requests in {account['seconds']:.0f} s with {account['cpu']:.0f} s of processor"
          f" time, {account['lag_max_ms']:.0f} ms late at most; load {os.getloadavg()[0]:.1f}\n")
    print("| what | times | requests | failed | long ones lost | p50 ms | p99 ms |\n| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print_row(*row)
    for name, _, span in rows:
        if span.broken:
            print(f"    {name}: of those that failed {span.later} had been sent after this was known")
        for line in span.explain():
            print("    " + line)
    by_name = {name: span for name, _, span in rows}
    for name in ("a busy loop beside it", "deploy"):
        if name in by_name:
            print(f"  p99, {name}: " + ", ".join(f"{by_name[name].p99 / by_name[steady].p99:.2f} x {steady}"
                                                 for steady in ("steady", "steady after them") if steady in by_name))


def p99_ratio(pairs):
    return percentile([t for span, _ in pairs for t in span.times], 0.99) / percentile([t for _, span in pairs for t in span.times], 0.99)


def bench_latency(kind, app):
    """The p99 of deploys, each with its two seconds, to that of as long without, in turns: a machine that others share is never the same
    for as long as the table takes."""
    load = Load(APP, RATE, client=USERS)
    pairs = []
    for _ in range(DEPLOYS):
        with load.span("deploy") as deploy:
            app.deploy()
            time.sleep(2)
        with load.span("nothing") as nothing:
            time.sleep((deploy.finish - deploy.begin) / 1e6)
        pairs.append((deploy, nothing))
    account = load.end()
    failed = sum(span.failed + span.lost for pair in pairs for span in pair)
    print(f"  p99, deploys to nothing, {DEPLOYS} turns, kind {kind}: {interval(pairs, p99_ratio, 200)};"
          f" of {account['sent']} requests {failed} failed", flush=True)


def processor_time(pid):
    """In microseconds, of all threads."""
    return sum(int(line.split()[0]) for line in must(inlab("sh", "-c", f"cat /proc/{pid}/task/*/schedstat")).splitlines()) / 1000


def interval(values, figure=statistics.median, draws=2000):
    """The figure of the values, and where it lies with 95 percent, by drawing from them anew."""
    drawn = sorted(figure(random.choices(values, k=len(values))) for _ in range(draws))
    cut = draws // 40
    return f"{figure(values):.3f} ({drawn[cut]:.3f} to {drawn[-cut - 1]:.3f})"


def throughput(port, pid):
    """Requests a second, and the proxy's processor time for one."""
    before = processor_time(pid)
    load = Load(APP, rate=0, websockets=0, downloads=0, options=("--closed", "32", "--pool", "32", "--kind", "h1", "--http", str(port)))
    with load.span("closed") as span:
        time.sleep(TURN)
    account = load.end()
    return (span.requests / TURN, (processor_time(pid) - before) / account["sent"]) if account["failed"] == 0 else (0, 0)


def start_minimal(unit, port, log, headers, instance):
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(MINIMAL % {"port": port, "log": log, "headers": headers, "instance": instance})
        f.flush()
        benchlab.lab("cp", f.name, f"{benchlab.NAME}:/root/{unit}.cfg")
    must(inlab("systemd-run", "--quiet", "--unit=" + unit, "-p", "LogRateLimitIntervalSec=1s", "-p", "LogRateLimitBurst=1000000",
               "/usr/sbin/haproxy", "-db", "-f", f"/root/{unit}.cfg"))
    until(unit + " answers", lambda: inlab("curl", "-sf", f"http://127.0.0.1:{port}/").returncode == 0)
    return port, disturb.main_pid(unit)


def bench_throughput(app):
    app.scale(1)
    app.settled()
    environment = must(inlab("systemctl", "show", "-P", "Environment", app.units()[0])).split()
    instance = next(word.split("=", 1)[1] for word in environment if word.startswith("PORT="))
    router = must(inlab("pgrep", "-n", "-P", disturb.main_pid("paas-router.service"))).strip()
    proxies = {"a minimal configuration that logs": start_minimal("minimal-log", 8081, LOG, "", instance),
               "a minimal configuration without a log": start_minimal("minimal", 8080, "", "", instance),
               "one that logs and sets our headers": start_minimal("minimal-headers", 8082, LOG, HEADERS, instance),
               "paas-router": (80, router)}
    found = {name: [] for name in proxies}
    for _ in range(TURNS):      # short ones by turns: a machine that others share is never the same for long
        for name in random.sample(sorted(proxies), len(proxies)):
            found[name].append(throughput(*proxies[name]))
    must(inlab("systemctl", "stop", "minimal", "minimal-log", "minimal-headers"))
    for k, what, unit in ((0, "throughput, 32 kept HTTP/1.1 connections in a closed loop", "/s"), (1, "the proxy's processor time for a request", "us")):
        print(f"\n{what}, {TURNS} turns of {TURN} s (min, median, max)")
        for name, pairs in found.items():
            benchlab.show(name, [pair[k] for pair in pairs], None, unit)
        for name in list(found)[:-1]:
            print(f"  paas-router to {name}: {interval([ours[k] / pair[k] for ours, pair in zip(found['paas-router'], found[name])])}")
    print(f"  load average {os.getloadavg()[0]:.1f}")


COUNT = """
pids=$(pgrep -d, -P "$(systemctl show -P MainPID paas-router)")
ps -o rss= -p "$pids" | awk '{ n++; kib += $1 } END { printf "%d %d ", n, kib / 1024 }'
systemctl list-units --plain --no-legend 'paas-app-steady-*.service' | wc -l | tr '\\n' ' '
grep -c ' /run/paas/' /proc/self/mounts
"""


def print_bounds(what):
    print("  {:<46} {:>8} {:>8} MiB {:>8} {:>8}".format(what, *must(inlab("sh", "-c", COUNT)).split()), flush=True)


def bench_bounds(app):
    print("\nwhat is left of ten deploys and 13 reloads, before each of which five more WebSockets are opened that stay: HAProxy workers, their memory; instances, mounts")
    must(paas("settings:set", "max-draining=3", "-a", APP))
    loads = []
    print_bounds("before")
    for _ in range(10):
        loads.append(Load(APP, rate=5, websockets=5, downloads=0))
        app.deploy()
    print_bounds("after ten deploys, max-draining=3")
    for i in range(50):
        must(paas("apps:create", f"crowd-{i}"))
        if i % 4 == 0:
            loads.append(Load(APP, rate=5, websockets=5, downloads=0))
            disturb.reload_router()
    print_bounds("after 50 new applications and 13 reloads")
    for load in loads:
        load.end()
    until("what was replaced ends with its connections", lambda: len(app.units()) == 1, 120)
    print_bounds("when they are closed")


def bench():
    with open("/proc/loadavg") as f:
        print("what users notice; load average " + f.read().split()[0])
    print("an open loop of 500 requests a second, 50 WebSockets, 20 slow downloads; a long one is a WebSocket or a download")
    install = disturb.upgrade_package(Path(benchlab.lab("deb", "--flavour", "release").split()[-1]))
    new_app(APP)
    app = disturb.Steady(APP, ELSEWHERE)
    app.deploy()
    must(paas("settings:set", "upgrade-drain-timeout=24h", "max-draining=100", "rollback-window=0", "-a", APP))
    for kind in KINDS:
        must(paas("ps:listen", "web=" + kind, "-a", APP))
        app.scale(1)
        if ROWS != ["none"]:
            bench_table(kind, app, install)
        if DEPLOYS:
            bench_latency(kind, app)
        if kind == "port" and ROWS in ([], ["none"]):
            bench_throughput(app)
    must(paas("ps:listen", "web=port", "-a", APP))
    must(paas("settings:unset", "upgrade-drain-timeout", "max-draining", "rollback-window", "-a", APP))
    app.scale(1)
    if not ROWS:
        bench_bounds(app)
