# SPDX-License-Identifier: MIT
"""GRO of a device, which veth needs to take frames that a program sends: only
then does it have a queue of its own for them (ETHTOOL_SGRO)."""
import array
import fcntl
import socket
import struct

from ..errors import UNFIT, PerfError

SIOCETHTOOL, SGRO = 0x8946, 0x2c  # linux/sockios.h, linux/ethtool.h


def set_gro(device, on):
    """In this thread's network namespace. Raises PerfError."""
    value = array.array('B', struct.pack('II', SGRO, bool(on)))
    request = struct.pack('16sQ16x', device.encode(), value.buffer_info()[0])
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fcntl.ioctl(s, SIOCETHTOOL, request)
    except OSError as error:
        raise PerfError(f'{device}: GRO cannot be set: {error.strerror}',
                        UNFIT) from error
