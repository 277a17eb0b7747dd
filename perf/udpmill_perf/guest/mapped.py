# SPDX-License-Identifier: MIT
"""Names in a server that is not udpmill's: those that its files export, or
have if they are not stripped, and else the names of the files."""
import os
from bisect import bisect_right

from ..errors import UNFIT, PerfError
from . import elf, symbols
from .groups import SERVER


def mappings(maps):
    """(start, end, offset, whether executable, path) of each mapped file, from
    the text of /proc/PID/maps."""
    for line in maps.splitlines():
        words = line.split()
        if len(words) >= 6 and words[5].startswith('/'):
            start, end = (int(n, 16) for n in words[0].split('-'))
            yield start, end, int(words[2], 16), 'x' in words[1], words[5]


def rows_of(path, at):
    """Of a file that is mapped at an address."""
    read = elf.read(path)
    shift = at - min((s.address for s in read.segments if s.kind == elf.LOAD),
                     default=0)
    for found in {*read.functions, *read.exported}:
        start = found.address + shift
        yield (start, start + found.size if found.size else 0,
               found.is_global, found.name)


class Mapped(symbols.Table):
    """A Table that knows an address by its file, too. spans: sorted (start,
    end, name)."""
    group = SERVER

    def __init__(self, rows, spans):
        super().__init__(rows)
        self.spans = spans
        self.begins = [span[0] for span in spans]

    def find(self, address):
        found = super().find(address)
        at = bisect_right(self.begins, address) - 1
        if found or at < 0 or address >= self.spans[at][1]:
            return found
        return symbols.Found(f'[{self.spans[at][2]}]', False)


def of_server(maps, files):
    """files: paths here of the program and its libraries, by those in the
    guest."""
    rows, spans = [], []
    try:
        for start, end, offset, executable, name in mappings(maps):
            if name in files and offset == 0:
                rows += rows_of(files[name], start)
            if executable:
                spans.append((start, end, os.path.basename(name)))
    except ValueError:
        raise PerfError('the guest\'s list of mappings is damaged',
                        UNFIT) from None
    return Mapped(symbols.symbols(rows), sorted(spans))
