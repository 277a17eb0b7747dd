# SPDX-License-Identifier: MIT
"""A server that is not udpmill's: it reports nothing, so its port shows that
it is ready, and whatever it started ends with it."""
import os
import signal
import time
import uuid
from contextlib import suppress

from ..errors import INVALID, PerfError
from .process import Program

# Inherited by all that the server starts, by which it is found at the end.
MARK = 'UDPMILL_PERF_SERVER'
STOP_S = 2      # after SIGTERM, before SIGKILL
LINES, MOST = 3, 300   # of what it wrote, in an error
STATES = {'tcp': '0A', 'udp': '07'}  # LISTEN; an unconnected UDP socket


def is_open(pid, protocol, port):
    """Whether a socket waits at this port, in the namespace of pid."""
    for suffix in '', '6':
        try:
            with open(f'/proc/{pid}/net/{protocol}{suffix}',
                      encoding='ascii') as f:
                rows = f.read().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if (int(fields[1].rsplit(':', 1)[1], 16) == port
                    and fields[3] == STATES[protocol]):
                return True
    return False


def last_lines(text):
    """The end of what a program wrote, as one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = '; '.join(lines[-LINES:])
    return said if len(said) <= MOST else '...' + said[-MOST:]


def marked(mark):
    """The processes that have this mark in their environment."""
    for entry in os.listdir('/proc'):
        if entry.isdigit():
            with suppress(OSError), open(f'/proc/{entry}/environ', 'rb') as f:
                if f'{MARK}={mark}'.encode() in f.read().split(b'\0'):
                    yield int(entry)


class ForeignServer(Program):
    """A context: after it, nothing that the server started is left, even if it
    has become a daemon."""

    def __init__(self, argv, cpus=(), netns=None):
        self.mark = uuid.uuid4().hex
        super().__init__(argv, cpus, netns,
                         env={**os.environ, MARK: self.mark})

    def said(self):
        return last_lines(self.stderr()) or last_lines(self.stdout())

    def complaint(self):
        code = self.popen.returncode
        how = (f'ended by signal {signal.Signals(-code).name}'
               if code and code < 0 else f'ended with exit code {code}')
        stay = ('' if code else '; a server that goes into the background '
                'needs the option that keeps it from it')
        return self.told(f'{self.argv[0]}: {how}{stay}')

    def told(self, what):
        said = self.said()
        return what + (f'; it wrote: {said}' if said else '')

    def wait_until_ready(self, answers, port, seconds):
        """Wait until it has a UDP socket at port and answers() is true. Raises
        PerfError, also if it ends first."""
        deadline = time.monotonic() + seconds
        for done, late in (
                (lambda: is_open(self.pid, 'udp', port),
                 f'did not open UDP port {port}'),
                (answers, 'did not answer a request')):
            while not done():
                if not self.alive():
                    raise PerfError(self.complaint(), INVALID)
                if time.monotonic() > deadline:
                    raise PerfError(self.told(
                        f'{self.argv[0]}: {late} within {seconds:g} s'),
                        INVALID)
                time.sleep(0.005)

    def signal_group(self, number):
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def stop(self, number=signal.SIGTERM):
        """End its process group, and whatever else has its mark."""
        if self.alive():
            self.signal_group(number)
            deadline = time.monotonic() + STOP_S
            while self.alive() and time.monotonic() < deadline:
                time.sleep(0.002)
        self.signal_group(signal.SIGKILL)
        self.popen.wait()
        self.kill_marked()
        return self.popen.returncode

    def kill_marked(self):
        deadline = time.monotonic() + STOP_S
        while left := list(marked(self.mark)):
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if time.monotonic() > deadline:
                raise PerfError(f'{self.argv[0]}: process {left[0]} cannot be '
                                'ended', INVALID)
            time.sleep(0.005)

    def __exit__(self, *error):
        self.stop()
        super().__exit__(*error)
