# SPDX-License-Identifier: MIT
"""From counted instructions to verdicts: what `count` prints and `verify`
checks.

The same seed gives the same count, to the last instruction. So no statistics
are needed: two boots of one seed show that nothing else moves the count, and
the other seeds show how far a seed moves it (the residue). A change counts if
it is larger than the residue and than the tolerance.
"""
import math
from dataclasses import dataclass
from statistics import median

from ..metrics import INSTRUCTIONS
from ..outcomes import (IMPROVED, INCONCLUSIVE, INVALID, PASS, REGRESSION,
                        SAME)
from . import counted, exact_words, twins


@dataclass(frozen=True)
class Change:
    """How much more B executes than A, in ln, with the same seeds; the residue
    takes two of them."""
    seeds: int
    estimate: float | None
    residue: float | None
    a: float | None = None        # medians, per datagram
    b: float | None = None


def spread(values):
    return (max(values) - min(values)) / median(values)


def change(doc, workload):
    a, b = (counted.by_seed(doc, arm, workload) for arm in 'AB')
    seeds = [seed for seed in a if seed in b]
    if not seeds:
        return Change(0, None, None)
    sides = [[side[seed].each('instructions') for seed in seeds]
             for side in (a, b)]
    found = [math.log(after / before) for before, after in zip(*sides)]
    residue = max(*map(spread, sides), (max(found) - min(found)) / 2)
    return Change(len(seeds), median(found),
                  residue if len(seeds) > 1 else None, *map(median, sides))


def decide(tolerance, found):
    """The rule."""
    size = abs(found.estimate)
    if size > tolerance and size > found.residue:
        return REGRESSION if found.estimate > 0 else IMPROVED
    # What is as large as this may be the seeds' doing.
    return INCONCLUSIVE if found.residue > tolerance else PASS


def _unreached(doc, workload, found):
    """Why the rule cannot be applied; None if it can."""
    wanted = len(doc['design']['seeds'])
    bad = counted.unusable(doc, workload)
    if bad:
        return exact_words.unusable(*bad)
    if found.seeds < wanted:
        return exact_words.unfinished(found.seeds, wanted)
    if wanted < 2 and not doc['aa']:
        return exact_words.ONE_SEED
    for arm in doc['arms']:
        if not twins.proved(doc, arm['name'], workload):
            return exact_words.unproved(arm['name'])
    return None


def _verdict(doc, workload, rows):
    found = change(doc, workload)
    tolerance = doc['design']['tolerance']
    moved = twins.moved(doc, workload)
    why = _unreached(doc, workload, found)
    if moved:
        said, why = INVALID, exact_words.moved(moved)
    elif why:
        said = INCONCLUSIVE
    elif doc['aa']:
        said, why = SAME, exact_words.SAME
    else:
        said = decide(tolerance, found)
        why = exact_words.why(said, found, tolerance, [
            row for row in rows if row['workload'] == workload
            and row['group'] not in doc['design']['without']])
    return {'workload': workload, 'metric': INSTRUCTIONS,
            'seeds': found.seeds, 'estimate': found.estimate,
            'residue': found.residue, 'tolerance': tolerance,
            'verdict': said, 'why': why}


def _alone(doc, workload):
    """With one arm, all that can be wrong is that its twins differ, or that
    nothing was counted."""
    moved = twins.moved(doc, workload)
    bad = counted.unusable(doc, workload)
    if moved:
        said, why = INVALID, exact_words.moved(moved)
    elif bad:
        said, why = INCONCLUSIVE, exact_words.unusable(*bad)
    else:
        return None
    return {'workload': workload, 'metric': INSTRUCTIONS,
            'seeds': len(counted.by_seed(doc, 'A', workload)),
            'estimate': None, 'residue': None,
            'tolerance': doc['design']['tolerance'], 'verdict': said,
            'why': why}


def overall(verdicts, arms=2, same=False):
    """The worst of all; None with one arm, of which nothing can be said."""
    said = {item['verdict'] for item in verdicts}
    for verdict in (INVALID, REGRESSION, INCONCLUSIVE, IMPROVED):
        if verdict in said:
            return verdict
    if arms < 2:
        return None
    if not verdicts:
        return INCONCLUSIVE
    return SAME if same else PASS


def judge(doc):
    """The parts of the document that follow from its boots."""
    rows = counted.functions(doc)
    names = [workload['name'] for workload in doc['workloads']]
    if len(doc['arms']) == 2:
        verdicts = [_verdict(doc, name, rows) for name in names]
    else:
        verdicts = list(filter(None, (_alone(doc, name) for name in names)))
    return {'counts': counted.counts(doc), 'functions': rows,
            'verdicts': verdicts,
            'verdict': overall(verdicts, len(doc['arms']), doc['aa'])}
