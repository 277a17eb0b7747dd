# SPDX-License-Identifier: MIT
"""What the plugin wrote: for each window of each workload, the blocks of
instructions that ran, by address and task."""
from collections import namedtuple
from dataclasses import dataclass, field

from ..errors import UNFIT, PerfError

TITLE = 'udpmill-count 1'
WINDOWS = 2
KERNEL = 1 << 63       # addresses of the kernel have this bit
MOST = 1 << 63         # of any number

# insns: of one execution; iterations: further ones of string instructions.
Block = namedtuple('Block', 'address task insns execs iterations')


@dataclass
class Window:
    switches: int
    blocks: list = field(default_factory=list)


def number(word, base=10):
    found = int(word, base)
    if not 0 <= found < (MOST << 1 if base == 16 else MOST):
        raise ValueError(f'{word} is out of range')
    return found


class Reader:
    """Takes the file's lines one by one, and refuses what is out of order."""

    def __init__(self):
        self.found, self.windows, self.window = [], None, None

    def workload(self, index):
        if self.windows is not None or number(index) != len(self.found):
            raise ValueError('a workload out of order')
        self.windows = []

    def begin(self, index, switches):
        if (self.windows is None or self.window is not None
                or number(index) != len(self.windows) + 1):
            raise ValueError('a window out of order')
        key, _, value = switches.partition('=')
        if key != 'switches':
            raise ValueError('no switches=')
        self.window = Window(number(value))

    def block(self, address, *rest):
        if self.window is None:
            raise ValueError('a block outside of a window')
        self.window.blocks.append(
            Block(number(address, 16), *map(number, rest)))

    def end(self, index):
        if self.window is None or number(index) != len(self.windows) + 1:
            raise ValueError('the end of another window')
        self.windows.append(self.window)
        self.window = None

    def done(self, index):
        if (self.window is not None or self.windows is None
                or number(index) != len(self.found)):
            raise ValueError('the end of another workload')
        self.found.append(self.windows)
        self.windows = None

    def unexpected(self, code):
        raise ValueError(f'workload {len(self.found)} executed the mark '
                         f'{code} out of turn; load did not end its windows')


METHODS = {'workload': Reader.workload, 'window': Reader.begin,
           'b': Reader.block, 'end': Reader.end, 'done': Reader.done,
           'unexpected': Reader.unexpected}


def parse(lines):
    """The windows of each workload that was completed. Lines that begin with
    another word are for later versions."""
    reader, rows = Reader(), iter(lines)
    if not next(rows, '').startswith(TITLE):
        raise PerfError(f'the plugin\'s counts do not begin with "{TITLE}"',
                        UNFIT)
    for at, row in enumerate(rows, 2):
        words = row.split()
        method = METHODS.get(words[0]) if words else None
        if not method:
            continue
        try:
            method(reader, *words[1:])
        except (TypeError, ValueError) as error:
            raise PerfError(f'the plugin\'s counts: line {at}: {error}',
                            UNFIT) from None
    return reader.found


def read(path):
    try:
        with open(path, encoding='ascii', errors='replace') as f:
            return parse(f)
    except OSError as error:
        raise PerfError(f'the plugin\'s counts: {path}: {error.strerror}',
                        UNFIT) from error
