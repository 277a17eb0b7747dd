# SPDX-License-Identifier: MIT
"""What stops a verb, as one line for its user, and what it exits with."""
import errno

REGRESSION = 1
USAGE = 2
INCONCLUSIVE = 3
UNFIT = 4
INVALID = 5


# Of an OSError: the host's fault, where all others are its user's.
OF_HOST = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EROFS)


def code_of(error):
    """What a file that could not be written exits with."""
    return UNFIT if error.errno in OF_HOST else USAGE


def printable(text):
    """Without what a terminal would obey: names come from files."""
    return ''.join(c if c.isprintable() else '?' for c in text)


class PerfError(Exception):
    """One line: what, where, what would be right."""

    def __init__(self, message, exit_code=USAGE):
        super().__init__(printable(message))
        self.exit_code = exit_code
