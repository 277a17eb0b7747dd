# SPDX-License-Identifier: MIT
"""Network namespaces for the programs that the harness starts, so that no
other program moves their counters. The kernel removes a namespace with its
last process and descriptor, however they end."""
import ctypes
import fcntl
import os
import socket
import struct
import threading

CLONE_NEWNET, CLONE_NEWNS = 0x40000000, 0x00020000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result, what):
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f'{what}: {os.strerror(error)}')


def enter(fd):
    """Move this thread, and what it starts later, into a namespace."""
    _check(_libc.setns(fd, CLONE_NEWNET), 'setns')


def show_devices():
    """Let /sys show the devices of this thread's namespace, to this thread
    alone, which should end soon: it leaves the others' mounts for good."""
    _check(_libc.unshare(CLONE_NEWNS), 'unshare')
    _check(_libc.mount(b'none', b'/', None, MS_REC | MS_PRIVATE, None),
           'mount')
    _check(_libc.mount(b'sysfs', b'/sys', b'sysfs', 0, None), 'mount of sysfs')


def set_up_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = struct.pack('16sH14x', b'lo', 0)
        flags = struct.unpack('16xH', fcntl.ioctl(
            s, SIOCGIFFLAGS, request)[:18])[0]
        fcntl.ioctl(s, SIOCSIFFLAGS,
                    struct.pack('16sH14x', b'lo', flags | IFF_UP))


def make():
    """A descriptor of a new namespace, with its loopback device up. Raises
    OSError without permission. A thread makes it, so the caller stays in its
    own namespace."""
    made = []

    def work():
        try:
            _check(_libc.unshare(CLONE_NEWNET), 'unshare')
            set_up_loopback()
            made.append(os.open('/proc/thread-self/ns/net',
                                os.O_RDONLY | os.O_CLOEXEC))
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]
