#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each file with a test is listed in the meson.build of its directory, or of
the nearest one above that has one: otherwise it would never run, and nobody
would notice."""

import re

import lint

TEST = re.compile(
    r"^\s*def test_|^\s*(Parameterized)?Test\(|^\s*Theory\(|"
    r"LLVMFuzzerTestOneInput|^\s*lint\.main\(", re.M)


def build_of(root, path):
    """The folder of the meson.build that should name the file; None where
    there is none."""
    for folder in path.parents:
        if (root / folder / "meson.build").exists():
            return folder
    return None


def listed(text, name):
    """As 'name', 'name.py', or without the test_ that meson.build adds."""
    names = {name, name.removeprefix("test_")}
    return any(re.search(rf"'{re.escape(n)}(\.\w+)?'", text) for n in names)


def check(root):
    complaints = []
    for path in lint.files(root, ".c", ".py", rooms=["tests"]):
        if not TEST.search((root / path).read_text()):
            continue
        folder = build_of(root, path)
        text = (root / folder / "meson.build").read_text() if folder else ""
        name = str(path.relative_to(folder or ".").with_suffix(""))
        if not listed(text, name):
            complaints.append(f"{path}: stands in no meson.build, and so never "
                              "runs")
    return complaints


GOOD = [
    {"tests/a/meson.build": "test('b', files('b.py'))", "tests/a/helper.py": "",
     "tests/a/b.py": "class A:\n    def test_it(self):\n"},
    {"tests/a/meson.build": "x = {'b/c': []}", "tests/a/b/c.c": "Test(b, c)\n"},
    {"tests/a/meson.build": "['b']", "tests/a/test_b.py": "def test_it():\n"},
]
BAD = [
    ({"tests/a/meson.build": "['c']", "tests/a/test_b.py": "def test_a():\n"},
     "tests/a/test_b.py: stands in no"),
    ({"tests/a/meson.build": "['bc']", "tests/a/b.c": "\nTest(b, c)\n"},
     "tests/a/b.c"),
    ({"tests/b.py": "def test_a():\n"}, "tests/b.py"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
