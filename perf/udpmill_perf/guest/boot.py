# SPDX-License-Identifier: MIT
"""One boot of a guest, in a temporary directory: started, watched until it
powers off, and ended if it hangs or if the harness stops."""
import os
import re
import signal
import time

from ..errors import UNFIT, PerfError
from ..host.process import Program, last_line
from ..host.scratch import ELSEWHERE, Scratch
from ..host.signals import undisturbed
from . import frames

CONSOLE, RESULTS, COUNTS, INITRD = 'console', 'results', 'counts', 'initrd'
CONSOLE_MOST = 1 << 20
STILL_S, STILL_CPU_S = 120, 0.05  # in so long a time, QEMU runs longer
LOOK_MOST_S = 1   # more between two looks is a harness that was stopped, too
PANIC_S = 5       # CPU time that a guest has to end after a panic
LAST_LINES = 4
PANIC = re.compile(r'Kernel panic - not syncing.*|Oops: .*|BUG: .*|'
                   r'No working init found.*')
BY_KILL = ', as the kernel does when memory is short'
HALTED = 'reboot: System halted'
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
        self.folder = Scratch('count')
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
            raise PerfError(f'{self.path(INITRD)}: {error.strerror}; '
                            f'{ELSEWHERE}', UNFIT) from error
        self.size, self.grown = 0, 0.0
        self.seen, self.still, self.looked = 0.0, 0.0, time.monotonic()
        # By their names only: TMPDIR may have any characters.
        argv = self.qemu.command(self.image, INITRD, self.append, self.seed,
                                 CONSOLE, RESULTS, COUNTS)
        with undisturbed():  # or it would run on, and nobody would know it
            self.program = Program(argv, folder=self.folder.name,
                                   at_death=signal.SIGKILL)

    def __exit__(self, *error):
        try:
            if self.program:
                self.program.__exit__(*error)
        finally:
            self.folder.__exit__()

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
            self._check_panic()
        if self.used - self.grown > self.stall_s:
            self._give_up(f'hangs: it has told nothing for {self.stall_s:.0f} '
                          's of CPU time')
        if self.used > self.seconds:
            self._check_crash()
            self._give_up(f'did not end within {self.seconds:.0f} s of CPU '
                          'time')
        return False

    def _check_runs(self):
        """Raises PerfError if the emulator waits for something that does not
        come. (It never sleeps: it skips the time in which a guest does.)"""
        self.used, now = cpu_s(self.program.pid), time.monotonic()
        self.still += min(now - self.looked, LOOK_MOST_S)
        self.looked = now
        if self.used - self.seen > STILL_CPU_S:
            self.seen, self.still = self.used, 0.0
        elif self.still > STILL_S:
            self._give_up(f'hangs: it has not run for {STILL_S} s')

    def _check_panic(self):
        """With panic=0, for example, a guest that gave up would run on, and
        with acpi=off, one that has ended."""
        lines = console_lines(self.text(CONSOLE))
        if HALTED in lines:
            self._give_up('cannot switch its machine off')
        if panic_of(lines):
            self.seconds = min(self.seconds, self.used + PANIC_S)

    def _give_up(self, what):
        lines = console_lines(self.text(CONSOLE))
        raise PerfError(f'{self.name}: the guest {what}; {last_of(lines)}',
                        UNFIT)

    def _check_crash(self):
        panic = panic_of(console_lines(self.text(CONSOLE)))
        if panic:
            self._give_up(f'crashed: {panic}')

    def frames(self):
        """What the guest sent, after its end. Raises PerfError if it did not
        power off by itself."""
        self._check_crash()
        code = self.program.popen.returncode
        if code:
            why = BY_KILL if code == -signal.SIGKILL else ''
            raise PerfError(f'{self.name}: {self.program.complaint()}{why}',
                            UNFIT)
        found = self._sent()
        errors = [body.strip() for tag, body in found if tag == 'error']
        if errors:
            raise PerfError(f'{self.name}: in the guest: {errors[0]}', UNFIT)
        if not found or found[-1][0] != 'off':
            # QEMU ends well by SIGTERM, and tells who sent it.
            said = last_line(self.program.stderr())
            self._give_up('ended too early' + (f' ({said})' if said else ''))
        return found

    def _sent(self):
        if not os.path.exists(self.folder.name):
            raise PerfError(f'{self.name}: {self.folder.name} has been '
                            'removed while it was needed', UNFIT)
        if not os.path.exists(self.path(RESULTS)):
            return []
        try:
            return frames.read(self.path(RESULTS))
        except PerfError as error:
            raise PerfError(f'{self.name}: {error}', error.exit_code) from None
