# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks share: the tree's files, and one way to report."""

import fnmatch
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def files(*patterns):
    """Files that git knows or would take, below TOP, as relative paths; all of them without git (a source package)."""
    try:
        out = subprocess.run(["git", "-C", str(TOP), "ls-files", "-z", "-co", "--exclude-standard"],
                             check=True, capture_output=True).stdout.decode()
        names = [n for n in out.split("\0") if n and (TOP / n).is_file()]
    except (OSError, subprocess.CalledProcessError):
        names = [str(p.relative_to(TOP)) for p in TOP.rglob("*")
                 if p.is_file() and not re.match(r"(build|obj-[^/]*|debian|\.git)/", str(p.relative_to(TOP)))]
    paths = sorted(pathlib.Path(n) for n in set(names))
    return [p for p in paths if not patterns or any(matches(p, x) for x in patterns)]


def matches(path, pattern):
    """Below src/ a star is any depth: a directory may have its own."""
    return fnmatch.fnmatch(str(path), pattern) if pattern.startswith("src/") else path.match(pattern)


def read(path):
    return (TOP / path).read_text(encoding="utf-8", errors="replace")


def code_only(text):
    """C without comments and string contents, line breaks kept, so that line numbers hold."""
    def blank(match):
        s = match.group(0)
        if s[0] in "\"'":
            return s[0] + s[0]
        return "\n" * s.count("\n") or " "
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


class Report:
    def __init__(self, name):
        self.name, self.count = name, 0

    def wrong(self, where, text):
        self.count += 1
        print(f"{where}: {text}")

    def done(self, summary):
        print(f"{self.name}: {summary}" + (f"; {self.count} wrong" if self.count else ""))
        sys.exit(1 if self.count else 0)
