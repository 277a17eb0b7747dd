# SPDX-License-Identifier: MIT
"""Settings of the kernel that an arm wants, put back when the run ends.

One that a network namespace has of its own is set there; the others are the
whole host's, which takes root and is said.
"""
import os
import threading

from ..errors import UNFIT, PerfError
from . import namespace
from .signals import undisturbed


def path_of(key):
    return '/proc/sys/' + key.replace('.', '/')


def within(netns, work):
    """work() in that namespace (None: here), in a thread that ends there."""
    result = []

    def run():
        try:
            if netns is not None:
                namespace.enter(netns)
            result.append((work(), None))
        except OSError as error:
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
    """Its value, after it was found that it can be written."""
    value = read(key)
    write(key, value)
    return value


class Sysctls:
    """A context: what was there before is there again afterwards."""

    def __init__(self, keys, netns=None):
        self.original, self.place = {}, {}
        for key in sorted(keys):
            self.place[key] = netns
            try:
                self.original[key] = within(netns, lambda: again(key))
            except OSError:
                # Not there, or there to be read only.
                self.place[key] = None
                self.original[key] = self._read_host(key)

    @staticmethod
    def _read_host(key):
        try:
            return read(key)
        except OSError as error:
            raise PerfError(f'sysctl {key}: {error.strerror} '
                            f'({path_of(key)})', UNFIT) from error

    def host_wide(self):
        return [key for key, netns in self.place.items() if netns is None]

    def apply(self, wanted):
        """wanted, and for the others what was there."""
        for key, original in self.original.items():
            self._set(key, wanted.get(key, original))

    def _set(self, key, value):
        try:
            within(self.place[key], lambda: write(key, value))
            got = within(self.place[key], lambda: read(key))
        except OSError as error:
            raise PerfError(f'sysctl {key}={value}: {error.strerror}'
                            + ('' if os.geteuid() == 0 else
                               '; it takes root'), UNFIT) from error
        if got.split() != value.split():
            raise PerfError(f'sysctl {key}: the kernel made {got} of {value}',
                            UNFIT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Each, whatever becomes of the others."""
        failed = []
        with undisturbed():  # half of them would stay as an arm had them
            for key in self.original:
                try:
                    self._set(key, self.original[key])
                except PerfError as error:
                    failed.append(error)
        if failed:
            raise failed[0]
