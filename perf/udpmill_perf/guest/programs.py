# SPDX-License-Identifier: MIT
"""Programs of this host that the guest gets, with their shared libraries."""
import os
import re
import shutil
import subprocess

from ..errors import UNFIT, PerfError
from . import elf

PACKAGES = {'ip': 'iproute2', 'nft': 'nftables', 'sysctl': 'procps'}
SYSTEM = '/usr/sbin:/sbin'  # not in everybody's PATH
FOUND = re.compile(r'\s*(?:\S+ => )?(/\S+) \(0x[0-9a-f]+\)')


def find(name):
    """The path of a program by its name."""
    path = shutil.which(name, path=f'{os.environ.get("PATH", "")}:{SYSTEM}')
    if not path:
        raise PerfError(f'the guest needs {name} for this; run sudo apt-get '
                        f'install {PACKAGES[name]}', UNFIT)
    return path


def libraries(path):
    """The paths of all files that a program needs to run; none, if it is
    static."""
    if not elf.read(path).interpreter:
        return []
    try:
        done = subprocess.run(['ldd', path], capture_output=True, text=True,
                              check=False)
    except FileNotFoundError:
        raise PerfError('needs ldd; run sudo apt-get install libc-bin',
                        UNFIT) from None
    missing = re.findall(r'\s*(\S+) => not found', done.stdout)
    if done.returncode or missing:
        raise PerfError(f'{path}: its shared libraries cannot be found: '
                        f'{", ".join(missing) or done.stderr.strip()}', UNFIT)
    found = (FOUND.match(line) for line in done.stdout.splitlines())
    return [match[1] for match in found if match]
