# SPDX-License-Identifier: MIT
"""Latency at half capacity: what a client sees of a server that keeps up.

An open loop, each reply's time counted from when its request was meant to
leave. Both arms get the same rate: half of what the slower one delivered in
the blocks. Reported with its interval, and never a verdict.
"""
from statistics import median

from .stats import bootstrap

ORDER = 'ABBABAAB'
LOAD = 0.5
TAILS = ('p50', 'p90', 'p99', 'p999', 'max', 'mean')


def rate_of(document, workload):
    """None where an arm delivered nothing that counts."""
    found = []
    for arm in document['arms']:
        rates = [t['metrics']['datagrams_per_second']
                 for t in document['trials']
                 if t['workload'] == workload.name and t['arm'] == arm['name']
                 and t['validity'] != 'INVALID' and t['metrics']]
        if not rates:
            return None
        found.append(median(rates))
    return LOAD * min(found)


def row(workload, arm, rate, trials):
    """The document's, of an arm's trials: medians over them, and what they
    lie between."""
    each = [t['latency_ns'] for t in trials if t['latency_ns']
            and t['validity'] != 'INVALID']
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
    trials = {arm['name']: [] for arm in document['arms']}
    for arm in ORDER:
        trial = run(arm, workload.at_rate(rate))
        # Of half a load: no figure of what there is at full load.
        trial['metrics'] = {}
        trials[arm].append(trial)
        tell()
    return [row(workload, arm, rate, found)
            for arm, found in trials.items()]
