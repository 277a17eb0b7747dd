# SPDX-License-Identifier: MIT
"""Latency at half capacity: what a client sees if the server can keep up.

In an open loop, the time of a reply is counted from when its request was due.
Both arms get the same rate: half of what the slower one delivered in the
blocks, or half of that, and so on, until the generator can keep the rate. It
sends single datagrams here, and if it were late, its own delay would be
measured. The result is reported with its interval, and is not judged.
"""
from statistics import median

from ..judge.stats import bootstrap
from ..metrics import RATE
from ..outcomes import INVALID
from .validity import RATE_LEAST

ORDER = 'ABBABAAB'
STEPS = 1 + len(ORDER)  # that tell() is called: when the rate is known, too
LOAD = 0.5
HALVINGS = 6
TAILS = ('p50', 'p90', 'p99', 'p999', 'max', 'mean')


def rate_of(document, workload):
    """The rate for both arms; None if an arm has no usable trial."""
    found = []
    for arm in document['arms']:
        rates = [t['metrics'][RATE]
                 for t in document['trials']
                 if t['workload'] == workload.name and t['arm'] == arm['name']
                 and t['validity'] != INVALID and t['metrics']]
        if not rates:
            return None
        found.append(median(rates))
    return LOAD * min(found)


def row(workload, arm, rate, trials):
    """The row for the document: medians over the trials of an arm, with their
    intervals."""
    each = [t['latency_ns'] for t in trials if t['validity'] != INVALID
            and (t['latency_ns'] or {}).get('count')]
    made = {'workload': workload.name, 'arm': arm, 'rate': round(rate),
            'trials': len(each), 'count': sum(e['count'] for e in each),
            'interval': {}}
    for tail in TAILS if each else ():
        middle, low, high = bootstrap.median([e[tail] for e in each])
        made[tail], made['interval'][tail] = middle, [low, high]
    return made


def measure(run, document, workload, tell):
    """Returns rows for the document: none if the server does not reply, or no
    rate is known. run(name of the arm, workload) returns a trial."""
    rate = rate_of(document, workload)
    if not workload.has_latency or not rate:
        return []
    def at(rate, arm):
        trial = run(arm, workload.at_rate(rate))
        # At half load, the figures of a full load do not apply.
        got, trial['metrics'] = trial['metrics'], {}
        return trial, got.get(RATE, 0) >= RATE_LEAST * rate

    for _ in range(HALVINGS):
        trial, kept = at(rate, ORDER[0])
        if kept or trial['validity'] == INVALID:
            break
        rate /= 2
    tell()
    trials = {arm['name']: [] for arm in document['arms']}
    for arm in ORDER:
        trials[arm].append(at(rate, arm)[0])
        tell()
    return [row(workload, arm, rate, found)
            for arm, found in trials.items()]
