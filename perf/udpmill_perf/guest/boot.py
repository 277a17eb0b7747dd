# SPDX-License-Identifier: MIT
"""One boot of a guest, in a temporary directory: started, watched until it
powers off, and ended if it hangs or if the harness stops."""
import os
import re
import tempfile
import time

from ..errors import UNFIT, PerfError
from ..host.process import Program
from ..host.signals import undisturbed
from . import frames

CONSOLE, RESULTS, COUNTS, INITRD = 'console', 'results', 'counts', 'initrd'
CONSOLE_MOST = 1 << 20
STILL_S, STILL_CPU_S = 120, 0.05  # in so long a time, QEMU runs longer
LAST_LINES = 4
PANIC = re.compile(r'Kernel panic - not syncing.*|Oops: .*|BUG: .*|'
                   r'No working init found.*')
STAMP = re.compile(r'\[ *\d+\.\d+\] ?')


def console_lines(text):
    """The lines of a console, without control characters and time stamps."""
    text = re.sub(r'\x1b\[[0-9;?]*[A-Za-z]|\x1bc', '', text)
    found = (STAMP.sub('', line).strip() for line in text.splitlines())
    return [line for line in found if line]


def last_of(lines):
    return (f'the last of its console: {" | ".join(lines[-LAST_LINES:])}'
            if lines else 'its console is empty')


def panic_of(lines):
    """The line that says why the kernel gave up, or None."""
    for line in lines:
        found = PANIC.search(line)
        if found:
            return found[0]
    return None


def cpu_s(pid):
    """CPU seconds that a process has used."""
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii',
                  errors='replace') as f:
            rest = f.read().rpartition(')')[2].split()
    except OSError:
        return 0.0  # it has just ended
    return sum(map(int, rest[11:13])) / os.sysconf('SC_CLK_TCK')


class Boot:
    """A context. name: for messages. stall_s: how long the emulator may run
    while nothing comes from the guest; seconds: how long in all. Both are CPU
    time, because a busy host makes it slow, but not wrong."""

    def __init__(self, name, qemu, image, initramfs, append, seed, stall_s,
                 seconds):
        self.name, self.qemu, self.image = name, qemu, image
        self.initramfs, self.append, self.seed = initramfs, append, seed
        self.stall_s, self.seconds = stall_s, seconds
        self.folder = self.program = None

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='udpmill-count-')
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        try:
            with open(self.path(INITRD), 'wb') as f:
                f.write(self.initramfs)
        except OSError as error:  # which names no file if the disk is full
            raise PerfError(f'{self.path(INITRD)}: {error.strerror}; TMPDIR '
                            'says where else there is room', UNFIT) from error
        self.size, self.grown = 0, 0.0
        self.seen, self.seen_at = 0.0, time.monotonic()
        argv = self.qemu.command(
            self.image, self.path(INITRD), self.append, self.seed,
            *map(self.path, (CONSOLE, RESULTS, COUNTS)))
        with undisturbed():  # or it would run on, and nobody would know it
            self.program = Program(argv)

    def __exit__(self, *error):
        try:
            if self.program:
                self.program.__exit__(*error)
        finally:
            self.folder.cleanup()

    def text(self, name):
        """The first of a file that may not be there."""
        try:
            with open(self.path(name), 'rb') as f:
                return f.read(CONSOLE_MOST).decode('utf-8', 'replace')
        except FileNotFoundError:
            return ''

    def is_done(self):
        """Whether the guest has ended. Raises PerfError if it hangs."""
        if not self.program.alive():
            return True
        self._check_runs()
        size = 0
        for name in CONSOLE, RESULTS, COUNTS:
            try:
                size += os.stat(self.path(name)).st_size
            except FileNotFoundError:
                pass
        if size != self.size:
            self.size, self.grown = size, self.used
        if self.used - self.grown > self.stall_s:
            self._give_up(f'hangs: it has told nothing for {self.stall_s:.0f} '
                          's of CPU time')
        if self.used > self.seconds:
            self._give_up(f'did not end within {self.seconds:.0f} s of CPU '
                          'time')
        return False

    def _check_runs(self):
        """Raises PerfError if the emulator waits for something that does not
        come. (It never sleeps: it skips the time in which a guest does.)"""
        self.used, now = cpu_s(self.program.pid), time.monotonic()
        if self.used - self.seen > STILL_CPU_S:
            self.seen, self.seen_at = self.used, now
        elif now - self.seen_at > STILL_S:
            self._give_up(f'hangs: it has not run for {STILL_S} s')

    def _give_up(self, what):
        lines = console_lines(self.text(CONSOLE))
        raise PerfError(f'{self.name}: the guest {what}; {last_of(lines)}',
                        UNFIT)

    def frames(self):
        """What the guest sent, after its end. Raises PerfError if it did not
        power off by itself."""
        lines = console_lines(self.text(CONSOLE))
        panic = panic_of(lines)
        if panic:
            self._give_up(f'crashed: {panic}')
        if self.program.popen.returncode:
            raise PerfError(f'{self.name}: {self.program.complaint()}', UNFIT)
        found = frames.read(self.path(RESULTS))
        errors = [body.strip() for tag, body in found if tag == 'error']
        if errors:
            raise PerfError(f'{self.name}: in the guest: {errors[0]}', UNFIT)
        if not found or found[-1][0] != 'off':
            self._give_up('ended too early')
        return found
