# SPDX-License-Identifier: MIT
"""Errors that stop a verb: one line for the user, and an exit code."""
import errno

REGRESSION = 1
USAGE = 2
INCONCLUSIVE = 3
UNFIT = 4
INVALID = 5

LONGEST = 1200   # characters of a message


# errno values that are the host's fault; all others are the user's.
OF_HOST = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EROFS)


def code_of(error):
    """The exit code if a file could not be written."""
    return UNFIT if error.errno in OF_HOST else USAGE


def printable(text):
    """The text without control characters: names in it may come from a
    stranger's file."""
    return ''.join(c if c.isprintable() else '?' for c in text)


def short(text):
    """The text, without its middle if nobody would read all of it."""
    if len(text) <= LONGEST:
        return text
    return f'{text[:LONGEST // 2]}[...]{text[-LONGEST // 2:]}'


class PerfError(Exception):
    """One line that says what is wrong, where, and what to do instead."""

    def __init__(self, message, exit_code=USAGE):
        super().__init__(printable(short(message)))
        self.exit_code = exit_code
