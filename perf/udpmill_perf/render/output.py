# SPDX-License-Identifier: MIT
"""A report's file: whole or not at all, whoever reads it meanwhile."""
import os
import stat
import tempfile

from ..errors import PerfError


def write_text(path, text):
    """Replace the file at once; what is no file is written to as it is."""
    target = os.path.realpath(path)
    try:
        if os.path.exists(target) \
                and not stat.S_ISREG(os.stat(target).st_mode):
            with open(path, 'w', encoding='utf-8', newline='',
                      errors='backslashreplace') as out:
                out.write(text)
            return
        _replace(target, text)
    except OSError as error:
        raise PerfError(f'{path}: not written: '
                        f'{error.strerror or error}') from None


def _replace(target, text):
    handle, name = tempfile.mkstemp(prefix='.udpmill-', suffix='.tmp',
                                    dir=os.path.dirname(target))
    try:
        with open(handle, 'w', encoding='utf-8', newline='',
                      errors='backslashreplace') as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _mode(target):
    """What the file has, or what any new file would get."""
    try:
        return stat.S_IMODE(os.stat(target).st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
