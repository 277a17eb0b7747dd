# SPDX-License-Identifier: MIT
"""Latency at half capacity: what a client sees of a server that keeps up.

An open loop, each reply's time counted from when its request was meant to
leave. Both arms get the same rate: half of what the slower one delivered in
the blocks, or half of that, and so on, until the generator keeps it, which
sends one by one here, and else would tell of its own delay. Reported with its
interval, and never a verdict.
"""
from statistics import median

from ..judge.stats import bootstrap
from ..metrics import RATE
from ..outcomes import INVALID
from .validity import RATE_LEAST

ORDER = 'ABBABAAB'
LOAD = 0.5
HALVINGS = 6
TAILS = ('p50', 'p90', 'p99', 'p999', 'max', 'mean')


def rate_of(document, workload):
    """None where an arm delivered nothing that counts."""
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
    """The document's, of an arm's trials: medians over them, and what they
    lie between."""
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
    """Rows of the document; none where there is no reply, or no rate. run: a
    function of an arm's name and a workload that yields a trial."""
    rate = rate_of(document, workload)
    if workload.service == 'discard' or not rate:
        return []
    def at(rate, arm):
        trial = run(arm, workload.at_rate(rate))
        # Of half a load: no figure of what there is at full load.
        got, trial['metrics'] = trial['metrics'], {}
        return trial, got.get(RATE, 0) >= RATE_LEAST * rate

    for _ in range(HALVINGS):
        trial, kept = at(rate, ORDER[0])
        if kept or trial['validity'] == INVALID:
            break
        rate /= 2
    trials = {arm['name']: [] for arm in document['arms']}
    for arm in ORDER:
        trials[arm].append(at(rate, arm)[0])
        tell()
    return [row(workload, arm, rate, found)
            for arm, found in trials.items()]
