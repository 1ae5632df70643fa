# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints what gunicorn would serve, "app:app", where that is plain: exactly one candidate. Nothing of the
application is run."""

import ast
import pathlib


def names(path):
    """The names that a module binds at its top level."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()
    found = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found.update(t.id for t in targets if isinstance(t, ast.Name))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.add(node.name)
    return found


def candidates():
    if pathlib.Path("manage.py").is_file():
        for path in sorted(pathlib.Path(".").glob("*/wsgi.py")):
            if "application" in names(path):
                yield f"{path.parent.name}.wsgi"
        return
    for module in ("wsgi", "app", "main"):
        path = pathlib.Path(f"{module}.py")
        bound = names(path) if path.is_file() else set()
        for name in ("application", "app"):
            if name in bound:
                yield f"{module}:{name}"
                return


found = list(candidates())
if len(found) == 1:
    print(found[0])
