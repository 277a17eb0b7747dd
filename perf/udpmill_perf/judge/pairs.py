# SPDX-License-Identifier: MIT
"""A block of four trials, and the one number per metric that results from it.

Within a block, the arms are as close in time as possible, and ABBA and BAAB
cancel linear drift. Everything is in ln, so that a difference is a ratio and
units do not matter."""
import math

from ..metrics import larger_is_better
from ..outcomes import INVALID, SUSPECT

TRIALS = 4


def whole(order, trials):
    return ''.join(trial['arm'] for trial in trials) == order


def usable(order, trials, metrics):
    """Whether the trials of a block, in the order in which they ran, can be
    compared: complete, in the prescribed order, none INVALID, and no figure
    zero, which has no logarithm and must not be left out silently."""
    return (whole(order, trials)
            and all(trial['validity'] != INVALID for trial in trials)
            and all(trial['metrics'].get(metric, 1) is None
                    or trial['metrics'].get(metric, 1) > 0
                    for trial in trials for metric in metrics))


def suspect(trials):
    """Whether the second analysis leaves the block out."""
    return any(trial['validity'] == SUSPECT for trial in trials)


def difference(trials, metric):
    """d = mean ln A - mean ln B, with the sign such that d > 0 means that B is
    worse. None if a trial lacks the figure."""
    values = [trial['metrics'].get(metric) for trial in trials]
    if any(value is None or value <= 0 for value in values):
        return None
    # math.fsum: the last bit is the same in whatever order the trials ran.
    a, b = (math.fsum(math.log(value) for trial, value in zip(trials, values)
                      if trial['arm'] == arm) for arm in 'AB')
    d = (a - b) / (TRIALS / 2)
    return d if larger_is_better(metric) else -d


def block(workload, index, order, phase, trials, metrics):
    """The document's block of these trials, given in the order in which they
    ran."""
    used = phase != 'warm' and usable(order, trials, metrics)
    return {
        'workload': workload, 'index': index, 'order': order, 'phase': phase,
        'trials': [trial['id'] for trial in trials], 'used': used,
        'd': {metric: difference(trials, metric) if whole(order, trials)
              else None
              for metric in metrics},
    }
