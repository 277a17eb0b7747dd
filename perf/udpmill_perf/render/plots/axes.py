# SPDX-License-Identifier: MIT
"""What the plots' axes have in common: room, ticks, labels that keep apart.
"""
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ... import human
from ..plain import cut
from .svg import NORMAL, SMALL, WIDTH, ink


def room(figure, left=0.7, right=0.15, top=0.35, bottom=0.45):
    """Margins in inches: a plot of any height has the same."""
    height = figure.get_figheight()
    figure.subplots_adjust(
        left=left / WIDTH, right=1 - right / WIDTH,
        bottom=bottom / height, top=1 - top / height)


def ticks(axis, kind, bins=5):
    """Ticks as people write them: 1.2 M/s, 830 ns."""
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(
        lambda value, _: kind.show(value, human.trimmed)
        .replace('us', 'µs') if value else '0'))


def percent_ticks(axis, bins=6, sign=' %'):
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(FuncFormatter(
        lambda value, _: f'{value:+g}{sign}' if abs(value) > 1e-9 else '0'))


def apart(places, gap):
    """The places moved as little as needed to be `gap` apart, in order."""
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
        axes.annotate(text, (1, place), xytext=(6, 0), color=ink(role),
                      xycoords=('axes fraction', 'data'),
                      textcoords='offset points', va='center',
                      fontsize=SMALL, annotation_clip=False)


class Rows:
    """Rows in groups, each under a title: for names that are long."""

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

    def label(self, axes, left):
        """left: inches to the left of the axes."""
        axes.set_ylim(self.end - 0.4, -0.6)
        axes.set_yticks([])
        labels = [label for _, group in self.groups for label in group]
        edge = (-left * 72 + 2, 0)
        for place, label in zip(self.places, labels):
            axes.annotate(cut(label, int(left * 72 / 6.2)), (0, place),
                          xytext=edge, xycoords=('axes fraction', 'data'),
                          textcoords='offset points', va='center',
                          fontsize=SMALL, color=ink('muted'),
                          annotation_clip=False)
        for place, title in self.titles:
            axes.annotate(cut(title, 54), (0, place), xytext=edge,
                          xycoords=('axes fraction', 'data'),
                          textcoords='offset points', va='center',
                          fontsize=NORMAL, fontweight='bold',
                          annotation_clip=False)
