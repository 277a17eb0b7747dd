# SPDX-License-Identifier: MIT
"""Progress of a long measurement: on a terminal, a bar with the time left; in
a log, a line every ten seconds."""
import os
import sys
import time

from .. import human

LOG_EVERY_S = 10
WAITING_EVERY_S = 1
BAR = 20
BAR_FROM = 60  # columns
COLUMNS = 80   # where the terminal does not say how wide it is, or is none
# An estimate weighs as much as so many steps, and a rise of the time left by
# so little is not shown: the next steps are likely to take it back.
GUESSED_STEPS = 4
SMALL_RISE = 0.1


def span(seconds):
    """75 -> "1:15"."""
    seconds = max(int(seconds + 0.5), 0)
    return f'{seconds // 60}:{seconds % 60:02d}'


def columns_of(stream):
    try:
        return os.get_terminal_size(stream.fileno()).columns or COLUMNS
    except (OSError, ValueError):
        return COLUMNS


class Progress:
    """A context. total: how many units step() will be told of; may grow.
    each_s: how long a step probably takes, if that is known."""

    def __init__(self, total, stream=None, quiet=False, each_s=None):
        self.stream = stream or sys.stderr
        self.quiet, self.told = quiet, time.monotonic()
        self.restart(total, each_s)
        self.live = (self.stream.isatty()
                     and os.environ.get('TERM', 'dumb') != 'dumb')

    def restart(self, total, each_s=None):
        """Begin another part, whose steps take a different time."""
        self.total, self.done = total, 0
        self.guess_s = self.each_s = each_s
        self.started, self.ends = time.monotonic(), None

    def expect(self, seconds):
        """Take over an estimate of the time that is left."""
        self.ends = time.monotonic() + seconds

    def left_s(self):
        """Seconds left, estimated from the steps so far, unless there is a
        better estimate; None before the first."""
        if self.ends is not None:
            return max(self.ends - time.monotonic(), 0)
        if self.each_s is None:
            return None
        return self.each_s * max(self.total - self.done, 0)

    def _estimate(self, n):
        """From the mean of all steps, after n new ones."""
        weight = 0 if self.guess_s is None else GUESSED_STEPS
        spent = time.monotonic() - self.started
        mean = (spent + weight * (self.guess_s or 0)) / (self.done + weight)
        left = self.total - self.done
        if self.each_s is not None and left > 0:
            before = self.each_s * (left + n)
            if before < mean * left <= before * (1 + SMALL_RISE):
                mean = before / left
        self.each_s = mean

    def line(self, what):
        """Leaves the last column free: there, some terminals wrap."""
        columns, left = columns_of(self.stream) - 1, self.left_s()
        filled = round(BAR * min(self.done / max(self.total, 1), 1))
        text = (f'[{"#" * filled}{"." * (BAR - filled)}] '
                if columns >= BAR_FROM else '')
        text += f'{self.done}/{self.total}'
        if left is not None and (self.ends is None or left >= 0.5):
            text += f', {span(left)} left'
        text += '  '
        text += human.shortened(what, max(columns - len(text), 0))
        return text[:columns]

    def show(self, what, force=False):
        if self.quiet:
            return
        now = time.monotonic()
        if self.live:
            self.stream.write('\r\033[K' + self.line(what))
            self.stream.flush()
        elif force or now - self.told >= LOG_EVERY_S:
            self.told = now
            print(self.line(what), file=self.stream, flush=True)

    def step(self, what, n=1):
        self.done += n
        self._estimate(n)
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
