#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each header compiles alone: it includes what it needs. Arguments: the root,
then the compiler."""

import subprocess
import sys

import lint

# A fixture's functions are used by those who include it, not by itself.
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
         "-Wno-unused-function", "-fsyntax-only", "-x", "c"]

# Of libraries that the build can do without.
OPTIONAL = ["liburing.h", "microhttpd.h", "bpf/bpf.h", "bpf/libbpf.h", "xsk.h"]


def of_a_missing_library(error):
    """In the words of gcc, and of clang."""
    return any(f"{name}: No such file" in error or
               f"{name}' file not found" in error for name in OPTIONAL)


def check(root):
    compiler = sys.argv[2:]
    complaints = []
    for path in lint.files(root, ".h"):
        # Included, not compiled: #pragma once in a main file is a warning.
        run = subprocess.run(
            [*compiler, *FLAGS, "-I", root / "src", "-include", root / path,
             "/dev/null"], capture_output=True, text=True)
        if run.returncode:
            lines = run.stderr.strip().split("\n")
            first = next((line for line in lines if "error:" in line), lines[0])
            if of_a_missing_library(run.stderr):
                print(f"left out: {path}: {first}")
                continue
            complaints.append(f"{path}: does not compile alone: {first}")
    return complaints


GOOD = [
    {"src/core/a.h": "#pragma once\n#include <stddef.h>\nsize_t a(void);\n",
     "src/core/b.h": '#pragma once\n#include "core/a.h"\n'},
    {"src/core/a.h": "#pragma once\n#include <none/liburing.h>\n"},
]
BAD = [
    ({"src/core/a.h": "#pragma once\nsize_t a(void);\n"}, "src/core/a.h"),
    ({"src/core/a.h": "#pragma once\nstatic int a(void) {}\n"}, "a.h"),
    ({"tests/a.h": '#pragma once\n#include "core/none.h"\n'}, "tests/a.h"),
]

if __name__ == "__main__":
    lint.main(check, GOOD, BAD)
