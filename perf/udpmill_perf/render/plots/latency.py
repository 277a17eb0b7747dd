# SPDX-License-Identifier: MIT
"""Latency by percentile, on an axis where each further nine is one step."""
import math

from matplotlib.ticker import FuncFormatter

from ... import human
from ...file.view import keyed
from .axes import FIT, interval, log_ticks, room
from .svg import Plot, arm_role, draw, ink, marker

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
            f'{view.arm_title(arm)}: ' + ', '.join(
                f'{label} {human.duration(value)}'
                for _, label, value, _ in curve)
            for arm, curve in curves.items())
        yield Plot(name, workload, CAPTION,
                   draw(name, 2.9, alt, _painter(view, curves)),
                   [(arm_role(view, arm), marker(view, arm),
                     view.arm_title(arm)) for arm in curves])


def percentile(key):
    """p50, p999: 0.5, 0.999; None if it is not a percentile."""
    if key[:1] != 'p' or not key[1:].isascii() or not key[1:].isdigit():
        return None
    value = int(key[1:]) / 10 ** len(key[1:])
    return value if 0 < value < 1 else None


def percentile_label(key):
    digits = key[1:]
    return digits if len(digits) < 3 else f'{digits[:2]}.{digits[2:]}'


def _rows(view):
    """By workload and arm: [(place, label, ns, interval), ...]."""
    found = {}
    for row in view.latency:
        curve = []
        for key, value in row.items():
            share, value = percentile(key), human.number(value)
            if share is None or value is None or value <= 0:
                continue
            ends = human.ends(keyed(row.get('interval')).get(key))
            curve.append((-math.log10(1 - share), percentile_label(key),
                          value, ends))
        if curve:
            key = str(row.get('workload')), str(row.get('arm'))
            found[key] = sorted(curve)
    return found


def _painter(view, curves):
    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.85, 0.3, 0.38, 0.5)
        axes.set_yscale('log')
        axes.grid(axis='y')
        axes.grid(axis='x')
        ticks = {}
        for shift, (arm, curve) in enumerate(curves.items()):
            _curve(axes, view, arm, curve,
                   (shift - (len(curves) - 1) / 2) * 0.02)
            ticks.update({place: label for place, label, _, _ in curve})
        places = sorted(ticks)
        axes.set_xticks(places, [ticks[place] for place in places])
        axes.set_xlabel('percentile of requests')
        axes.set_title('latency (log scale)')
        low, high = axes.get_ylim()
        log_ticks(axes.yaxis, high / low, *FIT['y'])
        axes.yaxis.set_major_formatter(FuncFormatter(
            lambda value, _: human.duration(value, human.trimmed)
            .replace('us', 'µs')))
    return paint


def _curve(axes, view, arm, curve, shift):
    xs = [place + shift for place, _, _, _ in curve]
    ys = [value for _, _, value, _ in curve]
    colour = ink(arm_role(view, arm))
    axes.plot(xs, ys, marker=marker(view, arm), color=colour, ms=5)
    for x, (_, _, _, (low, high)) in zip(xs, curve):
        if low is not None and low > 0:
            interval(axes, low, high, x, colour, 'y', lw=4)
