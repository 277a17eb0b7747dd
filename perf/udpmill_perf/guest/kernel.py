# SPDX-License-Identifier: MIT
"""Kernels to boot: from an image, a kernel tree, an unpacked package or a
directory like /boot, to the image, its release, and where its modules are."""
import glob
import hashlib
import os
import re
import stat
import struct
from dataclasses import dataclass
from functools import cached_property

from ..errors import UNFIT, PerfError

# Offsets in a bzImage (Documentation/arch/x86/boot.rst).
FLAG_AT, FLAG = 0x1fe, 0xaa55
MAGIC_AT, MAGIC = 0x202, b'HdrS'
VERSION_AT, VERSION_BASE = 0x20e, 0x200
SETUP_AT, SYSTEM_AT = 0x1f1, 0x1f4   # sizes in sectors and in paragraphs
SECTOR, PARAGRAPH = 512, 16
HEAD = 0x10000   # bytes in which all of this is
# The last two: Fedora's packages, and Debian's from 14 on.
BY_PLACE = ('arch/x86/boot/bzImage', 'boot/vmlinuz-*', 'vmlinuz-*', 'vmlinuz',
            'lib/modules/*/vmlinuz', 'usr/lib/modules/*/vmlinuz')
WITHOUT_ROOT = ('tools/kernel of the source tree fetches one without root: '
                '--kernel "$(tools/kernel newest DIR)"')


@dataclass(frozen=True)
class Kernel:
    """release and version: as uname -r and -v print them. modules: a
    directory, or None."""
    image: str
    release: str
    version: str
    modules: str | None

    @cached_property
    def sha256(self):
        with open(self.image, 'rb') as f:
            return hashlib.file_digest(f, 'sha256').hexdigest()

    @property
    def is_tree(self):
        """Whether modules are in the tree in which they were built."""
        return bool(self.modules) and os.path.exists(
            os.path.join(self.modules, 'Kconfig'))

    def as_dict(self):
        return {'path': self.image, 'sha256': self.sha256,
                'release': self.release, 'version': self.version}


def names(head, path):
    """(release, version) from the first bytes of a bzImage."""
    if head[:4] == b'\x7fELF':
        raise PerfError(f'{path}: is an ELF file, such as vmlinux, which '
                        'cannot be booted here; give arch/x86/boot/bzImage of '
                        'the same tree')
    if (len(head) < VERSION_AT + 2 or head[MAGIC_AT:MAGIC_AT + 4] != MAGIC
            or struct.unpack_from('<H', head, FLAG_AT)[0] != FLAG):
        raise PerfError(f'{path}: is not an x86 kernel image (bzImage): there '
                        f'is no "HdrS" at byte {MAGIC_AT}')
    at = struct.unpack_from('<H', head, VERSION_AT)[0] + VERSION_BASE
    text = head[at:].split(b'\0', 1)[0].decode('ascii', 'replace')
    # "6.1.0-1-amd64 (who@where) #1 SMP ..."
    release, _, rest = text.partition(' ')
    if at == VERSION_BASE or not re.match(r'\d+\.\d+', release):
        raise PerfError(f'{path}: its header names no version')
    return release, rest[rest.find('#'):] if '#' in rest else rest


def head_of(path):
    try:
        # To open a pipe would wait for a writer.
        if stat.S_ISFIFO(os.stat(path).st_mode):
            raise PerfError(f'{path}: is a pipe; give the file of a kernel '
                            'image')
        with open(path, 'rb') as f:
            return f.read(HEAD)
    except OSError as error:
        raise PerfError(f'{path}: {error.strerror}') from error


def modules_of(image, release):
    """The directory with the modules of an image, or None."""
    here = os.path.dirname(os.path.abspath(image))
    tree = os.path.normpath(os.path.join(here, '../../..'))
    if os.path.exists(os.path.join(tree, 'Kconfig')):
        return tree if os.path.exists(
            os.path.join(tree, 'modules.order')) else None
    above = os.path.dirname(here)
    for found in (here, *(os.path.join(root, 'modules', release)
                          for root in (os.path.join(here, 'lib'),
                                       os.path.join(above, 'lib'),
                                       os.path.join(above, 'usr/lib'),
                                       '/lib', '/usr/lib'))):
        if os.path.exists(os.path.join(found, 'modules.order')):
            return found
    return None


def check_whole(head, path):
    """Raises PerfError unless a file is as long as its header says: a kernel
    that is cut off prints nothing."""
    wanted = ((head[SETUP_AT] + 1) * SECTOR
              + struct.unpack_from('<I', head, SYSTEM_AT)[0] * PARAGRAPH)
    there = os.path.getsize(path)
    if there < wanted:
        raise PerfError(f'{path}: is cut off: it has {there} bytes, but its '
                        f'header says {wanted}')


def of_image(path):
    head = head_of(path)
    release, version = names(head, path)
    check_whole(head, path)
    return Kernel(os.path.abspath(path), release, version,
                  modules_of(path, release))


def by_version(path):
    """A key that sorts 6.1.0-9 before 6.1.0-10, and 6.1-rc1 before 6.1."""
    name = os.path.basename(path).replace('-rc', '~')
    parts = [(1, int(part), '') if part.isdigit()
             else (0 if part == '~' else 2, 0, part)
             for part in re.findall(r'\d+|~|[^\d~]+', name)]
    return [*parts, (1, -1, '')]


def of_directory(path):
    for pattern in BY_PLACE:
        found = sorted(glob.glob(os.path.join(glob.escape(path), pattern)),
                       key=by_version)
        if len(found) > 1:
            raise PerfError(f'{path}: has {len(found)} kernels; give one of '
                            f'them, such as {found[-1]}')
        if found:
            return of_image(found[0])
    raise PerfError(f'{path}: has no kernel; looked for '
                    f'{", ".join(BY_PLACE)}')


def find(text):
    """The kernel that a user's argument means."""
    if os.path.isdir(text):
        return of_directory(text)
    if not os.path.exists(text):
        raise PerfError(f'{text}: there is no such kernel image or directory')
    return of_image(text)


def default(boot='/boot'):
    """The newest kernel of this host that can be read."""
    there = sorted(glob.glob(os.path.join(boot, 'vmlinuz-*')), key=by_version,
                   reverse=True)
    for path in there:
        if os.access(path, os.R_OK):
            found = of_image(path)
            if found.modules:
                return found
    what = (f'none of {len(there)} images {boot}/vmlinuz-* can be read and '
            'has modules' if there else f'there is no {boot}/vmlinuz-*')
    raise PerfError(f'no kernel to boot: {what}; give --kernel IMAGE; '
                    f'{WITHOUT_ROOT}', UNFIT)
