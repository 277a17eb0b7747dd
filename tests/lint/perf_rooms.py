#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which room of perf/udpmill_perf may import which (perf/README.md); that no
circle of imports is left; and that outcomes are written in one place."""

import ast

import lint

PACKAGE = "perf/udpmill_perf"
LEAVES = {"errors", "human", "metrics", "outcomes"}  # anybody's
ROOMS = {
    "host": set(),
    "file": set(),
    "judge": {"file"},
    "guest": {"file", "host"},
    "measure": {"file", "guest", "host", "judge"},
    "render": {"file"},
    "verbs": {"file", "guest", "host", "judge", "measure", "render"},
    "main": {"verbs"},
}
OUTCOMES = {"VALID", "SUSPECT", "INVALID", "PASS", "IMPROVED", "REGRESSION",
            "INCONCLUSIVE", "A/A"}


def modules(root):
    """The package's modules as tuples of names, with where each is."""
    found = {}
    for path in lint.files(root, ".py", rooms=["perf"]):
        if str(path).startswith(PACKAGE + "/"):
            parts = path.with_suffix("").parts[2:]
            found[parts[:-1] if parts[-1] == "__init__" else parts] = path
    return found


def imports(tree, package, known):
    """(module, line, whether at its start) of what a module imports of its
    own package. package: the one that it is in."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = package[:len(package) - node.level + 1]
        base += tuple(node.module.split(".")) if node.module else ()
        for alias in node.names:
            whole = (*base, alias.name)
            yield (whole if whole in known else base, node.lineno,
                   not node.col_offset)


def wrong_room(module, other):
    room, wanted = module[:1], other[:1]
    if room == wanted or not room or not wanted or wanted[0] in LEAVES:
        return None
    if room[0] in LEAVES:
        return f"{room[0]} may import no room"
    if room[0] not in ROOMS:
        return f"{room[0]} is no room of the design"
    if wanted[0] not in ROOMS[room[0]]:
        return f"{room[0]} may not import {wanted[0]}"
    return None


def circle(graph):
    """One circle of imports, None where there is none."""
    done = set()

    def visit(module, path):
        if module in path:
            return [*path[path.index(module):], module]
        if module in done:
            return None
        for other in sorted(graph.get(module, ())):
            found = visit(other, [*path, module])
            if found:
                return found
        done.add(module)
        return None

    for module in sorted(graph):
        found = visit(module, [])
        if found:
            return found
    return None


def words(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in OUTCOMES:
            yield node.lineno, node.value


def check(root):
    complaints, graph, known = [], {}, modules(root)
    for module, path in known.items():
        tree = ast.parse((root / path).read_text())
        package = module if path.name == "__init__.py" else module[:-1]
        for other, line, at_start in imports(tree, package, known):
            wrong = wrong_room(module, other)
            if wrong:
                complaints.append(f"{path}:{line}: {wrong}")
            # What a function imports when it is called closes no circle.
            if at_start:
                graph.setdefault(module, set()).add(other)
        if module != ("outcomes",):
            complaints += [f"{path}:{line}: '{word}' is written in "
                           "outcomes.py, and imported"
                           for line, word in words(tree)]
    found = circle(graph)
    if found:
        complaints.append("a circle of imports: " + ", ".join(
            ".".join(module) or PACKAGE for module in found))
    return complaints


HERE = PACKAGE + "/"
GOOD = [
    {HERE + "measure/a.py": "from ..host import b\nfrom .. import errors\n",
     HERE + "host/b.py": "import os\n", HERE + "errors.py": "",
     HERE + "outcomes.py": "PASS = 'PASS'\n"},
    {HERE + "file/a.py": "from .b import c\n", HERE + "file/b.py": "c = 1\n"},
    {HERE + "render/__init__.py": "def f():\n    from . import a\n",
     HERE + "render/a.py": "from . import f\n"},
]
BAD = [
    ({HERE + "host/a.py": "from ..measure.b import c\n",
      HERE + "measure/b.py": ""}, "host may not import measure"),
    ({HERE + "file/a.py": "from ..render import b\n",
      HERE + "render/b.py": ""}, "file may not import render"),
    ({HERE + "errors.py": "from .host import a\n", HERE + "host/a.py": ""},
     "errors may import no room"),
    ({HERE + "other/a.py": "from ..host import b\n", HERE + "host/b.py": ""},
     "other is no room"),
    ({HERE + "file/a.py": "from . import b\n",
      HERE + "file/b.py": "from . import c\n",
      HERE + "file/c.py": "from .a import d\n"}, "file.a, file.b, file.c"),
    ({HERE + "judge/a.py": "x = {'REGRESSION': 1}\n"}, ":1: 'REGRESSION'"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
