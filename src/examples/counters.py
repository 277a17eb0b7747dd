#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the counters of a udpmill server, summed over its workers:

  counters.py /dev/shm/udpmill.PID

The layout of the file is described in <udpmill/counters.h>."""
import fcntl
import struct
import sys

HEADER = struct.Struct('=8sIIQQQi10I32s16s16s')
COUNTER = struct.Struct('=40s16s192sII')
MAGIC, LAYOUT = b'udpmill\0', 1


def text(field):
    return field.split(b'\0')[0].decode()


def counters(file):
    """Yields name, sum over the workers, and unit."""
    data = file.read()
    if len(data) < HEADER.size or data[:8] != MAGIC:
        sys.exit(f'{file.name}: is not a counter segment')
    (_, layout, ready, _bytes, _started, _netns, _pid, _config, _config_bytes,
     _ends, _end_count, at, count, stride, workers_at, workers, worker_stride,
     _version, _service, _backend) = HEADER.unpack_from(data)
    if layout != LAYOUT or ready != 1:
        sys.exit(f'{file.name}: has another layout, or is not complete yet')
    for i in range(count):
        name, unit, *_ = COUNTER.unpack_from(data, at + i * stride)
        values = (struct.unpack_from('=Q', data, workers_at
                                     + w * worker_stride + 8 * i)[0]
                  for w in range(workers))
        yield text(name), sum(values), text(unit)


def is_gone(file):
    """The server holds a lock as long as it runs."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('give the file of a server: /dev/shm/udpmill.PID')
    with open(sys.argv[1], 'rb') as segment:
        for name, value, unit in counters(segment):
            print(f'{name:<30} {value:>20} {unit}')
        if is_gone(segment):
            print(f'{segment.name}: the server is gone', file=sys.stderr)
