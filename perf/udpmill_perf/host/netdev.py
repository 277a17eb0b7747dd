# SPDX-License-Identifier: MIT
"""NAPI instances of network devices, and their settings: the generic netlink
family "netdev" (linux/netdev.h), in the network namespace of the thread that
calls. Linux 6.13 and newer report and take them per instance; before, they are
files of the device in /sys/class/net (host/napi.py)."""
import errno
import os
import socket
import struct

NETLINK_GENERIC = 16
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
NAPI_GET, NAPI_SET = 11, 14
IFINDEX, ID = 1, 2
# Attributes of an instance: number, and the struct format of what is sent.
# Linux 6.13 has the first three, Linux 6.17 the last.
SETTINGS = {'defer-hard-irqs': (5, '=I'), 'gro-flush-timeout': (6, '=Q'),
            'irq-suspend-timeout': (7, '=Q'), 'threaded': (8, '=I')}
TYPE_MASK = 0x3fff


def attribute(number, data):
    return (struct.pack('=HH', 4 + len(data), number) + data
            + bytes(-len(data) % 4))


def attributes(data):
    """{number: bytes} of the attributes in data."""
    found, at = {}, 0
    while at + 4 <= len(data):
        size, number = struct.unpack_from('=HH', data, at)
        if size < 4 or at + size > len(data):
            break
        found[number & TYPE_MASK] = data[at + 4:at + size]
        at += size + 3 & ~3
    return found


def integer(data):
    return int.from_bytes(data, 'little' if struct.pack('=H', 1)[0] else 'big')


class Netdev:
    """A context: a socket in the thread's namespace. Raises OSError; ENOENT:
    the kernel has no such family (before Linux 6.6)."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_NETLINK,
                                    socket.SOCK_RAW | socket.SOCK_CLOEXEC,
                                    NETLINK_GENERIC)
        try:
            self.socket.bind((0, 0))
            self.sequence = 0
            answers = self.ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, attribute(
                CTRL_ATTR_FAMILY_NAME, b'netdev\0'))
            self.family = integer(answers[0][CTRL_ATTR_FAMILY_ID])
        except BaseException:
            self.socket.close()
            raise
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, family, command, flags, data):
        """The attributes of each answer to a request."""
        self.sequence += 1
        body = struct.pack('=BBH', command, 1, 0) + data
        self.socket.send(struct.pack(
            '=IHHII', 16 + len(body), family,
            NLM_F_REQUEST | NLM_F_ACK | flags, self.sequence, 0) + body)
        answers = []
        while True:
            done = self._take(self.socket.recv(1 << 16), answers)
            if done:
                return answers

    def _take(self, data, answers):
        """Take what one receive brought. Returns whether it was the end."""
        at = 0
        while at + 16 <= len(data):
            size, kind, _, sequence, _ = struct.unpack_from('=IHHII', data, at)
            if size < 16:
                break
            if sequence == self.sequence and kind in (NLMSG_ERROR,
                                                      NLMSG_DONE):
                code = struct.unpack_from('=i', data, at + 16)[0]
                if code:
                    raise OSError(-code, os.strerror(-code))
                return True
            if sequence == self.sequence:
                answers.append(attributes(data[at + 20:at + size]))
            at += size + 3 & ~3
        return False

    def instances(self, device):
        """{ID: {setting: number}} of a device's NAPI instances. A setting that
        this kernel does not have is missing."""
        rows = self.ask(self.family, NAPI_GET, NLM_F_DUMP, attribute(
            IFINDEX, struct.pack('=I', socket.if_nametoindex(device))))
        return {integer(row[ID]): {name: integer(row[number])
                                   for name, (number, _) in SETTINGS.items()
                                   if number in row} for row in rows}

    def set(self, instance, name, value):
        number, form = SETTINGS[name]
        try:
            data = struct.pack(form, value)
        except struct.error:
            raise OSError(errno.ERANGE, os.strerror(errno.ERANGE)) from None
        self.ask(self.family, NAPI_SET, 0, attribute(
            ID, struct.pack('=I', instance)) + attribute(number, data))
