#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""C is written as .clang-format writes it. The code keeps to what versions 14
to 19 agree on, so any of them will do: Debian 12 has 14, Debian 13 has 19."""

import re
import shutil
import subprocess
import sys

import lint

OLDEST, NEWEST = 14, 19
SKIPPED = 77


def find():
    names = [f"clang-format-{n}" for n in range(OLDEST, NEWEST + 1)]
    for name in names + ["clang-format"]:
        path = shutil.which(name)
        if not path:
            continue
        said = subprocess.run([path, "--version"], capture_output=True,
                              text=True).stdout
        match = re.search(r"version (\d+)\.", said)
        if match and OLDEST <= int(match[1]) <= NEWEST:
            return path
    print(f"skipped: no clang-format of version {OLDEST} to {NEWEST} is "
          "installed (Debian: clang-format)")
    sys.exit(SKIPPED)


def check(root):
    """One call for all files: it says once for each which line is first."""
    style = (root / ".clang-format").resolve()
    paths = {str((root / path).resolve()): path
             for path in lint.files(root, ".c", ".h")}
    run = subprocess.run(
        [FORMATTER, f"--style=file:{style}", "--dry-run", "-Werror",
         *paths], capture_output=True, text=True)
    first = {}
    for match in re.finditer(r"^(/.+?):(\d+):\d+: error", run.stderr, re.M):
        first.setdefault(match[1], match[2])
    complaints = [f"{paths[path]}:{line}: not as clang-format writes it; "
                  "tools/format does it" for path, line in first.items()]
    if run.returncode and not complaints:
        complaints.append(f"clang-format: {run.stderr.strip()}")
    return complaints


STYLE = "BasedOnStyle: LLVM\nIndentWidth: 8\nUseTab: Always\n"
GOOD = [{".clang-format": STYLE, "src/core/a.c": "int a(int b);\n"}]
BAD = [({".clang-format": STYLE, "src/core/a.c": "\nint  a (int b) ;\n"},
        "src/core/a.c:2")]

if __name__ == "__main__":
    FORMATTER = find()
    lint.main(check, GOOD, BAD)
