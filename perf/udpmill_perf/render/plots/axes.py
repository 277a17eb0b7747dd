# SPDX-License-Identifier: MIT
"""Axes of the plots: margins, ticks, and labels that do not overlap."""
import math

from matplotlib.ticker import (FuncFormatter, LogLocator, MaxNLocator,
                               NullFormatter, NullLocator)

from ... import human
from ..plain import cut, width
from .svg import NORMAL, SMALL, ink


def room(figure, left=0.7, right=0.15, top=0.35, bottom=0.45):
    """Margins in inches, so that they are the same for any size."""
    across, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=left / across, right=1 - right / across,
        bottom=bottom / height, top=1 - top / height)


LETTER = 6.2     # points, of a small label
WIDE = 10        # largest by smallest, above which an axis is logarithmic
FIT = {'x': (30, 5), 'y': (1500, 12)}  # ratio with 2 and 5; ticks at most
SINCE = f'because the largest is more than {WIDE} times the smallest.'
LOGARITHMIC = f'; equal distances are equal ratios, {SINCE}'


def is_wide(values):
    """Whether small values could not be seen on a linear axis."""
    return bool(values) and 0 < WIDE * min(values) < max(values)


def log_ticks(axis, ratio, crowded, most):
    """Ticks at 1, 2 and 5, or, if these are too many, at powers of ten. ratio:
    of the ends of the axis."""
    subs = (1, 2, 5) if ratio < crowded else (1,)
    if ratio < 4:
        subs = (1, 1.5, 2, 3, 4, 5, 7)
    axis.set_major_locator(LogLocator(subs=subs, numticks=most))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def explained(caption, values, why=LOGARITHMIC):
    """The caption of a plot, with a note if the values span a wide range."""
    return caption[:-1] + why if is_wide(values) else caption


def ticks(axis, kind, bins=5):
    """Ticks with units: 1.2 M/s, 830 ns."""
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(
        lambda value, _: kind.show(value, human.trimmed) if value else '0'))


def scale(axes, which, kind, values):
    """Set up the axis x or y for these values: from zero, or logarithmic if
    they span a wide range. Returns its title."""
    axis = getattr(axes, f'{which}axis')
    limits = getattr(axes, f'set_{which}lim')
    if not is_wide(values):
        limits(0, 1.05 * max(values, default=0) or 1)
        ticks(axis, kind, 4)
        return kind.axis
    getattr(axes, f'set_{which}scale')('log')
    low, high = min(values), max(values)
    room_ = (high / low) ** 0.05
    limits(low / room_, high * room_)
    ticks(axis, kind)
    log_ticks(axis, high / low, *FIT[which])
    return f'{kind.axis}, logarithmic'


def percent_ticks(axis, bins=6, sign=' %', form='+g'):
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(
        lambda value, _: f'{value:{form}}{sign}' if abs(value) > 1e-9
        else '0'))


def apart(places, gap):
    """The places, moved as little as possible so that they are `gap` apart."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    out = list(places)
    for _ in range(50):
        moved = False
        for low, high in zip(order, order[1:]):
            lack = gap - (out[high] - out[low])
            if lack > gap * 1e-3:
                out[low] -= lack / 2
                out[high] += lack / 2
                moved = True
        if not moved:
            break
    return out


def labels_right(axes, labels):
    """Texts at the right edge: (y, text, role); they do not overlap."""
    low, high = axes.get_ylim()
    figure = axes.get_figure()
    box = axes.get_position()
    inches = box.height * figure.get_figheight()
    gap = (high - low) * SMALL * 1.25 / 72 / inches
    places = apart([y for y, _, _ in labels], gap)
    for place, (_, text, role) in zip(places, labels):
        beside(axes, place, text, color=ink(role))


def beside(axes, place, text, room=6, **look):
    """A text at the right edge, in the row of a place."""
    axes.annotate(text, (1, place), xycoords=('axes fraction', 'data'),
                  xytext=(room, 0), textcoords='offset points', va='center',
                  fontsize=SMALL, annotation_clip=False, **look)


def above(axes, x, text, role, up=4, **look):
    """A text over the plot, where x is."""
    axes.annotate(text, (x, 1), xycoords=('data', 'axes fraction'),
                  xytext=(0, up), textcoords='offset points', fontsize=SMALL,
                  color=ink(role), **look)


def interval(axes, low, high, place, colour, which='x', lw=5, alpha=0.35):
    """A thick bar along x, or y, from low to high, if both are known."""
    if low is None or high is None:
        return
    ends = [low, high], [place, place]
    axes.plot(*(ends if which == 'x' else ends[::-1]), color=colour, lw=lw,
              alpha=alpha, solid_capstyle='butt')


class Rows:
    """Rows in groups, each under a title, so that names can be long."""

    def __init__(self, groups):
        """groups: [(title, [label, ...]), ...]"""
        self.groups = groups
        self.places, at = [], 0.0
        self.titles = []
        for title, labels in groups:
            if title:
                self.titles.append((at, title))
                at += 0.95
            for _ in labels:
                self.places.append(at)
                at += 1
            at += 0.45
        self.end = at - 0.45

    def height(self, row=0.24, rest=0.75):
        """The figure's, in inches."""
        return max(self.end, 1) * row + rest

    def left(self, least):
        """The inches to the left of the axes that no label is cut in."""
        longest = max((width(label) for _, labels in self.groups
                       for label in labels), default=0)
        return max(least, math.ceil(longest * LETTER) / 72)

    def axes(self, figure, left, right, bottom=0.38):
        """The only axes of a figure, with these rows; margins in inches."""
        axes = figure.add_subplot()
        room(figure, left, right, 0.38, bottom)
        self.label(axes, left)
        axes.grid(axis='x')
        return axes

    def label(self, axes, left):
        """left: inches to the left of the axes."""
        axes.set_ylim(self.end - 0.4, -0.6)
        axes.set_yticks([])
        labels = [label for _, group in self.groups for label in group]
        edge = (-left * 72 + 2, 0)
        small = {'fontsize': SMALL, 'color': ink('muted')}
        large = {'fontsize': NORMAL, 'fontweight': 'bold'}
        for place, text, look in [
                *((place, cut(label, int(left * 72 / LETTER)), small)
                  for place, label in zip(self.places, labels)),
                *((place, cut(title, 54), large)
                  for place, title in self.titles)]:
            axes.annotate(text, (0, place), xytext=edge, va='center',
                          xycoords=('axes fraction', 'data'),
                          textcoords='offset points', annotation_clip=False,
                          **look)
