# SPDX-License-Identifier: LGPL-2.1-or-later
"""What compile wants to know about pyproject.toml: the dependencies, one a line, on standard output, and
"install" as the first line where the project itself is to be installed. Exit 2: a line for the developer."""

import sys

try:
    import tomllib
except ImportError:  # Python 3.10 and older
    print("pyproject.toml without requirements.txt needs Python 3.11 on the server. Commit a requirements.txt.")
    sys.exit(2)

try:
    with open("pyproject.toml", "rb") as f:
        document = tomllib.load(f)
except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
    print(f"pyproject.toml could not be read: {e}")
    sys.exit(2)

project = document.get("project")
if project is not None and not isinstance(project, dict):
    print("[project] in pyproject.toml is no table.")
    sys.exit(2)
if project is None and "poetry" in document.get("tool", {}):
    print("pyproject.toml has [tool.poetry] and no [project]. Commit what 'poetry export' writes as requirements.txt.")
    sys.exit(2)

dependencies = (project or {}).get("dependencies", [])
dynamic = "dependencies" in (project or {}).get("dynamic", [])
print("install" if project is not None and (dynamic or "build-system" in document) else "dependencies")
for d in dependencies:
    print(d)
