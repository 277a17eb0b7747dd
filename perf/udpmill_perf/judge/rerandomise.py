# SPDX-License-Identifier: MIT
"""The plan, applied to the noise of a file, with new coins.

A simulation only has noise that its author thought of; a file has real noise.
If the arms were the same, a block's coin could have fallen the other way,
which changes the sign of its d. So blocks drawn from the file, with new coins,
are comparisons of equal arms, and none should be a REGRESSION. With an effect
added, they show what could have been found on this host."""
import numpy as np

from ..errors import INVALID, PerfError
from ..outcomes import REGRESSION
from . import plan, simulate
from .stats import clopper_pearson, signed_rank

FEWEST = 8  # blocks of a workload that can represent its noise


def pools(document):
    """workload -> a row of d per block, minus the difference of the arms."""
    metrics = plan.setting(document['design'], 'metrics')
    found = {}
    for workload in (w['name'] for w in document['workloads']):
        blocks = [b for b in plan.of(document['blocks'], workload)
                  if b['used'] and None not in [b['d'].get(m)
                                                for m in metrics]]
        if len(blocks) < FEWEST:
            raise PerfError(
                f'{workload}: {len(blocks)} blocks with all figures; at least '
                f'{FEWEST} are needed to know the noise', INVALID)
        rows = np.array([[b['d'][m] for m in metrics] for b in blocks])
        middle = [signed_rank.estimate(column) for column in rows.T]
        found[workload] = rows - middle
    return found


class Again:
    """Blocks of a workload, drawn from a pool, for simulate.follow()."""

    def __init__(self, rng, metrics, rows, effect):
        self.rng, self.metrics, self.rows = rng, metrics, rows
        self.effect = effect
        self.blocks = []

    def measure(self, workload, phase):
        row = self.rows[self.rng.integers(len(self.rows))]
        sign = self.rng.choice((-1, 1))
        d = self.effect + sign * row
        self.blocks.append({
            'workload': workload, 'index': len(self.blocks), 'phase': phase,
            'used': phase != 'warm', 'd': dict(zip(self.metrics, d.tolist()))})


def replay(document, rounds, effect=0.0, seed=1, progress=None):
    """Counts the verdicts of comparisons with the file's noise, if B is worse
    by `effect` (ln). progress(done, of) is called after each."""
    design = document['design']
    metrics = plan.setting(design, 'metrics')
    rows = pools(document)
    rng = np.random.default_rng(seed)
    said = simulate.no_verdicts()
    for done in range(1, rounds + 1):
        overall, _ = simulate.follow(design, {
            name: Again(rng, metrics, pool, effect)
            for name, pool in rows.items()})
        said[overall] += 1
        if progress:
            progress(done, rounds)
    red = said[REGRESSION]
    return {'rounds': rounds, 'effect': effect, 'verdicts': said,
            'found': red / rounds,
            'interval': list(clopper_pearson.interval(red, rounds))}


def p_values(values, rounds, seed=1):
    """The p values of the test for d > 0, for new tosses of the blocks' coins.
    They are uniform if the test is right."""
    values = np.abs(np.asarray(values, dtype=float))
    rng = np.random.default_rng(seed)
    signs = rng.choice((-1.0, 1.0), size=(rounds, len(values)))
    return [signed_rank.greater(row * values).p for row in signs]
