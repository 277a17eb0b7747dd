#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What every text has: no blanks at the end of a line, a newline at the end of
the file, its licence, one spelling of microseconds, and a name that says what
is in it."""

import re

import lint

TEXT = {".c", ".h", ".def", ".py", ".sh", ".bash", ".build", ".md", ".scd",
        ".txt", ".yml", ".yaml"}
SHOWN = TEXT | {".css", ".in", ".ini", ".j2", ".json", ".svg"}
CODE = {".c", ".h", ".def", ".py", ".sh", ".bash", ""}
EMPTY_NAMES = re.compile(
    r"(utils?|utility|utilities|common|misc|helpers?|managers?)(_.*)?")
MICRO = re.compile("[\u00b5\u03bc]")


def read(path):
    return path.read_bytes().decode()  # a carriage return stays one


def is_text(root, path):
    if path.suffix in TEXT:
        return True
    return not path.suffix and (root / path).read_bytes()[:2] == b"#!"


def check_text(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield f"{path}:{number}: blanks at the end of the line"
    if text and not text.endswith("\n"):
        yield f"{path}: no newline at the end"
    if text.endswith("\n\n"):
        yield f"{path}: empty lines at the end"
    if path.suffix in CODE and "SPDX-License-Identifier: MIT" not in (
            "\n".join(text.split("\n")[:2])):
        yield f"{path}: no SPDX line at its top"
    if path.suffix == ".h" and "\n#pragma once\n" not in text:
        yield f"{path}: no #pragma once"


def check_units(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if MICRO.search(line):
            yield f"{path}:{number}: microseconds are written \"us\""


def check(root):
    complaints = []
    for path in lint.files(root):
        for part in path.parts:
            if EMPTY_NAMES.fullmatch(part.split(".")[0]):
                complaints.append(f"{path}: \"{part}\" says nothing")
        if is_text(root, path):
            complaints += check_text(path, read(root / path))
        if path.suffix in SHOWN:
            complaints += check_units(path, read(root / path))
    for path in sorted(root.glob("*")):
        if path.suffix in TEXT:
            name = path.relative_to(root)
            complaints += check_text(name, read(path))
            complaints += check_units(name, read(path))
    return complaints


SPDX = "/* SPDX-License-Identifier: MIT */\n"
GOOD = [
    {"src/core/a.c": SPDX + "int a;\n"},
    {"src/core/a.h": SPDX + "#pragma once\n", "README.md": "# A\n\ntext\n"},
    {"tools/run": "#!/bin/sh\n# SPDX-License-Identifier: MIT\n"},
    {"tests/data/commonplace": "no text of ours  "},
]
BAD = [
    ({"src/core/a.c": SPDX + "int a; \n"}, "src/core/a.c:2: blanks"),
    ({"src/core/a.c": SPDX + "int a;\t\n"}, "a.c:2: blanks"),
    ({"src/core/a.c": SPDX + "int a;\r\n"}, "a.c:2: blanks"),
    ({"README.md": "text  \n"}, "README.md:1: blanks"),
    ({"src/core/a.c": SPDX + "int a;"}, "no newline"),
    ({"src/core/a.c": SPDX + "int a;\n\n"}, "empty lines"),
    ({"src/core/a.c": "int a;\n"}, "no SPDX"),
    ({"tools/run": "#!/bin/sh\n"}, "no SPDX"),
    ({"src/core/a.h": SPDX + "int a;\n"}, "no #pragma once"),
    ({"README.md": "3 \u00b5s\n"}, 'README.md:1: microseconds'),
    ({"src/core/a.c": SPDX + "int a; /* \u03bcs */\n"}, "a.c:2: microseconds"),
    ({"perf/a.svg": "<text>3 \u00b5s</text>\n"}, "a.svg:1: microseconds"),
    ({"src/util/a.c": SPDX}, '"util" says nothing'),
    ({"src/core/common.c": SPDX}, '"common.c" says nothing'),
    ({"src/net/misc_socket.c": SPDX}, "says nothing"),
    ({"tests/helpers.py": "# SPDX-License-Identifier: MIT\n"}, "says nothing"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
