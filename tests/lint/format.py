#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""C is written as .clang-format writes it. Only version 14 is asked: another
forms some lines differently."""

import re
import shutil
import subprocess
import sys

import lint

VERSION = 14
SKIPPED = 77


def find():
    for name in f"clang-format-{VERSION}", "clang-format":
        path = shutil.which(name)
        if not path:
            continue
        said = subprocess.run([path, "--version"], capture_output=True,
                              text=True).stdout
        if re.search(rf"version {VERSION}\.", said):
            return path
    print(f"skipped: there is no clang-format {VERSION} here "
          f"(Debian: clang-format-{VERSION})")
    sys.exit(SKIPPED)


def check(root):
    complaints = []
    style = (root / ".clang-format").resolve()
    for path in lint.files(root, ".c", ".h"):
        run = subprocess.run(
            [FORMATTER, f"--style=file:{style}", "--dry-run", "-Werror",
             root / path], capture_output=True, text=True)
        if run.returncode:
            match = re.search(r":(\d+):\d+: error", run.stderr)
            line = f":{match[1]}" if match else ""
            complaints.append(f"{path}{line}: not as clang-format writes it; "
                              "tools/format does it")
    return complaints


STYLE = "BasedOnStyle: LLVM\nIndentWidth: 8\nUseTab: Always\n"
GOOD = [{".clang-format": STYLE, "src/core/a.c": "int a(int b);\n"}]
BAD = [({".clang-format": STYLE, "src/core/a.c": "\nint  a (int b) ;\n"},
        "src/core/a.c:2")]

if __name__ == "__main__":
    FORMATTER = find()
    lint.main(check, GOOD, BAD)
