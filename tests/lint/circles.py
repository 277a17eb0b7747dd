#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No file depends on itself, directly or indirectly, by what it includes or by
what it calls. NAME.c and NAME.h are one unit."""

import re

import lint

# Rooms that are free of them: all.
FREE = ["src/"]

INCLUDE = re.compile(r'^#include "([^"]+)\.h"', re.M)
# At the beginning of a line: a function with its body, or a table.
DEFINES = re.compile(
    r"^(?!static\b|extern\b|typedef\b|return\b)[a-z_][\w \t*\n]*?\b(\w+)"
    r"(?:\([^;{}]*\)\n\{|(?:\[[^\]\n]*\])* = \{?)", re.M)
WORD = re.compile(r"\b[a-z_]\w+\b")


def units(root):
    """Name of a unit to its C source and header, without comments."""
    found = {}
    for path in lint.files(root, ".c", ".h", rooms=["src"]):
        unit = found.setdefault(str(path.with_suffix("")), {})
        unit[path.suffix] = lint.bare((root / path).read_text())
    return found


def needs(found):
    """Name of a unit to the names of those that it includes or calls."""
    owners = {}
    for name, unit in found.items():
        for match in DEFINES.finditer(unit.get(".c", "")):
            owners[match[1]] = name
    arrows = {}
    for name, unit in found.items():
        included = {f"src/{header}" for text in unit.values()
                    for header in INCLUDE.findall(text)}
        called = {owners[word] for word in WORD.findall(unit.get(".c", ""))
                  if word in owners}
        arrows[name] = ((included & found.keys()) | called) - {name}
    return arrows


def reach(arrows, start):
    seen, todo = set(), [start]
    while todo:
        for name in arrows[todo.pop()] - seen:
            seen.add(name)
            todo.append(name)
    return seen


def check(root):
    arrows = needs(units(root))
    reached = {name: reach(arrows, name) for name in arrows}
    complaints = set()
    for name, below in reached.items():
        if name not in below or not name.startswith(tuple(FREE)):
            continue
        circle = sorted(n for n in below if name in reached[n])
        complaints.add(f"{circle[0]}: needs itself, by way of "
                       + ", ".join(circle[1:]))
    return sorted(complaints)


GOOD = [
    {"src/net/a.c": '#include "net/b.h"\nint a(void)\n{\n\treturn bb();\n}\n',
     "src/net/b.h": "int bb(void);\n", "src/net/b.c": "int bb(void)\n{\n}\n"},
    {"src/net/a.c": "static int aa(void)\n{\n}\n\nint b1(void)\n{\n}\n",
     "src/net/b.c": "static int aa(void)\n{\n\treturn b1();\n}\n"},
    {"src/net/a.c": "/* bb() */\nint aa(void)\n{\n}\n",
     "src/net/b.c": "int bb(void)\n{\n\treturn aa();\n}\n"},
]
BAD = [
    ({"src/net/a.h": '#include "net/b.h"\n', "src/net/b.c": '#include "net/a.h"\n',
      "src/net/b.h": ""}, "src/net/a: needs itself, by way of src/net/b"),
    ({"src/net/a.h": '#include "net/b.h"\n', "src/net/b.h": '#include "net/c.h"\n',
      "src/net/c.c": '#include "net/a.h"\n', "src/net/c.h": ""}, "src/net/b, src/net/c"),
    ({"src/net/a.c": "int aa(void)\n{\n\treturn bb();\n}\n",
      "src/net/b.c": "int bb(void)\n{\n\treturn aa();\n}\n"}, "src/net/b"),
    ({"src/net/a.c": "const struct t *const aa[] = {0};\nint z = bb();\n",
      "src/net/b.c": "int bb(void)\n{\n\treturn *aa[0];\n}\n"}, "src/net/b"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
