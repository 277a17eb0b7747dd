# SPDX-License-Identifier: MIT
"""Writes a cpio archive of the format "newc", which a kernel unpacks as its
initramfs (Documentation/driver-api/early-userspace/buffer-format.rst). Owner,
times and inodes are fixed, so that equal contents are equal bytes. A device
needs no root, since it is only described here."""
import stat
from dataclasses import dataclass

from ..errors import PerfError

MAGIC = b'070701'
LAST = 'TRAILER!!!'
NAME_MOST = 4095     # bytes; the kernel's PATH_MAX with the final zero
SIZE_MOST = 0xffffffff
BLOCK = 512          # cpio pads the archive to whole blocks


@dataclass(frozen=True)
class Entry:
    """name: a path without a leading slash. mode: as in stat, with the type.
    data: the contents of a file, or what a link points to."""
    name: str
    mode: int
    data: bytes = b''
    device: tuple = (0, 0)


def folder(name, mode=0o755):
    return Entry(name, stat.S_IFDIR | mode)


def file(name, data, mode=0o644):
    return Entry(name, stat.S_IFREG | mode, data)


def link(name, target):
    return Entry(name, stat.S_IFLNK | 0o777, target.encode())


def character_device(name, major, minor, mode=0o600):
    return Entry(name, stat.S_IFCHR | mode, device=(major, minor))


def padded(data, to=4):
    return data + bytes(-len(data) % to)


def check(name, size):
    """Raises PerfError unless the format can hold it."""
    parts = name.split('/')
    if not name or '\0' in name or not all(parts) or '..' in parts:
        raise PerfError(f'initramfs: "{name}" is not a path within it')
    if name == LAST:
        raise PerfError(f'initramfs: a file must not be named {LAST}, which '
                        'ends the archive')
    if len(name.encode()) > NAME_MOST:
        raise PerfError(f'initramfs: the name {name[:40]}... is longer than '
                        f'{NAME_MOST} bytes')
    if size > SIZE_MOST:
        raise PerfError(f'initramfs: {name} has {size} bytes, but a file in a '
                        'cpio archive has less than 4 GiB')


def header(entry, inode):
    """The header with the name, padded."""
    name = entry.name.encode() + b'\0'
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (inode, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0,
              *entry.device, len(name), 0)
    text = ''.join(f'{field:08x}' for field in fields).encode()
    return padded(MAGIC + text + name)


def archive(entries):
    """The archive as bytes. A directory must precede what is in it."""
    parts, there = [], set()
    for inode, entry in enumerate(entries, 1):
        check(entry.name, len(entry.data))
        above = entry.name.rpartition('/')[0]
        if above and above not in there:
            raise PerfError(f'initramfs: {entry.name} comes before its '
                            'directory')
        if entry.name in there:
            raise PerfError(f'initramfs: {entry.name} comes twice')
        there.add(entry.name)
        parts += [header(entry, inode), padded(entry.data)]
    parts.append(header(Entry(LAST, 0), 0))
    return padded(b''.join(parts), BLOCK)
