# SPDX-License-Identifier: MIT
"""The number of instructions in the kernel, on all CPUs, if a PMU counts them:
perf_event_open(2). Virtual machines often have no PMU."""
import ctypes
import os
import platform
import struct

from ..metrics import GATED, INSTRUCTIONS

SYSCALL = {'x86_64': 298, 'aarch64': 241}
HARDWARE, COUNT_INSTRUCTIONS = 0, 1
EXCLUDE_USER, EXCLUDE_HV = 1 << 4, 1 << 6
ATTR_BYTES = 64  # PERF_ATTR_SIZE_VER0


def attributes():
    """The beginning of struct perf_event_attr: type, size, config, sample
    period and type, read format, flags."""
    head = struct.pack('=IIQQQQQ', HARDWARE, ATTR_BYTES, COUNT_INSTRUCTIONS, 0,
                       0, 0, EXCLUDE_USER | EXCLUDE_HV)
    return ctypes.create_string_buffer(head, ATTR_BYTES)


class Pmu:
    def __init__(self):
        """Raises OSError if instructions cannot be counted."""
        libc = ctypes.CDLL(None, use_errno=True)
        number = SYSCALL.get(platform.machine())
        self.fds = []
        if number is None:
            raise OSError('unknown machine')
        for cpu in range(os.cpu_count()):
            fd = libc.syscall(number, attributes(), -1, cpu, -1, 8)
            if fd < 0:
                error = ctypes.get_errno()
                self.close()
                raise OSError(error, os.strerror(error))
            self.fds.append(fd)

    def read(self):
        return sum(struct.unpack('=Q', os.read(fd, 8))[0] for fd in self.fds)

    def close(self):
        for fd in self.fds:
            os.close(fd)
        self.fds = []


def open_pmu():
    """Returns (a Pmu, None), or (None, the reason)."""
    try:
        return Pmu(), None
    except OSError as error:
        return None, error.strerror or str(error)


def metrics():
    """The metrics that are judged here; instructions only if a PMU counts
    them."""
    found, _ = open_pmu()
    if not found:
        return list(GATED)
    found.close()
    return [*GATED, INSTRUCTIONS]
