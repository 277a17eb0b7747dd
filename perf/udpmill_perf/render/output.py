# SPDX-License-Identifier: MIT
"""A report's file: whole or not at all, whoever reads it meanwhile."""
from ..errors import PerfError, code_of
from ..file import whole_file


def write_text(path, text):
    """Replace the file at once; what is no file is written to as it is."""
    try:
        whole_file.write(path, text.encode(errors='backslashreplace'))
    except OSError as error:
        raise PerfError(f'{path}: not written: '
                        f'{error.strerror or error}',
                        code_of(error)) from None
