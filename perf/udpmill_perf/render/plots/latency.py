# SPDX-License-Identifier: MIT
"""Latency of the arms of a comparison, or of a run, by percentile."""
from ... import human
from ...file.view import keyed
from .percentiles import curve_of, described, painter
from .svg import Plot, arm_role, draw, marker

CAPTION = ('Measured in an open loop below capacity: lines that diverge at '
           'the right differ only in the tail; bars are intervals.')


def plots(view, prefix):
    rows = _rows(view)
    workloads = dict.fromkeys(workload for workload, _ in rows)
    for number, workload in enumerate(workloads):
        curves = {arm: curve for (where, arm), curve in rows.items()
                  if where == workload}
        name = f'{prefix}latency{number}'
        alt = f'Latency of {workload} by percentile: ' + '; '.join(
            f'{view.arm_title(arm)}: {described(curve)}'
            for arm, curve in curves.items())
        looks = [(arm_role(view, arm), marker(view, arm), view.arm_title(arm))
                 for arm in curves]
        yield Plot(name, workload, CAPTION, draw(name, 2.9, alt, painter(
            [(*look[:2], curve) for look, curve
             in zip(looks, curves.values())])), looks)


def _rows(view):
    """By workload and arm: curves."""
    found = {}
    for row in view.latency:
        def ends(key, row=row):
            return human.ends(keyed(row.get('interval')).get(key))
        curve = curve_of(row, ends)
        if curve:
            found[str(row.get('workload')), str(row.get('arm'))] = curve
    return found
