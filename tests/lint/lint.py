# SPDX-License-Identifier: MIT
"""Shared by all lints: the files, C without its comments, and the rule that a
lint first shows on samples that it can fail."""

import pathlib
import re
import sys
import tempfile

ROOMS = ["src", "tests", "perf", "tools"]
BUILD = "meson-private"  # what a build directory has in it


def files(root, *suffixes, rooms=ROOMS):
    """Relative paths below the rooms, sorted; all where no suffix is given."""
    for room in rooms:
        for path in sorted((root / room).rglob("*")):
            parents = path.relative_to(root).parents
            if any((root / p / BUILD).exists() for p in parents):
                continue
            if "__pycache__" in path.parts or not path.is_file():
                continue
            if not suffixes or path.suffix in suffixes:
                yield path.relative_to(root)


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def bare(source):
    """C without comments and without what stands in quotes, lines kept; the
    file names of #include stay."""
    def blank(match):
        start = source.rfind("\n", 0, match.start()) + 1
        if source[start:match.start()].lstrip().startswith("#include"):
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])
    return TOKEN.sub(blank, source)


def on_sample(check, sample):
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for path, text in sample.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode())
        return check(root)


def main(check, good, bad, remarks=None):
    """check(root) returns lines of complaint. good: samples it must pass; bad:
    pairs of a sample and a word its one complaint must have. remarks(root)
    gives lines that are printed and fail nothing."""
    for sample in good:
        complaints = on_sample(check, sample)
        if complaints:
            sys.exit(f"this lint is broken: it refuses {sample}: {complaints}")
    for sample, word in bad:
        complaints = on_sample(check, sample)
        if len(complaints) != 1 or word not in complaints[0]:
            sys.exit(f"this lint is broken: of {sample} it should complain "
                     f"once, with \"{word}\", and says {complaints}")
    root = pathlib.Path(sys.argv[1])
    complaints = check(root)
    for line in [*(remarks(root) if remarks else []), *complaints]:
        print(line)
    sys.exit(1 if complaints else 0)
