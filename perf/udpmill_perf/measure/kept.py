# SPDX-License-Identifier: MIT
"""A document that grows while something is measured: however that ends, the
file is valid and has what was measured so far."""
import signal
import time

from ..file import document, whole_file
from ..host.signals import STOPPING, handled


class Interrupted(Exception):
    """A signal stopped the run; number says which."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.number = number


class Kept:
    """A context. made: a new document; output: its file, or None."""

    def __init__(self, made, output):
        self.document, self.output = made, output
        self.stop = None
        self.started = self.saved = time.monotonic()

    def __enter__(self):
        self.signals = handled(self.interrupt)
        self.signals.__enter__()
        if isinstance(self.output, whole_file.NewName):
            self.output = whole_file.claim(self.output)
        self.save()
        return self

    def clean_up(self):
        """Stop all programs, and note what changed meanwhile."""

    def __exit__(self, kind, error, _):
        """Clean up, then complete the document, which says if a signal or a
        PerfError stopped the run."""
        self.clean_up()
        made = self.document
        unheard = self.stop if error is None else None
        error = error or unheard
        if isinstance(error, Interrupted):
            made['stopped'] = f'interrupted by {error}'
        elif error:
            made['stopped'] = str(error)
        made['complete'] = error is None
        self.signals.__exit__(None, None, None)
        if unheard:
            raise unheard

    def interrupt(self, number, _frame):
        """Handle the first signal only, to clean up undisturbed."""
        for other in STOPPING:
            signal.signal(other, signal.SIG_IGN)
        self.stop = Interrupted(number)
        raise self.stop

    def heed(self):
        """Raise the exception of a signal, if it was lost: Python ignores
        those that are raised while an object is destroyed, or in some of its
        own callbacks."""
        if self.stop:
            raise self.stop

    def save(self):
        """Save the document, marked as incomplete until the end."""
        self.saved = time.monotonic()
        self.document['seconds'] = round(self.saved - self.started, 3)
        if self.output:
            document.save(self.document, self.output)
