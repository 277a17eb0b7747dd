# SPDX-License-Identifier: MIT
"""The table of `run`: the results of each program on each workload, and their
ratios to those of the first program."""
from ..outcomes import INVALID
from .stats import bootstrap


def values(document, workload, arm, metric):
    """The values of a metric, of all trials that are not INVALID."""
    found = (trial['metrics'].get(metric) for trial in document['trials']
             if trial['workload'] == workload and trial['arm'] == arm
             and trial['validity'] != INVALID)
    return [value for value in found if value is not None]


def cell(document, workload, arm, metric, to=None):
    """A cell. `to` is what its ratio is to: an arm of the same workload, or a
    workload of the same arm. None if there is no figure."""
    own = values(document, workload, arm, metric)
    if not own:
        return None
    median, low, high = bootstrap.median(own)
    found = {'workload': workload, 'arm': arm, 'metric': metric,
             'trials': len(own), 'median': median, 'low': low, 'high': high,
             'ratio': None}
    arms = [a['name'] for a in document['arms']]
    base = () if to is None else (
        values(document, workload, to, metric) if to in arms
        else values(document, to, arm, metric))
    if base and min(base) > 0:
        value, low, high = bootstrap.ratio(own, base)
        found['ratio'] = {'to': to, 'value': value, 'low': low, 'high': high}
    return found
