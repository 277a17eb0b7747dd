# SPDX-License-Identifier: MIT
"""What part of a server's CPU time is user space's, by perf(1), which looks
twenty thousand times a second where it is.

What the kernel itself tells, where it counts by ticks of 4 ms, can be off by
its double: the tick wakes threads, and so meets them at their start.
"""
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager

from ..host.process import Program
from . import trial

PERF = ('perf', 'record', '-q', '-F', '20000', '-e', 'cpu-clock')


def is_there():
    return shutil.which('perf') is not None


@contextmanager
def looking(pid, path):
    with Program([*PERF, '-o', path, '-p', pid]) as perf:
        yield
        perf.stop(signal.SIGINT)


def user_share(path):
    """Of the samples; None where there are none."""
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
    """A trial of its own, for looking costs time: without other figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'samples')
        made = trial.measure(arm, workload, seat, timing, generator, seed,
                             beside=lambda pid: looking(pid, path))
        share = user_share(path)
    return {**made, 'metrics': {}, 'cpu': {'server_user_share': share}}
