# SPDX-License-Identifier: MIT
"""Latency below capacity, for renderers that write tables: one row per
percentile, one column per arm."""
from .. import human
from ..file.view import keyed

TAILS = (('p50', 'p50'), ('p90', 'p90'), ('p99', 'p99'), ('p999', 'p99.9'),
         ('max', 'max'))


def _value(row, tail):
    """12.3 us (11.9 us .. 12.6 us), or the part of it that is known."""
    if human.number(row.get(tail)) is None:
        return human.NOTHING
    low, high = human.ends(keyed(row.get('interval')).get(tail))
    text = human.duration(row[tail])
    if low is None or high is None:
        return text
    return f'{text} ({human.span(human.duration, low, high)})'


def tables(view):
    """Yields (workload, title, head, rows) for workloads with latencies."""
    rows = [row for row in view.latency if isinstance(row, dict)]
    for workload in dict.fromkeys(str(row.get('workload')) for row in rows):
        own = [row for row in rows if str(row.get('workload')) == workload]
        if not any(human.number(row.get('p50')) is not None for row in own):
            continue
        rate = human.si(own[0].get('rate'), '/s')
        yield (workload, f'latency at {rate}, an open loop',
               ['', *(view.arm_label(row.get('arm')) for row in own)],
               [[title, *(_value(row, tail) for row in own)]
                for tail, title in TAILS])
