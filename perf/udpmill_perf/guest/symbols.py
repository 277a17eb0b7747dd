# SPDX-License-Identifier: MIT
"""Names of functions by address: the kernel's and its modules' as the guest
tells them, udpmill's from its ELF file.

Compilers split and clone functions, and two of them do it differently: f.cold,
f.part.0, f.isra.0 and f.constprop.0 all count as f, so that kernels compare.
"""
import re
from bisect import bisect_right
from collections import namedtuple

from ..errors import UNFIT, PerfError
from . import elf
from .counts import KERNEL
from .groups import UDPMILL

UNKNOWN, UNKNOWN_CODE = '[unknown]', '[unknown code]'  # kernel, program
VDSO = '[vdso or libraries]'
CLONE = re.compile(r'(.+?)((?:\.(?:cold|part|isra|constprop|llvm|lto_priv|'
                   r'localalias)(?:\.\d+)*)+)')
# Of what lies at their address, the linker's marks; and the padding in front
# of each function, which is never executed.
MARK = re.compile(r'__pfx_.*|_s?text|_[es](init)?text|\.?L\d.*|'
                  r'\w*(_text|_thunk)_(start|end)')
GAP_MOST = 1 << 20     # bytes from a name in which an address still belongs
PIE_AT = 0x555555554000  # of a program, if addresses are not randomised
TOP = 0x7fff00000000   # above it are the stack, libraries and the vdso

# start, and end or None; name: without clones' suffixes; is_call: whether to
# begin at start is a call of the function.
Symbol = namedtuple('Symbol', 'start end name is_call')
Found = namedtuple('Found', 'name is_entry')


def plain(name):
    """(name without the suffixes of clones, these suffixes)"""
    found = CLONE.fullmatch(name)
    return (found[1], found[2]) if found else (name, '')


def rank(row):
    """Of several names of an address the best is first: a global one, not a
    clone, the shortest."""
    is_global, name = row
    return not is_global, '.' in name, len(name), name


def symbols(rows):
    """Symbols from rows of (start, end or 0, whether global, name)."""
    best, ends = {}, {}
    for start, end, is_global, name in rows:
        row = is_global, name
        if start not in best or rank(row) < rank(best[start]):
            best[start] = row
        ends[start] = max(end, ends.get(start, 0))
    whole = {name for _, name in best.values() if '.' not in name}
    for start in sorted(best):
        name, suffix = plain(best[start][1])
        # A cold part is jumped to. Another part is called by what was left of
        # the function, if there is such a rest, which then counts.
        part = '.cold' in suffix or '.part' in suffix and name in whole
        yield Symbol(start, ends[start] or None, name, not part)


class Table:
    """rows: Symbols in ascending order; group: of what a program does."""
    group = UDPMILL

    def __init__(self, rows):
        self.rows = list(rows)
        self.starts = [row.start for row in self.rows]

    def __len__(self):
        return len(self.rows)

    def find(self, address):
        """The Found of an address, or None."""
        at = bisect_right(self.starts, address) - 1
        if at < 0:
            return None
        row = self.rows[at]
        if address >= (row.end or row.start + GAP_MOST):
            return None
        return Found(row.name, row.is_call and address == row.start)


def kernel_row(line):
    """A line of /proc/kallsyms, with or without its type, or None."""
    words = line.split()
    kind = 'T'
    if len(words) > 2 and len(words[1]) == 1 and words[2][0] != '[':
        kind = words.pop(1)
    if len(words) < 2 or kind not in 'tTwW' or MARK.fullmatch(words[1]):
        return None
    return int(words[0], 16), 0, kind in 'TW', words[1]


def module_ends(text):
    """(start, end) of each module, from /proc/modules."""
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 6:
            start = int(words[5], 16)
            yield start, start + int(words[1])


def of_kernel(kallsyms, modules=''):
    """A Table, from the texts of /proc/kallsyms and /proc/modules."""
    try:
        rows = [row for row in map(kernel_row, kallsyms.splitlines()) if row]
        spans = sorted(module_ends(modules))
    except ValueError as error:
        raise PerfError(f'the kernel\'s list of names is damaged: {error}',
                        UNFIT) from None
    if not any(row[0] & KERNEL for row in rows):
        raise PerfError('the kernel hides the addresses of its functions '
                        '(kptr_restrict), or has no /proc/kallsyms', UNFIT)
    found = list(symbols(rows))
    starts = [start for start, _ in spans]
    for i, row in enumerate(found):
        at = bisect_right(starts, row.start) - 1
        if at >= 0 and row.start < spans[at][1]:
            last = i + 1 == len(found) or found[i + 1].start >= spans[at][1]
            end = spans[at][1] if last else found[i + 1].start
            found[i] = row._replace(end=end)
    return Table(found)


def mapped_at(maps, name):
    """Where a program is in memory, from the text of /proc/PID/maps; None, if
    that does not say."""
    for line in maps.splitlines():
        words = line.split()
        if len(words) >= 6 and words[5] == name and not int(words[2], 16):
            return int(words[0].split('-')[0], 16)
    return None


def of_program(path, maps='', name=''):
    """A Table of udpmill. maps: the text of /proc/PID/maps in the guest, in
    which it is called name."""
    read = elf.read(path)
    shift = 0
    if read.type == elf.SHARED:
        first = min((s.address for s in read.segments if s.kind == elf.LOAD),
                    default=0)
        try:
            at = mapped_at(maps, name)
        except ValueError:
            raise PerfError('the guest\'s list of mappings is damaged',
                            UNFIT) from None
        shift = (PIE_AT if at is None else at) - first
    return Table(symbols(
        (s.address + shift, s.address + shift + s.size if s.size else 0,
         s.is_global, s.name) for s in read.functions))


class Names:
    """The names of all that runs in a guest. programs: Tables of udpmill; of
    that of the server and that of the generator, if these differ."""

    def __init__(self, kernel, programs):
        self.kernel, self.programs = kernel, programs

    def of_kernel(self, address):
        return self.kernel.find(address) or Found(UNKNOWN, False)

    def program_of(self, addresses):
        """The Table of a task that ran these blocks of a program: two programs
        lie at the same addresses, but their functions do not begin at the
        same ones."""
        return max(self.programs, key=lambda table: len(
            addresses.intersection(table.starts)))

    @staticmethod
    def of_user(table, address):
        return table.find(address) or Found(
            VDSO if address >= TOP else UNKNOWN_CODE, False)
