# SPDX-License-Identifier: MIT
"""The processes of a server: the one that was started, what descends from it,
and the rest of its process group."""
import os

from .window import read_text


def relations():
    """{pid: (its parent, its process group)} of all visible processes."""
    found = {}
    for entry in os.listdir('/proc'):
        if not entry.isdigit():
            continue
        try:
            fields = read_text(f'/proc/{entry}/stat').rsplit(')', 1)[1].split()
        except OSError:
            continue
        found[int(entry)] = int(fields[1]), int(fields[2])
    return found


def of(leader, known=None):
    """A tuple of pids, the leader first. known: as relations() returns."""
    known = relations() if known is None else known
    own = {leader} | {pid for pid, (_, group) in known.items()
                      if group == leader}
    grown = True
    while grown:
        more = {pid for pid, (parent, _) in known.items()
                if parent in own} - own
        own |= more
        grown = bool(more)
    return leader, *sorted(own - {leader})
