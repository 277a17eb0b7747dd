#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each manual page can be found by apropos(1), for which lexgrog(1) must read
its NAME, and fits a terminal of 80 columns. Argument: where the built ones
are."""

import os
import shutil
import subprocess
import sys

import lint

WIDTH = 80
SKIPPED = 77


def output_of(*command):
    run = subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        env=dict(os.environ, MANWIDTH=str(WIDTH), LC_ALL="C.UTF-8"))
    return run.returncode, run.stdout


def check(root):
    complaints = []
    for page in sorted(root.glob("*.1")):
        code, said = output_of("lexgrog", page)
        if code or f'"{page.stem} - ' not in said:
            complaints.append(f"{page.name}: lexgrog finds no NAME of the form "
                              f'"{page.stem} - what it is for"')
        code, text = output_of("man", "-l", page)
        if code or not text:
            complaints.append(f"{page.name}: man does not render it")
        for line in text.splitlines():
            if len(line) > WIDTH:
                complaints.append(f"{page.name}: {len(line)} columns: "
                                  f"{line.strip()}")
    return complaints


def page(name, example):
    return (f".TH {name} 1\n.SH NAME\n{name} \\- does a thing\n.SH EXAMPLES\n"
            f".nf\n{example}\n.fi\n")


GOOD = [{"a.1": page("a", "x" * 60), "a-b.1": page("a-b", "")},
        {"a.1": page("a", "words " * 9)}]
BAD = [({"a.1": page("a", "x" * 90)}, "columns: xxx"),
       ({"a-b.1": page("a b", "")}, '"a-b - what it is for"'),
       ({"a.1": page("b", "")}, "a.1: lexgrog")]

if __name__ == "__main__":
    for name in "man", "lexgrog":
        if not shutil.which(name):
            print(f"skipped: there is no {name} here (Debian: man-db)")
            sys.exit(SKIPPED)
    lint.main(check, GOOD, BAD)
