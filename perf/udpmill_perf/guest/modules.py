# SPDX-License-Identifier: MIT
"""Modules of a kernel that a path needs, in the order in which they are
loaded: from an installed or unpacked package, with or without depmod's files,
or from the tree in which the kernel was built."""
import gzip
import lzma
import os
import shutil
import subprocess
import zlib

from ..errors import UNFIT, PerfError
from .elf import Elf

# What "ip" and "nft" would have loaded by themselves; that a protocol or an
# encapsulation is one of the dependencies of these is the kernel's affair.
OF_PATH = {
    'loopback': (),
    'veth': ('veth',),
    'bridge': ('veth', 'bridge'),
    'nft': ('veth', 'nf_tables', 'nf_conntrack', 'nft_ct'),
    'vxlan': ('veth', 'vxlan'),
    'macvlan': ('veth', 'macvlan'),
}
ENDINGS = ('.ko', '.ko.xz', '.ko.gz', '.ko.zst')


def plain(name):
    """The kernel takes - and _ in a module's name for the same."""
    return name.replace('-', '_')


def stem(path):
    name = os.path.basename(path)
    for ending in (*sorted(ENDINGS, key=len, reverse=True), '.o'):
        if name.endswith(ending):
            return plain(name[:-len(ending)])
    return plain(name)


def unzstd(data, path):
    if not shutil.which('zstd'):
        raise PerfError(f'{path}: needs zstd; run sudo apt-get install zstd',
                        UNFIT)
    done = subprocess.run(['zstd', '-dc'], input=data, capture_output=True,
                          check=False)
    if done.returncode:
        raise PerfError(f'{path}: {done.stderr.decode(errors="replace")}')
    return done.stdout


OPENERS = {'.xz': lambda data, _: lzma.decompress(data),
           '.gz': lambda data, _: gzip.decompress(data), '.zst': unzstd}


def contents(path):
    """The module, decompressed."""
    try:
        with open(path, 'rb') as f:
            data = f.read()
        opener = OPENERS.get(os.path.splitext(path)[1])
        return opener(data, path) if opener else data
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise PerfError(f'{path}: cannot be decompressed: {error}') from error
    except OSError as error:  # of gzip, if the data are not its own
        raise PerfError(f'{path}: {error.strerror or error}') from error


def modinfo(data, path):
    """The pairs (key, value) in a module."""
    section = Elf(data, path).section('.modinfo')
    if section is None:
        raise PerfError(f'{path}: is not a kernel module: it has no .modinfo')
    rows = section.decode('utf-8', 'replace').split('\0')
    return [(key, value) for key, equals, value in
            (row.partition('=') for row in rows) if equals]


def lines(path):
    try:
        with open(path, encoding='utf-8', errors='replace') as f:
            return f.read().splitlines()
    except FileNotFoundError:
        return []


def builtin_aliases(folder):
    """What modules that are built in are also called."""
    try:
        with open(os.path.join(folder, 'modules.builtin.modinfo'), 'rb') as f:
            rows = f.read().decode('utf-8', 'replace').split('\0')
    except FileNotFoundError:
        return set()
    return {plain(value) for key, _, value in
            (row.partition('=') for row in rows) if key.endswith('.alias')}


class Modules:
    """The modules of a kernel. paths: by name; builtin: names and aliases."""

    def __init__(self, kernel):
        self.kernel, self.paths, self.builtin = kernel, {}, set()
        self.dependencies, self.informed, self.data = {}, {}, {}
        if kernel.modules:
            self._list()

    def _list(self):
        folder = self.kernel.modules
        self.builtin = {stem(row) for row in
                        lines(os.path.join(folder, 'modules.builtin'))}
        self.builtin |= builtin_aliases(folder)
        for row in lines(os.path.join(folder, 'modules.dep')):
            path, _, needed = row.partition(':')
            self.dependencies[stem(path)] = [stem(p) for p in needed.split()]
        # A tree that is built again keeps stale modules; its list has none.
        if self.kernel.is_tree:
            found = [os.path.join(folder, os.path.splitext(
                row.removeprefix('kernel/'))[0] + '.ko')
                for row in lines(os.path.join(folder, 'modules.order'))]
        else:
            found = [os.path.join(at, name)
                     for at, folders, names in os.walk(folder)
                     for name in sorted(names)
                     if not folders.sort() and name.endswith(ENDINGS)]
        self.paths = {stem(path): path for path in found}

    def read(self, name):
        """The module's contents."""
        if name not in self.data:
            self.data[name] = contents(self.paths[name])
        return self.data[name]

    def info(self, name):
        if name not in self.informed:
            self.informed[name] = modinfo(contents(self.paths[name]),
                                          self.paths[name])
        return self.informed[name]

    def needs(self, name):
        """What must be loaded before a module: what it links to, and what its
        author asks for (softdep), which may be an alias."""
        found = self.dependencies.get(name)
        if found is None:
            found = [plain(other) for key, value in self.info(name)
                     if key == 'depends' for other in value.split(',')
                     if other]
        else:
            found = list(reversed(found))  # modules.dep has the first last
        for key, value in self.info(name):
            if key == 'softdep':
                found += filter(None, map(self.resolved, before(value)))
        return found

    def resolved(self, alias):
        """The module that an alias means; None if it is built in, or there is
        none."""
        if plain(alias) in self.builtin:
            return None
        if plain(alias) in self.paths:
            return plain(alias)
        # That of a generic algorithm is as good as any, and always there.
        found = sorted((name for name in self.paths if self._in_crypto(name)
                        and ('alias', alias) in self.info(name)),
                       key=lambda name: ('generic' not in name, name))
        return found[0] if found else None

    def _in_crypto(self, name):
        """All softdeps of the modules above are algorithms; to read thousands
        of other modules takes seconds."""
        return f'{os.sep}crypto{os.sep}' in self.paths[name]

    def order(self, wanted):
        """The wanted modules and all that they need, each once, after those
        that it needs. Raises PerfError if one is missing."""
        found = []

        def visit(name, needed_by):
            name = plain(name)
            if name in found or name in self.builtin:
                return
            if name not in self.paths or name in needed_by:
                raise PerfError(self._missing(name, needed_by), UNFIT)
            for other in self.needs(name):
                visit(other, (*needed_by, name))
            found.append(name)

        for name in wanted:
            visit(name, ())
        return found

    def _missing(self, name, needed_by):
        where = self.kernel.modules or ('no directory with modules was found '
                                        'for it')
        by = f', which {needed_by[-1]} needs,' if needed_by else ''
        return (f'{self.kernel.image}: its module {name}{by} is neither built '
                f'in nor among its modules ({where})')

    def of_paths(self, paths):
        """The modules of the paths of workloads, in order."""
        wanted = [name for path in paths for name in OF_PATH[path]]
        # Each path has addresses of both versions.
        if wanted and 'ipv6' in self.paths:
            wanted.insert(0, 'ipv6')
        return self.order(wanted)


def before(softdep):
    """The names after "pre:" in a softdep, whose first word may be the
    module's own name."""
    found, kind = [], None
    for word in softdep.split():
        if word.endswith(':'):
            kind = word
        elif kind == 'pre:':
            found.append(word)
    return found
