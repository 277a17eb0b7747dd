# SPDX-License-Identifier: MIT
"""A document that grows while trials run, and is saved every few seconds:
however the run ends, the file is valid and has the trials so far."""
import random
import signal
import time
from dataclasses import asdict

from ..errors import UNFIT, PerfError
from ..file import document
from ..host import environment, pmu
from ..host.seats import Places
from ..host.signals import STOPPING, handled
from ..outcomes import INVALID
from . import arms, trial

SAVE_EVERY_S = 5


class Interrupted(Exception):
    """A signal stopped the run; number says which."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.number = number


def draw_seed():
    return random.SystemRandom().randrange(1, 2 ** 31)


def begin(kind, argv, seed, design, both, workloads, before, output, timing):
    """A session without any measurements yet. both: the arms, one or two;
    output: as in Session."""
    generator = arms.own_binary()
    made = document.new(kind, arms.version(generator), argv,
                        seed or draw_seed(),
                        {**design, 'workloads': [w.name for w in workloads],
                         **asdict(timing)})
    made['arms'] = [arm.as_dict() for arm in both]
    made['workloads'] = [w.as_dict() for w in workloads]
    return Session(made, before, both, generator, output, timing)


class Session:
    """A context. made: a new document, with its arms and workloads; before:
    the environment; generator: the udpmill that generates the load; output:
    the document's file, or None."""

    def __init__(self, made, before, both, generator, output, timing):
        self.document, self.before = made, before
        self.arms = {arm.name: arm for arm in both}
        self.generator, self.output, self.timing = generator, output, timing
        self.stop = None
        self.started = self.saved = time.monotonic()
        self.places, self.pmu = Places(), pmu.open_pmu()[0]
        made['environment'] = environment.both(before, {})

    @property
    def seed(self):
        return self.document['seed']

    @property
    def trials(self):
        return self.document['trials']

    def __enter__(self):
        self.signals = handled(self.interrupt)
        self.signals.__enter__()
        self.save()
        return self

    def __exit__(self, kind, error, _):
        """Stop all programs, then complete the document, which says if a
        signal or a PerfError stopped the run."""
        before, after = {**self.before, **self.places.before}, {}
        try:
            after = self.places.facts()
        finally:
            self.places.__exit__(None, None, None)
        if self.pmu:
            self.pmu.close()
        made = self.document
        made['environment'] = environment.both(
            before, {**environment.collect(), **after})
        made['seconds'] = round(time.monotonic() - self.started, 3)
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

    def run(self, arm, workload, **where):
        """Measure a trial, and note it in the document, even if it failed."""
        own = arm.workload(workload)
        return self.note(workload, arm, lambda seat: arm.measure(
            own, seat, self.timing, self.generator, self.seed, self.pmu),
            own, **where)

    def note(self, workload, arm, measure, own=None, **where):
        """Do the same for any measurement: a function of a seat."""
        # The exception may have been lost: Python ignores those that are
        # raised while an object is destroyed, or in some of its own callbacks.
        if self.stop:
            raise self.stop
        entry = {'id': len(self.trials), 'workload': workload.name,
                 'arm': arm.name, 'block': None, 'place': 0,
                 'start_s': round(time.monotonic() - self.started, 3),
                 **where}
        own = own or workload
        try:
            seat = self.places.place(own.path).seat(own)
            entry.update(measure(seat))
        except PerfError as error:
            # This host would fail the next time, too.
            if error.exit_code == UNFIT:
                raise
            entry.update(trial.entry(INVALID, [str(error)],
                                     error=str(error)))
        self.trials.append(entry)
        if time.monotonic() - self.saved > SAVE_EVERY_S:
            self.save()
        return entry

    def save(self):
        """Save the document, marked as incomplete until the end."""
        self.saved = time.monotonic()
        if self.output:
            document.save(self.document, self.output)
