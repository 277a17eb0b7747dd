# SPDX-License-Identifier: MIT
"""Networks of this host's own, made and removed by tools/lab, which holds one
for as long as its standard input is open: so a lab ends with the harness."""
import os
import pathlib
import subprocess
import tempfile

from ..errors import UNFIT, PerfError

PATHS = ('veth', 'bridge', 'nft', 'vxlan', 'macvlan')
READY = 'LAB_READY'
# What the lab runs: tells what it is, and waits.
HOLD = f'env | grep ^LAB_; echo {READY}; exec cat >/dev/null'


def tool():
    """tools/lab: in the tree, or installed beside the harness."""
    here = pathlib.Path(__file__).resolve().parents[2]
    for path in here / 'lab', here.parent / 'tools/lab':
        if os.access(path, os.X_OK):
            return str(path)
    raise PerfError('tools/lab is not where it came with the harness', UNFIT)


class Lab:
    """server: its address; server_netns, client_netns: descriptors."""

    def __init__(self, path):
        if path not in PATHS:
            raise PerfError(f'path: there is no "{path}"; loopback, '
                            f'{", ".join(PATHS)} there are')
        self.path = path

    def __enter__(self):
        self.errors = tempfile.TemporaryFile('w+')
        self.process = subprocess.Popen(
            [tool(), 'run', '--path', self.path, '--', 'sh', '-c', HOLD],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.errors, text=True, start_new_session=True)
        try:
            self._read()
        except BaseException:
            self.process.communicate()
            raise
        return self

    def _told(self):
        self.errors.seek(0)
        return self.errors.read().splitlines()

    def _read(self):
        found = {}
        for line in self.process.stdout:
            if line.strip() == READY:
                break
            key, _, value = line.strip().partition('=')
            found[key] = value
        else:
            self.process.communicate()
            raise PerfError(f'path {self.path}: '
                            f'{"; ".join(self._told())}', UNFIT)
        # Of others, which were killed and left theirs behind.
        self.removed = [line for line in self._told() if 'left behind' in line]
        self.server = found['LAB_SERVER']
        self.server_netns, self.client_netns = (
            os.open(f'/run/netns/{found[key]}', os.O_RDONLY | os.O_CLOEXEC)
            for key in ('LAB_SERVER_NETNS', 'LAB_CLIENT_NETNS'))

    def __exit__(self, *_):
        os.close(self.server_netns)
        os.close(self.client_netns)
        self.process.communicate()
        self.errors.close()
