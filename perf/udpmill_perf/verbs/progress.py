# SPDX-License-Identifier: MIT
"""Progress of a long measurement: on a terminal, a bar with the time left; in
a log, a line every ten seconds."""
import os
import shutil
import sys
import time

LOG_EVERY_S = 10
WAITING_EVERY_S = 1
BAR = 20


def span(seconds):
    """75 -> "1:15"."""
    seconds = max(int(seconds + 0.5), 0)
    return f'{seconds // 60}:{seconds % 60:02d}'


class Progress:
    """A context. total: how many units step() will be told of; may grow."""

    def __init__(self, total, stream=None, quiet=False):
        self.stream = stream or sys.stderr
        self.total, self.done, self.quiet = total, 0, quiet
        self.started = self.told = time.monotonic()
        self.ends = None
        self.live = (self.stream.isatty()
                     and os.environ.get('TERM', 'dumb') != 'dumb')

    def restart(self, total):
        """Begin another part, whose steps take a different time."""
        self.total, self.done = total, 0
        self.started, self.ends = time.monotonic(), None

    def expect(self, seconds):
        """Take over an estimate of the time that is left."""
        self.ends = time.monotonic() + seconds

    def left_s(self):
        """Seconds left, estimated from the steps so far, unless there is a
        better estimate; None before the first."""
        if self.ends is not None:
            return max(self.ends - time.monotonic(), 0)
        if not self.done:
            return None
        per = (time.monotonic() - self.started) / self.done
        return per * max(self.total - self.done, 0)

    def line(self, what):
        left = self.left_s()
        filled = round(BAR * min(self.done / max(self.total, 1), 1))
        text = (f'[{"#" * filled}{"." * (BAR - filled)}] '
                f'{self.done}/{self.total}')
        if left is not None and (self.ends is None or left >= 0.5):
            text += f', {span(left)} left'
        return f'{text}  {what}'

    def show(self, what, force=False):
        if self.quiet:
            return
        now = time.monotonic()
        if self.live:
            columns = shutil.get_terminal_size().columns
            self.stream.write('\r\033[K' + self.line(what)[:columns - 1])
            self.stream.flush()
        elif force or now - self.told >= LOG_EVERY_S:
            self.told = now
            print(self.line(what), file=self.stream, flush=True)

    def step(self, what, n=1):
        self.done += n
        self.show(what)

    def waiting(self, what):
        """Call often while nothing is done yet: shows what is waited for."""
        now = time.monotonic()
        if self.live:
            if now - self.told < WAITING_EVERY_S:
                return
            self.told = now
        self.show(f'{what}, {span(now - self.started)}')

    def note(self, text):
        """Print a line that stays."""
        if self.quiet:
            return
        self.stream.write('\r\033[K' if self.live else '')
        print(text, file=self.stream, flush=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.live and not self.quiet:
            self.stream.write('\r\033[K')
            self.stream.flush()
