# SPDX-License-Identifier: MIT
"""Curves of latency by percentile, on an axis where each further nine is one
step; latency is on a logarithmic one."""
import math

from matplotlib.ticker import FuncFormatter

from ... import human
from .axes import FIT, interval, log_ticks, room
from .svg import ink


def percentile(key):
    """p50, p999: 0.5, 0.999; None if it is not a percentile."""
    if key[:1] != 'p' or not key[1:].isascii() or not key[1:].isdigit():
        return None
    value = int(key[1:]) / 10 ** len(key[1:])
    return value if 0 < value < 1 else None


def percentile_label(key):
    digits = key[1:]
    return digits if len(digits) < 3 else f'{digits[:2]}.{digits[2:]}'


def curve_of(found, ends=lambda key: (None, None)):
    """[(place, label, ns, interval), ...] of what is keyed by percentile."""
    curve = []
    for key, value in found.items():
        share, value = percentile(key), human.number(value)
        if share is not None and value is not None and value > 0:
            curve.append((-math.log10(1 - share), percentile_label(key), value,
                          ends(key)))
    return sorted(curve)


def described(curve):
    return ', '.join(f'{label} {human.duration(value)}'
                     for _, label, value, _ in curve)


def short(value, _=None):
    """1.5 us, along an axis."""
    return human.duration(value, human.trimmed)


def duration_scale(axis):
    """A logarithmic axis of latency."""
    axes = axis.axes
    which = 'y' if axis is axes.yaxis else 'x'
    getattr(axes, f'set_{which}scale')('log')
    low, high = getattr(axes, f'get_{which}lim')()
    log_ticks(axis, high / low, *FIT[which])
    axis.set_major_formatter(FuncFormatter(short))


def painter(curves):
    """curves: [(role, marker, curve), ...]"""
    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.85, 0.3, 0.38, 0.5)
        axes.grid(axis='y')
        axes.grid(axis='x')
        ticks = {}
        axes.set_yscale('log')
        for shift, (role, marker, curve) in enumerate(curves):
            _curve(axes, ink(role), marker, curve,
                   (shift - (len(curves) - 1) / 2) * 0.02)
            ticks.update({place: label for place, label, _, _ in curve})
        places = sorted(ticks)
        axes.set_xticks(places, [ticks[place] for place in places])
        axes.set_xlabel('percentile of requests')
        axes.set_title('latency (log scale)')
        duration_scale(axes.yaxis)
    return paint


def _curve(axes, colour, marker, curve, shift):
    xs = [place + shift for place, _, _, _ in curve]
    ys = [value for _, _, value, _ in curve]
    axes.plot(xs, ys, marker=marker, color=colour, ms=5)
    for x, (_, _, _, (low, high)) in zip(xs, curve):
        if low is not None and low > 0:
            interval(axes, low, high, x, colour, 'y', lw=4)
