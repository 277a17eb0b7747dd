# SPDX-License-Identifier: MIT
"""A document that grows while trials run, and is saved every few seconds."""
import random
import time
from dataclasses import asdict

from ..errors import UNFIT, PerfError
from ..file import document
from ..host import environment, pmu
from ..host.seats import Places
from ..outcomes import INVALID
from . import arms, trial
from .kept import Kept

SAVE_EVERY_S = 5


def draw_seed():
    return random.SystemRandom().randrange(1, 2 ** 31)


def begin(kind, argv, seed, design, both, workloads, before, output, timing):
    """A session without any measurements yet. both: the arms, one or two;
    output: as in Session."""
    generator = arms.own_binary()
    made = arms.sign(document.new(
        kind, arms.version(generator), argv, seed or draw_seed(),
        {**design, 'workloads': [w.name for w in workloads],
         **asdict(timing)}))
    made['arms'] = [arm.as_dict() for arm in both]
    made['workloads'] = [w.as_dict() for w in workloads]
    return Session(made, before, both, generator, output, timing)


class Session(Kept):
    """A context. made: a new document, with its arms and workloads; before:
    the environment; generator: the udpmill that generates the load; output:
    the document's file, or None."""

    def __init__(self, made, before, both, generator, output, timing):
        super().__init__(made, output)
        self.before = before
        self.arms = {arm.name: arm for arm in both}
        self.generator, self.timing = generator, timing
        self.places, self.pmu = Places(), pmu.open_pmu()[0]
        made['environment'] = environment.both(before, {})

    @property
    def seed(self):
        return self.document['seed']

    @property
    def trials(self):
        return self.document['trials']

    def clean_up(self):
        before, after = {**self.before, **self.places.before}, {}
        try:
            after = self.places.facts()
        finally:
            self.places.__exit__(None, None, None)
        if self.pmu:
            self.pmu.close()
        self.document['environment'] = environment.both(
            before, {**environment.collect(), **after})

    def run(self, arm, workload, **where):
        """Measure a trial, and note it in the document, even if it failed."""
        own = arm.workload(workload)
        return self.note(workload, arm, lambda seat: arm.measure(
            own, seat, self.timing, self.generator, self.seed, self.pmu),
            own, **where)

    def note(self, workload, arm, measure, own=None, **where):
        """Do the same for any measurement: a function of a seat."""
        self.heed()
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
