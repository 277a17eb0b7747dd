# SPDX-License-Identifier: MIT
"""Programs that the harness starts on chosen CPUs, in a chosen namespace. It
waits until they report that they are ready, and stops them by their process
ID. They end with the harness, however it ends."""
import ctypes
import glob
import os
import select
import signal
import subprocess
import tempfile
import time
from contextlib import suppress

from ..errors import INVALID, UNFIT, PerfError
from . import namespace

READY_S = 15
STOP_S = 10
SEGMENTS = '/dev/shm/udpmill'
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def prepare(cpus, netns, at_death):
    """Returns a function for Popen's preexec_fn."""
    parent = os.getpid()

    def in_child():
        _libc.prctl(PR_SET_PDEATHSIG, at_death)
        if os.getppid() != parent:  # which was killed before this
            os._exit(1)
        # Ctrl-C is for the harness only, which then stops its programs.
        os.setpgid(0, 0)
        if netns is not None:
            namespace.enter(netns)
        if cpus:
            os.sched_setaffinity(0, cpus)
    return in_child


def how_ended(code):
    """In words. code: as Popen gives it."""
    if code and code < 0:
        with suppress(ValueError):
            return f'ended by signal {signal.Signals(-code).name}'
        return f'ended by signal {-code}'
    return f'ended with exit code {code}'


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else ''


class Program:
    """A running program. A context: the program has ended after it.
    at_death: the signal that it gets if the harness is killed."""

    def __init__(self, argv, cpus=(), netns=None, pass_fds=(), env=None,
                 folder=None, at_death=signal.SIGTERM):
        self.argv = [str(a) for a in argv]
        self.errors = tempfile.TemporaryFile()
        self.output = tempfile.TemporaryFile()
        try:
            self.popen = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=self.output,
                stderr=self.errors, pass_fds=pass_fds, env=env, cwd=folder,
                preexec_fn=prepare(cpus, netns, at_death))
        except OSError as error:
            self.errors.close()
            self.output.close()
            raise PerfError(f'{argv[0]}: {error.strerror}', UNFIT) from error

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    @staticmethod
    def _text(file):
        file.seek(0)
        return file.read().decode(errors='replace')

    def stdout(self):
        return self._text(self.output)

    def stderr(self):
        return self._text(self.errors)

    def complaint(self):
        """One line that says how the program ended."""
        how, why = how_ended(self.popen.returncode), last_line(self.stderr())
        return f'{self.argv[0]}: {how}' + (f': {why}' if why else '')

    def wait(self, seconds):
        """Returns its exit code. Raises PerfError if it takes longer."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise PerfError(f'{" ".join(self.argv)}: did not end within '
                            f'{seconds:.0f} s', INVALID) from None

    def wait_until(self, done, seconds, late, every=0.005):
        """Wait until done() is true. Raises PerfError if the program ends
        first or the time is up; late says what did not happen."""
        deadline = time.monotonic() + seconds
        while not done():
            if not self.alive():
                raise PerfError(self.complaint(), INVALID)
            if time.monotonic() > deadline:
                raise PerfError(f'{late} within {seconds} s', INVALID)
            time.sleep(every)

    def stop(self, number=signal.SIGTERM):
        if self.alive():
            self.popen.send_signal(number)
        try:
            self.popen.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        return self.popen.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.alive():
            self.popen.kill()
            self.popen.wait()
        self.errors.close()
        self.output.close()


def read_line(fd, program):
    """The first line of fd, which the program writes when it is ready."""
    line, deadline = b'', time.monotonic() + READY_S
    while not line.endswith(b'\n'):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            raise PerfError(f'{program.argv[0]}: did not get ready within '
                            f'{READY_S} s', INVALID)
        part = os.read(fd, 200)
        if not part:
            program.wait(STOP_S)
            raise PerfError(program.complaint(), INVALID)
        line += part
    return line.decode().splitlines()[0]


def mapped(pid):
    """(device, inode) of each file in the memory of pid."""
    with open(f'/proc/{pid}/maps', encoding='utf-8') as f:
        rows = [line.split()[3:5] for line in f]
    return {(os.makedev(*(int(n, 16) for n in device.split(':'))), int(inode))
            for device, inode in rows if inode != '0'}


def segment_of(pid):
    """The file with a server's counters, or None. It has another name than
    usual if that name was taken."""
    own = mapped(pid)
    for path in glob.glob(f'{SEGMENTS}.{pid}') + glob.glob(
            f'{SEGMENTS}.{pid}.*'):
        with suppress(OSError):
            at = os.stat(path)
            if (at.st_dev, at.st_ino) in own:
                return path
    return None


class Server(Program):
    """An udpmill serve that is ready. endpoint: its address; segment: the file
    with its counters, which is removed at the end in any case."""
    segment = None

    def __init__(self, argv, cpus=(), netns=None):
        read_end, write_end = os.pipe()
        try:
            super().__init__([*argv, '--ready-fd', write_end], cpus, netns,
                             (write_end,))
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        try:
            self.endpoint = read_line(read_end, self)
            self.segment = segment_of(self.pid)
        except BaseException:
            self.__exit__()
            raise
        finally:
            os.close(read_end)

    def __exit__(self, *error):
        self.stop()
        super().__exit__(*error)
        if self.segment:
            with suppress(OSError):
                os.unlink(self.segment)
