#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each test that src/ARCHITECTURE.md names exists, so that each promise of its
section Safety is still tested."""

import re

import lint

PAGE = "src/ARCHITECTURE.md"
NAMES = re.compile(r"`((?:contract|e2e|fuzz|perf|unit)/[a-z0-9_/]+)`")


def check(root):
    if not (root / PAGE).exists():
        return []
    text = (root / PAGE).read_text()
    return [f"{PAGE}: there is no test {name}"
            for name in sorted(set(NAMES.findall(text)))
            if not any((root / place / (name + suffix)).exists()
                       for place in ("tests", ".")
                       for suffix in ("", ".c", ".py"))]


GOOD = [{PAGE: "shown by `e2e/a` and `unit/b/c`", "tests/e2e/a.py": "",
         "tests/unit/b/c.c": ""},
        {PAGE: "in `perf/udpmill_perf`", "perf/udpmill_perf": ""},
        {PAGE: "in `perf/floor`", "perf/floor.c": ""}]
BAD = [({PAGE: "shown by `e2e/a`", "tests/unit/a.c": ""},
        "there is no test e2e/a")]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
