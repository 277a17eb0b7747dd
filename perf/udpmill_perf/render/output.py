# SPDX-License-Identifier: MIT
"""A report's file: whole or not at all, whoever reads it meanwhile."""
import os

from .. import whole_file
from ..errors import PerfError, code_of


def write_text(path, text):
    """Replace the file at once; what is no file is written to as it is."""
    target = os.path.realpath(path)
    data = text.encode(errors='backslashreplace')
    try:
        if whole_file.is_special(target):
            with open(path, 'wb') as out:
                out.write(data)
        else:
            whole_file.replace(target, data)
    except OSError as error:
        raise PerfError(f'{path}: not written: '
                        f'{error.strerror or error}',
                        code_of(error)) from None
