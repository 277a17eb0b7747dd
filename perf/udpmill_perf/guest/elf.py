# SPDX-License-Identifier: MIT
"""What is read of 64-bit ELF files: their sections, their function symbols,
and the interpreter that a dynamic program asks for."""
import struct
from collections import namedtuple
from functools import cached_property

from ..errors import PerfError

MAGIC = b'\x7fELF\x02\x01'  # 64 bits, little-endian
EXECUTABLE, SHARED = 2, 3   # e_type; a PIE is SHARED, too
LOAD, INTERPRETER = 1, 3    # p_type
FUNCTION, INDIRECT = 2, 10  # the type of a symbol
GLOBAL = 1                  # its binding; the next one is weak

Section = namedtuple('Section', 'name offset size link')
Segment = namedtuple('Segment', 'kind offset address size')
Symbol = namedtuple('Symbol', 'name address size is_global')


class Elf:
    """A file in memory. name: for messages."""

    def __init__(self, data, name):
        if not data.startswith(MAGIC):
            raise PerfError(f'{name}: is not an ELF file for a 64-bit '
                            'little-endian machine')
        self.data, self.name = data, name
        try:
            (self.type,) = struct.unpack_from('<H', data, 16)
            self._read()
        except (struct.error, IndexError, OverflowError) as error:
            raise PerfError(f'{name}: is a damaged ELF file') from error

    def _read(self):
        segments_at, sections_at = struct.unpack_from('<QQ', self.data, 32)
        size, segments, entry, sections, names = struct.unpack_from(
            '<5H', self.data, 54)
        self.segments = []
        for i in range(segments):
            kind, _, offset, address, _, length = struct.unpack_from(
                '<IIQQQQ', self.data, segments_at + i * size)
            self.segments.append(Segment(kind, offset, address, length))
        rows = [struct.unpack_from('<IIQQQQI', self.data,
                                   sections_at + i * entry)
                for i in range(sections)]
        texts = self._bytes(*rows[names][4:6]) if rows else b''
        self.sections = [Section(self._text(texts, row[0]), *row[4:7])
                         for row in rows]

    def _bytes(self, offset, size):
        return self.data[offset:offset + size]

    @staticmethod
    def _text(table, at):
        return table[at:table.find(b'\0', at)].decode('ascii', 'replace')

    def section(self, name):
        """The contents of a section, or None."""
        for found in self.sections:
            if found.name == name:
                return self._bytes(found.offset, found.size)
        return None

    @property
    def interpreter(self):
        """The path of the program that loads shared libraries, or None of a
        static program."""
        for found in self.segments:
            if found.kind == INTERPRETER:
                return self._bytes(found.offset, found.size).rstrip(
                    b'\0').decode()
        return None

    @cached_property
    def functions(self):
        """The symbols of functions; none, if the file is stripped."""
        return self._of_tables('.symtab')

    @cached_property
    def exported(self):
        """Those that other files can call, which even a stripped file has."""
        return self._of_tables('.dynsym')

    def _of_tables(self, name):
        found = []
        try:
            for table in self.sections:
                if table.name == name:
                    found += self._functions(table)
        except (struct.error, IndexError, OverflowError) as error:
            raise PerfError(f'{self.name}: has damaged symbols') from error
        return found

    def _functions(self, table):
        strings = self.sections[table.link]
        names = self._bytes(strings.offset, strings.size)
        data = self._bytes(table.offset, table.size)
        for name, info, _, section, address, size in struct.iter_unpack(
                '<IBBHQQ', data):
            if info & 15 in (FUNCTION, INDIRECT) and section and name:
                yield Symbol(self._text(names, name), address, size,
                             info >> 4 >= GLOBAL)


def read(path):
    try:
        with open(path, 'rb') as f:
            return Elf(f.read(), path)
    except OSError as error:
        raise PerfError(f'{path}: {error.strerror}') from error
