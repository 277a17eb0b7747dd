# SPDX-License-Identifier: MIT
"""What the guest sends: frames of a tag and a body, one after the other. The
file is taken for a stranger's, because a guest that crashed wrote it."""
import os
import re

from ..errors import UNFIT, PerfError

FILE_MOST = 256 << 20   # bytes; the names of a large kernel are 20 MB
HEAD = re.compile(rb'@([a-z]{1,20}) (\d{1,9})\n')
HEAD_MOST = 32


class Damaged(PerfError):
    def __init__(self, at, what):
        super().__init__(f'the guest\'s results are damaged: {what}, at byte '
                         f'{at}', UNFIT)


def split(data):
    """Yields (tag, body) of each complete frame. One at the end that is cut
    off is left out; raises Damaged if anything else is not a frame."""
    at = 0
    while at < len(data):
        head = HEAD.match(data, at)
        if not head:
            if b'\n' in data[at:at + HEAD_MOST] or len(data) >= at + HEAD_MOST:
                raise Damaged(at, 'no frame begins')
            return
        start, size = head.end(), int(head[2])
        end = start + size
        if end >= len(data):
            return
        if data[end] != 0x0a:
            raise Damaged(end, f'frame @{head[1].decode()} does not end')
        yield head[1].decode(), data[start:end]
        at = end + 1


def read(path):
    """The frames in a file, as a list of (tag, text)."""
    try:
        with open(path, 'rb') as f:
            # No more than there is: a read takes the memory beforehand.
            data = f.read(min(os.fstat(f.fileno()).st_size, FILE_MOST) + 1)
    except OSError as error:
        raise PerfError(f'the guest\'s results: {path}: {error.strerror}',
                        UNFIT) from error
    if len(data) > FILE_MOST:
        raise Damaged(FILE_MOST, 'they are too long')
    return [(tag, body.decode('utf-8', 'replace'))
            for tag, body in split(data)]
