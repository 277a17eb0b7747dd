# SPDX-License-Identifier: MIT
"""Kernel settings of an arm, which are restored when the run ends.

A sysctl that each network namespace has separately is set in the namespace.
The others affect the whole host: they need root, and the user is told. While
one of them is changed it is locked, or two runs at once would each restore what
the other had set.
"""
import contextlib
import fcntl
import os
import threading

from ..errors import UNFIT, PerfError
from . import namespace
from .signals import undisturbed


TO_PATH = str.maketrans('./', '/.')


def path_of(key):
    """As in sysctl(8), a slash stands for a dot in the name of an interface.
    """
    return '/proc/sys/' + key.translate(TO_PATH)


def within(netns, work):
    """Returns work(), called by a thread in that namespace (None: here)."""
    result = []

    def run():
        try:
            if netns is not None:
                namespace.enter(netns)
            result.append((work(), None))
        except (OSError, PerfError) as error:
            result.append((None, error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    value, error = result[0]
    if error:
        raise error
    return value


def read(key):
    with open(path_of(key), encoding='ascii') as f:
        return f.read().strip()


def write(key, value):
    with open(path_of(key), 'w', encoding='ascii') as f:
        f.write(value)


def again(key):
    """Returns the value, after writing it again to check that this works."""
    value = read(key)
    write(key, value)
    return value


class Sysctls:
    """A context that restores the old values at its end."""

    def __init__(self, keys, netns=None):
        self.original, self.place = {}, {}
        with contextlib.ExitStack() as locks:
            for key in sorted(keys):
                self.place[key], self.original[key] = self._find(
                    key, netns, locks)
            self.locks = locks.pop_all()

    def _find(self, key, netns, locks):
        """Returns (its namespace or None for the host, its value)."""
        if netns is not None:
            # It may not exist there, or be read-only.
            with contextlib.suppress(OSError):
                return netns, within(netns, lambda: again(key))
        return None, self._read_host(key, locks)

    @staticmethod
    def _read_host(key, locks):
        try:
            held = locks.enter_context(open(path_of(key), encoding='ascii'))
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return read(key)
        except BlockingIOError:
            raise PerfError(f'sysctl {key}: another run has changed it for the '
                            'whole host; try again when that has ended',
                            UNFIT) from None
        except OSError as error:
            raise PerfError(f'sysctl {key}: {error.strerror} '
                            f'({path_of(key)})', UNFIT) from error

    def host_wide(self):
        return [key for key, netns in self.place.items() if netns is None]

    def apply(self, wanted):
        """Set the wanted values, and all others to what they were."""
        for key, original in self.original.items():
            self._set(key, wanted.get(key, original))

    def _set(self, key, value):
        try:
            within(self.place[key], lambda: write(key, value))
            got = within(self.place[key], lambda: read(key))
        except OSError as error:
            raise PerfError(f'sysctl {key}={value}: {error.strerror}'
                            + ('' if os.geteuid() == 0 else
                               '; run as root'), UNFIT) from error
        if got.split() != value.split():
            raise PerfError(f'sysctl {key}={value}: the kernel changed the '
                            f'value to {got}', UNFIT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Restore each value, even if another one fails."""
        failed = []
        with self.locks, undisturbed():  # or some would keep the arm's values
            for key in self.original:
                try:
                    self._set(key, self.original[key])
                except PerfError as error:
                    failed.append(error)
        if failed:
            raise failed[0]
