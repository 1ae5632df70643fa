# SPDX-License-Identifier: LGPL-2.1-or-later
"""Follows requirements.txt through its -r and -c lines. Prints "pinned" or "moving" (something that may change
without these files: a path of the tree, a branch of a repository), then each file that was read, one a line."""

import pathlib
import re
import sys

INCLUDE = re.compile(r"^(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)")
MOVING = re.compile(r"^(?:-e|--editable)\b|^[./]|(?:^|@\s*)file:")
REPOSITORY = re.compile(r"\b(?:git|hg|svn|bzr)\+")
COMMIT = re.compile(r"@[0-9a-f]{40}\b")

seen = []
moving = False


def moves(line):
    if MOVING.search(line):
        return True
    if REPOSITORY.search(line):
        return not COMMIT.search(line)
    return not line.startswith("-") and pathlib.Path(line.split(";")[0].strip()).exists()


def follow(path):
    global moving
    if path in seen:
        return
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        moving = True  # pip says what is wrong with it
        return
    seen.append(path)
    for line in text.replace("\\\n", " ").splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        include = INCLUDE.match(line)
        if include and "://" not in include[1]:
            follow(path.parent / include[1])
        elif line and (include or moves(line)):
            moving = True


follow(pathlib.Path(sys.argv[1]))
print("moving" if moving else "pinned")
for path in seen:
    print(path)
