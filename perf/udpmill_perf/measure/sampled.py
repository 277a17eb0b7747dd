# SPDX-License-Identifier: MIT
"""The share of a server's CPU time in user space, from perf(1), which takes
twenty thousand samples per second.

The kernel's own figures can be wrong by a factor of two if it counts in ticks
of 4 ms: the tick wakes threads, and so finds them where they begin.
"""
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager

from ..host.process import Program
from ..metrics import SERVER_NS
from . import trial

LEAST = 0.0001  # of a share: less cannot be seen, and zero has no logarithm
PERF = ('perf', 'record', '-q', '-F', '20000', '-e', 'cpu-clock')


def is_there():
    return shutil.which('perf') is not None


@contextmanager
def looking(pid, path):
    with Program([*PERF, '-o', path, '-p', pid]) as perf:
        yield
        perf.stop(signal.SIGINT)


def user_share(path):
    """The user-space share of the samples, or None without samples."""
    done = subprocess.run(
        ['perf', 'report', '-i', path, '--stdio', '--sort', 'dso', '-t', ';'],
        capture_output=True, text=True, check=False, timeout=60)
    shares = [line.split(';') for line in done.stdout.splitlines()
              if line.strip() and not line.startswith('#')]
    if not shares:
        return None
    return sum(float(share.strip().rstrip('%')) for share, where in shares
               if '[kernel' not in where) / 100


def measure(arm, workload, seat, timing, generator, seed):
    """Measure a separate trial without other figures, because sampling takes
    time."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'samples')
        made = trial.measure(arm, workload, seat, timing, generator, seed,
                             beside=lambda pid: looking(pid, path))
        share = user_share(path)
    # Sampling takes little of a server's time, so that its share of it holds.
    ns = made['metrics'].get(SERVER_NS)
    known = None not in (share, ns)
    return {**made, 'metrics': {}, 'cpu': {
        'server_user_share': share,
        'server_user_ns': max(share, LEAST) * ns if known else None}}
