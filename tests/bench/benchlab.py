# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the benchmarks share: the lab, the sample application as a developer's clone, and clocks."""

import json
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
LAB = TREE / "tests/lab/lab"
NAME = os.environ.get("PAAS_BENCH_LAB", "bench")
RUNS = int(os.environ.get("RUNS", "7"))
HOST = "hello.paas.test"


def lab(*arguments, **options):
    return subprocess.run([LAB, *arguments], check=True, text=True, capture_output=True, timeout=900, **options).stdout


def inlab(*command, **options):
    return lab("run", "--name", NAME, "--", *command, **options)


def median(values):
    return statistics.median(values)


def show(what, values, floor=None, unit="ms"):
    ratio = f"   {median(values) / floor:5.2f} x floor" if floor else ""
    print(f"  {what:<46} {min(values):8.1f} {median(values):8.1f} {max(values):8.1f} {unit}{ratio}", flush=True)


def timed(function):
    begin = time.monotonic()
    function()
    return (time.monotonic() - begin) * 1000


def bring_up():
    subprocess.run([LAB, "down", "--name", NAME], capture_output=True, timeout=60)
    lab("up", "--name", NAME, "--flavour", "release")
    key = Path(lab("key", "--name", NAME).strip()).read_text()
    inlab("sh", "-c", "cat >/root/key.pub; mkdir -p /root/.ssh; cp /root/key.pub /root/.ssh/authorized_keys", input=key)
    inlab("paas", "setup", "--domain", "paas.test", "--admin", "bench", "--key", "/root/key.pub")
    inlab("paas", "apps:create", "hello")
    inlab("sh", "-c", "git init -q --bare /root/bare.git")


class Repository:
    """The sample application as a developer's clone, on this side of the network."""

    def __init__(self, directory):
        self.directory = directory
        shutil.copytree(TREE / "tests/apps/hello-python", directory, dirs_exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.pid = lab("pid", "--name", NAME).strip()
        config = lab("ssh-config", "--name", NAME).strip()
        ssh = f"nsenter -t {self.pid} -n ssh -F {config} -o ProxyCommand=none"
        self.environment = {**os.environ, "GIT_SSH_COMMAND": ssh}
        self.root_environment = {**os.environ, "GIT_SSH_COMMAND": f"{ssh} -l root"}

    def git(self, *arguments, env=None, check=True):
        subprocess.run(["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.com", "-C", self.directory, *arguments],
                       check=check, env=env, capture_output=True, timeout=300)

    def change(self, word):
        path = Path(self.directory, "app.py")
        lines = [line for line in path.read_text().splitlines() if not line.startswith("os.environ[")]
        at = lines.index("import os") + 1
        path.write_text("\n".join(lines[:at] + [f'os.environ["GREETING"] = "{word}"'] + lines[at:]) + "\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", word)

    def push(self):
        self.git("push", "-q", "paas-lab:hello", "HEAD:main", env=self.environment)

    def push_bare(self):
        self.git("push", "-q", "paas-lab:/root/bare.git", "HEAD:main", env=self.root_environment)


# Asks the router every five milliseconds until the new word comes; run inside the lab's network. Over plain HTTP and one connection:
# a machine of two processors is not to be kept busy by the clock.
ASK = """
import http.client, sys, time
c = http.client.HTTPConnection("127.0.0.1", timeout=2)
while True:
    try:
        c.request("GET", "/", headers={"Host": sys.argv[1]})
        if sys.argv[2] in c.getresponse().read().decode():
            break
    except (OSError, http.client.HTTPException):
        c.close()
    time.sleep(0.005)
print(time.monotonic())
"""

# Starts the application by hand and waits for its first answer; prints milliseconds.
START = """
import os, socket, subprocess, sys, time
begin = time.monotonic()
p = subprocess.Popen([sys.executable, "app.py"], env={**os.environ, "PORT": "18080"}, stderr=subprocess.DEVNULL)
while True:
    try:
        s = socket.create_connection(("127.0.0.1", 18080), 1)
        s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
        if s.recv(100):
            break
    except OSError:
        time.sleep(0.001)
print((time.monotonic() - begin) * 1000)
p.kill()
"""


# The same as a unit, with the properties and the sandbox of the instance that runs.
START_UNIT = """
import glob, os, re, socket, subprocess, time
own = sorted(glob.glob("/run/systemd/transient/paas-app-hello-web.1-*.service"))[-1]
text = re.sub(r"PORT=[0-9]+", "PORT=18081", open(own).read())
text = "\\n".join(line for line in text.splitlines() if not line.startswith(("Restart", "# ")))
with open("/run/systemd/system/paas-app-hello-bench.service", "w") as f:
    f.write(text + "\\n")
subprocess.run(["systemctl", "daemon-reload"], check=True)
begin = time.monotonic()
subprocess.run(["systemctl", "start", "paas-app-hello-bench.service"], check=True)
while True:
    try:
        s = socket.create_connection(("127.0.0.1", 18081), 1)
        s.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
        if s.recv(100):
            break
    except OSError:
        time.sleep(0.001)
print((time.monotonic() - begin) * 1000)
subprocess.run(["systemctl", "stop", "paas-app-hello-bench.service"], check=True)
os.unlink("/run/systemd/system/paas-app-hello-bench.service")
subprocess.run(["systemctl", "daemon-reload"], check=True)
"""


def asker(pid, word):
    """A process that ends when the router's answer has the word in it, and prints when that was."""
    process = subprocess.Popen(["nsenter", "-t", pid, "-n", "python3", "-c", ASK, HOST, word], stdout=subprocess.PIPE, text=True)
    time.sleep(0.3)  # it has started by then, and its start is no part of what is timed
    return process


def answered(process):
    return float(process.communicate(timeout=120)[0])


def own_start():
    """Milliseconds from the start of the application by hand to its first answer."""
    return float(inlab("sh", "-c", "cd /root/app; exec python3 -", input=START))


def own_start_in_sandbox():
    """The same when `systemctl start` does it, in the sandbox of the application's processes."""
    return float(inlab("python3", "-", input=START_UNIT))
