# SPDX-License-Identifier: MIT
"""Starts programs as if the kernel refused some socket options."""
import os
import sys

# A seccomp filter lets setsockopt (whose number is the first argument) fail with
# EPERM for options from the second argument to the third.
FORBID = """
import ctypes, os, struct, sys
number, first, last = map(int, sys.argv[1:4])
rules = [(0x20, 0, 0, 0), (0x15, 0, 4, number),
         (0x20, 0, 0, 32), (0x35, 0, 2, first), (0x25, 1, 0, last),
         (0x06, 0, 0, 0x00050001), (0x06, 0, 0, 0x7fff0000)]
code = ctypes.create_string_buffer(
    b"".join(struct.pack("HBBI", *rule) for rule in rules))
program = struct.pack("HxxxxxxP", len(rules), ctypes.addressof(code))
prctl = ctypes.CDLL(None, use_errno=True).prctl
if prctl(38, 1, 0, 0, 0) or prctl(22, 2, program):
    sys.exit("no seccomp filters here")
os.execv(sys.argv[4], sys.argv[4:])
"""


def forbidding(test, first, last):
    """What to put before a program's words, so that setsockopt of options from
    first to last fails with EPERM."""
    number = {"x86_64": 54, "aarch64": 208}.get(os.uname().machine)
    if not number:
        test.skipTest("the number of setsockopt is not known here")
    return (sys.executable, "-c", FORBID, str(number), str(first),
            str(last))
