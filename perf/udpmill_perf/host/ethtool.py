# SPDX-License-Identifier: MIT
"""Features of network devices, by ethtool's ioctl (linux/ethtool.h), in the
network namespace of the thread that calls. Raises OSError."""
import array
import fcntl
import socket
import struct

SIOCETHTOOL = 0x8946
GET_DRIVER = 0x03
# The commands that get and set a feature.
GRO, TSO = (0x2b, 0x2c), (0x1e, 0x1f)


def _command(device, data):
    """Hand data to the kernel. Returns it as the kernel leaves it."""
    shared = array.array('B', data)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, SIOCETHTOOL, struct.pack(
            '16sP16x', device.encode(), shared.buffer_info()[0]))
    return shared.tobytes()


def driver(device):
    """The name of its driver; empty: it has none."""
    try:
        told = _command(device, struct.pack('=I', GET_DRIVER) + bytes(256))
    except OSError:
        return ''
    return told[4:36].split(b'\0')[0].decode('ascii', 'replace')


def get(device, feature):
    return struct.unpack('=II', _command(
        device, struct.pack('=II', feature[0], 0)))[1]


def switch(device, feature, value):
    _command(device, struct.pack('=II', feature[1], value))
