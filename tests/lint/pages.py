#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each manual page can be found by apropos(1), for which lexgrog(1) must read
its NAME, fits a terminal of 80 columns, and gives neither man(1) nor mandoc(1),
where that is installed, a reason for a warning. It names no page of this
project that does not exist. Argument: where the built ones are."""

import os
import re
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
    return run.returncode, run.stdout + run.stderr


def warnings(page):
    code, said = output_of("man", "--warnings", "-Tutf8", "-Z", "-l", page)
    yield from (line for line in said.splitlines() if "warning:" in line)
    if shutil.which("mandoc"):
        _, said = output_of("mandoc", "-T", "lint", "-W", "warning", page)
        yield from said.splitlines()


def check(root):
    complaints = []
    pages = sorted(root.glob("*.[1-8]"))
    names = {f"{page.stem}({page.suffix[1:]})" for page in pages}
    for page in pages:
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
        named = set(re.findall(r"\budpmill(?:-\w+)?\([1-8]\)", text))
        for name in sorted(named - names):
            complaints.append(f"{page.name}: there is no page {name}")
        warned = list(warnings(page))
        if warned:
            complaints.append(f"{page.name}: {len(warned)} warnings, such as "
                              f"{warned[0].strip()}")
    return complaints


def page(name, example):
    return (f".TH \"{name}\" 1 2026-01-31\n.SH NAME\n{name} \\- does a thing\n.SH EXAMPLES\n"
            f".nf\n{example}\n.fi\n")


GOOD = [{"a.1": page("a", "x" * 60), "a-b.1": page("a-b", "")},
        {"a.1": page("a", "words " * 9)}]
BAD = [({"a.1": page("a", "x" * 90)}, "columns: xxx"),
       ({"a-b.1": page("a b", "")}, '"a-b - what it is for"'),
       ({"a.1": page("b", "")}, "a.1: lexgrog"),
       ({"a.1": page("a", "see udpmill-none(1)")}, "no page udpmill-none(1)"),
       ({"a.5": page("b", "").replace(" 1 ", " 5 ", 1)}, "a.5: lexgrog"),
       ({"a.1": page("a", "\\[nonesuch]")}, "nonesuch")]

if __name__ == "__main__":
    for name in "man", "lexgrog":
        if not shutil.which(name):
            print(f"skipped: there is no {name} here (Debian: man-db)")
            sys.exit(SKIPPED)
    lint.main(check, GOOD, BAD)
