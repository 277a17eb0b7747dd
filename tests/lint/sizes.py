#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files and functions that can be read in one sitting: near 300 and 40 lines.
Above 400 and 70 lines is a failure; those in between are listed for another
look."""

import lint

FILE_GOOD, FILE_MOST = 300, 400
FUNCTION_GOOD, FUNCTION_MOST = 40, 70
SUFFIXES = {".c", ".h", ".py", ".sh", ".bash"}


def functions(text):
    """Line and length of each body: from a brace in the first column to the
    next, which is how .clang-format writes a function and nothing else."""
    start = None
    for number, line in enumerate(lint.bare(text).split("\n"), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield start, number - start - 1
            start = None


def is_script(path):
    """One whose first line says what runs it."""
    with open(path, "rb") as f:
        return f.read(2) == b"#!"


def measure(root):
    """Name, what it is, its lines, what is good and what is too much."""
    for path in lint.files(root):
        if path.suffix not in SUFFIXES and not is_script(root / path):
            continue
        text = (root / path).read_text()
        yield str(path), "file", text.count("\n"), FILE_GOOD, FILE_MOST
        if path.suffix in (".c", ".h"):
            for line, length in functions(text):
                yield (f"{path}:{line}", "function", length, FUNCTION_GOOD,
                       FUNCTION_MOST)


def check(root):
    complaints = []
    for name, what, lines, _, most in measure(root):
        if lines > most:
            complaints.append(f"{name}: a {what} of {lines} lines, above "
                              f"{most}")
    return complaints


def look_again(root):
    for name, what, lines, good, _ in measure(root):
        if lines > good:
            yield f"look again: {name}: a {what} of {lines} lines"


def function(lines):
    return "int a(void)\n{\n" + "\ta();\n" * lines + "}\n"


GOOD = [
    {"src/core/a.c": function(70), "src/core/a.h": "\n" * 400},
    {"src/core/a.c": function(60) + function(60)},
    {"perf/data": "\n" * 401, "tools/a": "#!/bin/sh\n" + "\n" * 399},
    {"src/core/a.c": "int a[] = {\n" + "\t1,\n" * 100 + "};\n"},
]
BAD = [
    ({"src/core/a.c": function(71)}, "src/core/a.c:2: a function of 71"),
    ({"tests/unit/a.c": function(10) + function(80)}, "a function of 80"),
    ({"src/core/a.h": "\n" * 401}, "a file of 401"),
    ({"perf/a.py": "\n" * 401}, "a file of 401"),
    ({"perf/a": "#!/usr/bin/python3\n" + "\n" * 400}, "a file of 401"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD, look_again)
