# SPDX-License-Identifier: MIT
"""The compiled parts of udpmill perf count, installed beside the harness or in
the build directory of the udpmill that started it."""
import os
import pathlib
import shutil

from ..errors import UNFIT, PerfError
from . import elf

INIT = 'udpmill-guest-init'
PLUGINS = {2: 'udpmill-count-2.so', 1: 'udpmill-count-1.so'}  # by API
STATIC = 'udpmill-static'
FOLDERS = {INIT: 'perf/count/guest', STATIC: 'src/cli',
           **dict.fromkeys(PLUGINS.values(), 'perf/count/plugin')}


def own():
    """The udpmill that started the harness, or None."""
    return os.environ.get('UDPMILL') or shutil.which('udpmill')


def places(name):
    """Where a part may be."""
    yield pathlib.Path(__file__).resolve().parents[2] / name
    program = own()
    if program:
        build = pathlib.Path(program).resolve().parents[2]
        yield build / FOLDERS[name] / name


def look(name):
    """The path of a part, or None."""
    return next((str(path) for path in places(name) if path.is_file()), None)


def find(name):
    found = look(name)
    if not found:
        raise PerfError(f'{name} is missing; build udpmill with '
                        '-Dcount=enabled, which says what it needs', UNFIT)
    return found


def udpmill():
    """The harness's own udpmill for guests: a static one, if there is any,
    because it runs without libraries of this host, and all its functions have
    names."""
    program = own()
    if not program or not os.path.isfile(program):
        raise PerfError('there is no udpmill; give its path in UDPMILL')
    if not elf.read(program).interpreter:
        return os.path.abspath(program)
    return look(STATIC) or os.path.abspath(program)
