# SPDX-License-Identifier: MIT
"""Networks within this host. tools/lab makes them, and removes them when its
standard input is closed, so a lab ends with the harness."""
import os
import pathlib
import subprocess
import tempfile

from ..errors import UNFIT, PerfError

PATHS = ('veth', 'bridge', 'nft', 'vxlan', 'macvlan')
READY = 'LAB_READY'
# The command in the lab: prints the lab's variables, and waits.
HOLD = f'env | grep ^LAB_; echo {READY}; exec cat >/dev/null'


def tool():
    """The path of tools/lab, in the source or installed beside the harness."""
    here = pathlib.Path(__file__).resolve().parents[2]
    for path in here / 'lab', here.parent / 'tools/lab':
        if os.access(path, os.X_OK):
            return str(path)
    raise PerfError('tools/lab is missing; install the harness again', UNFIT)


class Lab:
    """A context. server: the server's address; server_netns, client_netns:
    descriptors of the namespaces."""

    def __init__(self, path):
        if path not in PATHS:
            raise PerfError(f'path: there is no "{path}"; choose loopback, '
                            f'{", ".join(PATHS[:-1])} or {PATHS[-1]}')
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
        # Labs of other runs, which were killed.
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
