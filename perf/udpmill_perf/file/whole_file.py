# SPDX-License-Identifier: MIT
"""Files that are replaced atomically: readers see the old or the new contents,
even if writing is interrupted."""
import errno
import itertools
import os
import select
import stat
import tempfile
import time
from contextlib import suppress

QUIET_SECONDS, MOST_SECONDS = 2, 30  # to wait for a pipe


class NewName(str):
    """The path of a file that another run may make at the same time."""


def claim(path):
    """Make an empty file. Returns its path, which has a number before its end
    if there was one already."""
    stem, end = os.path.splitext(path)
    for number in itertools.count(1):
        name = path if number == 1 else f'{stem}-{number}{end}'
        with suppress(FileExistsError):
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY,
                             0o666))
            return name
    return path


def is_special(path):
    """Whether it is a pipe or a device, which is written to directly."""
    return os.path.exists(path) and not os.path.isfile(path)


def _mode(path):
    """The mode of the file that is replaced, or the mode of a new file."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def write(path, data):
    """Write all of data or nothing; a pipe or a device is written to directly.
    Raises OSError."""
    there = os.path.realpath(path)
    if is_special(there):
        with open(there, 'wb') as file:
            file.write(data)
    else:
        _replace(there, data)


def _replace(path, data):
    """Write a file beside it, then rename that. path has no links."""
    folder = os.path.dirname(path)
    handle, beside = tempfile.mkstemp(dir=folder, suffix='.tmp',
                                      prefix=os.path.basename(path) + '.')
    try:
        os.fchmod(handle, _mode(path))
        with os.fdopen(handle, 'wb') as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        # A signal may have come after the rename.
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise
    folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path, most):
    """Returns the contents of a file. Raises OSError, also for a pipe without
    a writer, and for input that does not end."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    end = time.monotonic() + MOST_SECONDS
    parts, left = [], most + 1
    try:
        while left > 0:
            ready = select.select([file], [], [], QUIET_SECONDS)[0]
            if not ready or time.monotonic() > end:
                raise OSError(errno.ETIMEDOUT, 'no data arrives, or it does '
                              'not end')
            part = os.read(file, min(left, 1 << 20))
            if not part:
                return b''.join(parts)
            parts.append(part)
            left -= len(part)
    finally:
        os.close(file)
    raise OSError(errno.EFBIG, f'it holds more than {most} bytes')
