# SPDX-License-Identifier: MIT
"""A server's counters, read from the segment it exports.

The counters are found by the descriptors in the segment (see
src/export/segment.h), so that two builds with different counters are read
alike. A read is a single pread, so it may happen during a measurement.
"""
import os
import struct

from ..errors import INVALID, PerfError

HEADER = struct.Struct('=8sIIQQQi10I')
MAGIC = b'udpmill\0'
LAYOUT = 1
NAME_BYTES = 40


class Segment:
    """The segment of a running server. Close it, or use a with statement."""

    def __init__(self, path):
        if not path:
            raise PerfError('the server exports no counters', INVALID)
        self.path = path
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._describe()
        except BaseException:
            os.close(self.fd)
            raise

    def _describe(self):
        head = os.pread(self.fd, HEADER.size, 0)
        if len(head) < HEADER.size or head[:8] != MAGIC:
            raise PerfError(f'{self.path} is not a counter segment', INVALID)
        (_, layout, _ready, _bytes, _started, _netns, self.pid, _config_at,
         _config_n, _ends_at, _ends_n, at, count, stride, self._workers_at,
         self.workers, self._stride) = HEADER.unpack(head)
        if layout != LAYOUT:
            raise PerfError(f'{self.path}: segment of layout {layout}; this '
                            f'harness reads layout {LAYOUT}', INVALID)
        texts = os.pread(self.fd, count * stride, at)
        self.names = [
            texts[i * stride:i * stride + NAME_BYTES].split(b'\0')[0].decode()
            for i in range(count)]
        self._values = struct.Struct(f'={count}Q')

    def read(self):
        """Returns each counter, summed over the workers."""
        data = os.pread(self.fd, self.workers * self._stride,
                        self._workers_at)
        rows = [self._values.unpack_from(data, i * self._stride)
                for i in range(self.workers)]
        return dict(zip(self.names, map(sum, zip(*rows))))

    def close(self):
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
