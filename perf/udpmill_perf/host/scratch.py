# SPDX-License-Identifier: MIT
"""Temporary directories that are removed even after a harness that was killed:
by the next one. Each is locked as long as its owner lives, so a directory that
is not locked belongs to nobody."""
import fcntl
import os
import shutil
import tempfile
import time

from ..errors import UNFIT, PerfError

PREFIX = 'udpmill-'
YOUNG_S = 60   # a younger one may be about to be locked
ELSEWHERE = 'set TMPDIR to another directory'


def place():
    """The directory in which they are made."""
    try:
        return tempfile.gettempdir()
    except FileNotFoundError as error:
        raise PerfError(f'{error.strerror}; {ELSEWHERE}', UNFIT) from None


def check_room(wanted):
    """Raises PerfError unless so many bytes fit there."""
    folder = place()
    named = os.environ.get('TMPDIR')
    if named and os.path.abspath(named) != folder:
        raise PerfError(f'TMPDIR: {named}: no file can be made there; it must be '
                        'a directory with room in it that you may write to')
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise PerfError(f'{folder}: {free >> 20} MiB are free, but '
                        f'{(wanted >> 20) + 1} MiB are needed; {ELSEWHERE}',
                        UNFIT)


def lock(path, how):
    """A descriptor that holds the lock of a directory, or None if it cannot be
    had, or if the directory is not ours. how: of flock(), such as LOCK_NB."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(handle).st_uid == os.geteuid():
            fcntl.flock(handle, fcntl.LOCK_EX | how)
            return handle
    except OSError:
        pass  # locked, or of a file system without locks
    os.close(handle)
    return None


def remove_abandoned(prefix):
    """Remove directories whose owner was killed."""
    with os.scandir(place()) as entries:
        paths = [entry.path for entry in entries
                 if entry.name.startswith(prefix)]
    for path in paths:
        handle = lock(path, fcntl.LOCK_NB)
        if handle is None:
            continue
        if time.time() - os.fstat(handle).st_mtime > YOUNG_S:
            shutil.rmtree(path, ignore_errors=True)
        os.close(handle)


class Scratch:
    """A context: a directory, named after what it is for."""

    def __init__(self, what):
        prefix = f'{PREFIX}{what}-'
        remove_abandoned(prefix)
        self.name = tempfile.mkdtemp(prefix=prefix, dir=place())
        self.handle = lock(self.name, 0)

    def __enter__(self):
        return self.name

    def __exit__(self, *_):
        shutil.rmtree(self.name, ignore_errors=True)
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None
