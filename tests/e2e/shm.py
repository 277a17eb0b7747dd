# SPDX-License-Identifier: MIT
"""A /dev/shm of its own for a suite, users who tamper with it, and counter
segments that no server wrote. Needs root."""

import ctypes
import fcntl
import os
import resource
import struct

SHM = "/dev/shm"
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000
HEADER = struct.Struct("=8sIIQQQi10I")
# The fields of the header that tests change.
BYTES, STARTED, PID = 3, 4, 6
COUNTER_COUNT, WORKER_COUNT = 12, 15


def isolate():
    """Give this process its own /dev/shm. Returns why that failed, or None."""
    if os.geteuid() != 0:
        return "several users need root"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS):
        return "no mount namespaces here: " + os.strerror(ctypes.get_errno())
    if libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None):
        return "/ is no mount point that can be made private"
    if libc.mount(b"tmpfs", SHM.encode(), b"tmpfs", 0, b"mode=1777"):
        return "no tmpfs can be mounted: " + os.strerror(ctypes.get_errno())
    return None


def as_user(uid):
    """The prefix of a command that runs it as another user."""
    return ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups")


class User:
    """Another user who does something to /dev/shm, and keeps all files open
    until the end of the with block."""

    def __init__(self, uid, deed):
        done, say = os.pipe()
        wait, self.end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(done)
            os.close(self.end)
            try:
                os.setgroups([])
                os.setgid(uid)
                os.setuid(uid)
                self.kept = deed()  # until the end
                os.write(say, b"done")
                os.close(say)
                os.read(wait, 1)
            finally:
                os._exit(0)
        os.close(say)
        os.close(wait)
        with os.fdopen(done, "rb") as said:
            self.done = said.read() == b"done"

    def __enter__(self):
        if not self.done:
            raise RuntimeError("the deed was not done")
        return self

    def __exit__(self, *_):
        os.close(self.end)
        os.waitpid(self.pid, 0)


def path_of(pid):
    return f"{SHM}/udpmill.{pid}"


def copy(pid, **fields):
    """A copy of a server's segment, with other numbers in its header."""
    with open(path_of(pid), "rb") as f:
        data = bytearray(f.read())
    header = list(HEADER.unpack_from(data))
    for name, value in fields.items():
        header[globals()[name]] = value
    HEADER.pack_into(data, 0, *header)
    return bytes(data)


def most_workers(pid):
    """The largest number of workers that the reader accepts."""
    with open(path_of(pid), "rb") as f:
        return (1 << 18) // HEADER.unpack(f.read(HEADER.size))[COUNTER_COUNT]


def put_live(path, data, size=None):
    """Make a file that looks like the segment of a live server. Keep a
    reference to the result."""
    f = open(path, "xb")
    f.write(data)
    f.flush()
    if size:
        f.truncate(size)
    fcntl.flock(f, fcntl.LOCK_EX)
    return f


def limit(most, what=resource.RLIMIT_NOFILE):
    """Returns a function for preexec_fn that sets a limit."""
    return lambda: resource.setrlimit(what, (most, most))
