# SPDX-License-Identifier: MIT
"""Writes the file of a report atomically."""
from ..errors import PerfError, code_of
from ..file import whole_file


def write_text(path, text):
    """Replace a file atomically; write to a pipe or a device directly."""
    try:
        whole_file.write(path, text.encode(errors='backslashreplace'))
    except OSError as error:
        raise PerfError(f'{path}: not written: '
                        f'{error.strerror or error}',
                        code_of(error)) from None
