#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A manual page by scdoc(5), without the paragraphs that scdoc begins where
none follows, of which mandoc(1) warns: page.py SCDOC, with the source on
standard input."""
import subprocess
import sys

HEADINGS = ('.TH', '.SH', '.SS')


def tidied(lines):
    """A paragraph begins after what is indented (.RE), and neither before nor
    after a heading."""
    pending, before = False, '.TH'
    for line in lines:
        if line == '.P':
            pending = True
            continue
        if line == '.RE' and pending:
            yield line
            before = line
            continue
        if pending and not line.startswith(HEADINGS) and not (
                before.startswith(HEADINGS)):
            yield '.P'
        pending = False
        if not line.startswith(('.\\"', '.ie', '.el', '.nh', '.ad')):
            before = line
        yield line


if __name__ == '__main__':
    made = subprocess.run([sys.argv[1]], stdin=sys.stdin, check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    sys.stdout.write('\n'.join(tidied(made.splitlines())) + '\n')
