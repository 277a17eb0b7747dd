# SPDX-License-Identifier: MIT
"""A file that is whole or not at all, whoever reads it meanwhile, and whatever
ends the writing."""
import errno
import os
import select
import stat
import tempfile
import time
from contextlib import suppress

QUIET_SECONDS, MOST_SECONDS = 2, 30  # of a pipe that is read


def is_special(path):
    """Whether it is a pipe or a device, which is written to as it is."""
    return os.path.exists(path) and not os.path.isfile(path)


def _mode(path):
    """Of the file that is replaced, or as a new one would have it."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def write(path, data):
    """All of it or nothing; a pipe or a device is written to as it is.
    OSError."""
    there = os.path.realpath(path)
    if is_special(there):
        with open(there, 'wb') as file:
            file.write(data)
    else:
        _replace(there, data)


def _replace(path, data):
    """A file beside it, then in its place. path: without links."""
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
        # It is in its place already, where a signal came just then.
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise
    folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path, most):
    """All of a file, or OSError: a pipe that nobody writes to, and what does
    not end, is none."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    end = time.monotonic() + MOST_SECONDS
    parts, left = [], most + 1
    try:
        while left > 0:
            ready = select.select([file], [], [], QUIET_SECONDS)[0]
            if not ready or time.monotonic() > end:
                raise OSError(errno.ETIMEDOUT, 'nobody writes to it, or it '
                              'does not end')
            part = os.read(file, min(left, 1 << 20))
            if not part:
                return b''.join(parts)
            parts.append(part)
            left -= len(part)
    finally:
        os.close(file)
    raise OSError(errno.EFBIG, f'it holds more than {most} bytes')
