# SPDX-License-Identifier: LGPL-2.1-or-later
"""Releases without a build: how long until the new value is served; and what a long history costs."""

import time

from benchlab import HOST, RUNS, answered, asker, inlab, lab, median, own_start, own_start_in_sandbox, show, timed

LONG = 5000
APPS = 1000


def until_served(pid, word, *command):
    watch = asker(pid, word)
    begin = time.monotonic()
    inlab(*command)
    return (answered(watch) - begin) * 1000


def current(app):
    return inlab("sh", "-c", f"paas releases -a {app} --json | python3 -c 'import json, sys; print(next(r[\"version\"] for r in json.load(sys.stdin) if r[\"current\"]))'").strip()


def bench_changes(repository):
    print("releases without a build, to the first answer (min, median, max)")
    own, sandboxed, config, back = [], [], [], []
    repository.change("environment")
    path = repository.directory + "/app.py"
    with open(path) as f:
        lines = [line for line in f.read().splitlines() if not line.startswith("os.environ[")]
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")
    repository.git("commit", "-qam", "greeting from the environment")
    repository.push()
    for i in range(RUNS):
        own.append(own_start())
        sandboxed.append(own_start_in_sandbox())
        word = f"word{i}-{time.monotonic_ns()}"
        before = current("hello")
        old = inlab("curl", "-s", "-H", f"Host: {HOST}", "http://127.0.0.1/").split()[0]
        config.append(until_served(repository.pid, word, "paas", "config:set", f"GREETING={word}", "-a", "hello"))
        back.append(until_served(repository.pid, old, "paas", "rollback", f"v{before}", "-a", "hello"))
    floor = median(own)
    show("floor: the application's own start", own)
    show("the same by systemctl, in its sandbox", sandboxed, floor)
    show("the way into the lab, which is part of what follows", [timed(lambda: inlab("true")) for _ in range(RUNS)], floor)
    show("config:set to the new value served", config, floor)
    show("rollback to the old version served", back, floor)
    bench_promotion(repository, floor)


def bench_promotion(repository, floor):
    inlab("paas", "apps:create", "hello-staging")
    inlab("paas", "pipelines:create", "bench", "-a", "hello-staging", "-s", "staging")
    inlab("paas", "pipelines:add", "bench", "-a", "hello", "-s", "production")
    inlab("paas", "config:unset", "GREETING", "-a", "hello")
    promoted = []
    for i in range(RUNS):
        word = f"promoted{i}-{time.monotonic_ns()}"
        repository.change(word)
        repository.git("push", "-q", "-f", "paas-lab:hello-staging", "HEAD:main", env=repository.environment)
        promoted.append(until_served(repository.pid, word, "paas", "pipelines:promote", "-a", "hello-staging"))
    show("pipelines:promote to the new version served", promoted, floor)


# A chain of releases as paasd writes them, by git fast-import: five thousand of them by hand would take an hour.
GROW = """
import json, subprocess, sys, time, uuid
git = ["git", "--git-dir", "/var/lib/paas/state.git"]
app, number = sys.argv[1], int(sys.argv[2])
def ask(*a): return subprocess.check_output(git + list(a), text=True).strip()
release, ref = f"refs/paas/release/{app}", f"refs/paas/app/{app}"
value = ask("rev-parse", release + ":config/A")
base = json.loads(ask("cat-file", "-p", release + ":release"))["version"]
stream = []
def commit(to, subject, version, files, status, parent, when):
    message = f"{subject}\\n\\nAction: config\\nRelease: v{version}\\nOperation: {version}\\n" + (f"Status: {status}\\n" if status else "")
    stream.append(f"commit {to}\\nauthor root <> {when} +0000\\ncommitter paas <paas@localhost> {when} +0000\\ndata {len(message)}\\n{message}")
    if parent: stream.append(f"from {parent}\\n")
    for path, data in files:
        stream.append(f"M 100644 {data} {path}\\n" if path != "release" and path != "current" else f"M 100644 inline {path}\\ndata {len(data)}\\n{data}\\n")
    stream.append("\\n")
def load():
    subprocess.run(git + ["fast-import", "--quiet", "--force"], input="".join(stream).encode(), check=True)
    stream.clear()
heads, start = [ask("rev-parse", release), ask("rev-parse", ref)], int(time.time()) - 2 * number
for i in range(1, number + 1):
    record = dict(actor="root", created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start + i)), description="Set A config vars",
                  id=str(uuid.uuid4()), kind="config", stack="host", version=base + i)
    commit(release, "Set A config vars", base + i, [("release", json.dumps(record)), ("config/A", value)], None, heads[0] if i == 1 else None, start + i)
    commit(ref, f"Release v{base + i} is current", base + i, [], "succeeded", heads[1] if i == 1 else None, start + i)
load()
commit(ref, f"Release v{base + number} is current", base + number, [("current", ask("rev-parse", release))], "succeeded", ask("rev-parse", ref), start + number + 1)
load()
"""


def restart():
    return timed(lambda: inlab("systemctl", "restart", "paasd"))


def bench():
    print(f"a long history: {LONG} releases of one application, then {APPS} applications (min, median, max)")
    inlab("paas", "apps:create", "long")
    inlab("paas", "config:set", "A=1", "-a", "long")
    inlab("systemctl", "stop", "paasd")
    inlab("python3", "-", "long", str(LONG), input=GROW)
    inlab("systemctl", "start", "paasd")
    show("paas releases", [timed(lambda: inlab("paas", "releases", "-a", "long")) for _ in range(10)])
    show("the same of a new application (the way into the lab included)", [timed(lambda: inlab("paas", "releases", "-a", "many-1")) for _ in range(10)])
    show("config:set, one release more", [timed(lambda i=i: inlab("paas", "config:set", f"A=x{i}", "-a", "long")) for i in range(5)])
    show("restart of paasd", [restart() for _ in range(3)])
    inlab("sh", "-c", f"for i in $(seq 100 {APPS}); do paas apps:create many-$i >/dev/null; done")
    show(f"restart of paasd with {APPS} applications", [restart() for _ in range(3)])
    print("  size of the state repository                  ", inlab("du", "-sh", "/var/lib/paas/state.git").split()[0])
