# SPDX-License-Identifier: MIT
"""Each block's difference: what the test saw, and what it made of it."""
from .. import figures
from ..view import keyed
from .axes import labels_right, percent_ticks, room
from .forest import margins, role
from .svg import Plot, SMALL, draw, ink

CAPTION = ('Points spread evenly about one level are noise around an '
           'effect; a trend or two levels say that the machine changed.')
TITLES = {'warm': '', 'screen': 'screen', 'confirm': 'new blocks',
          'extend': 'more blocks'}


def plots(view, prefix):
    for number, row in enumerate(view.judged):
        points = _points(view, row)
        if not points:
            continue
        name = f'{prefix}paired{number}'
        used = [value for _, value, _, counted in points if counted]
        alt = f'Difference in each of {len(points)} {view.unit}s, ' \
            f'{row.workload}, {row.metric.title}: from ' \
            f'{min(used or [0]):+.1f} % to {max(used or [0]):+.1f} %, ' \
            f'estimate {figures.percent(row.estimate)}'
        yield Plot(name, f'{row.workload}, {row.metric.title}', CAPTION,
                   draw(name, 2.7, alt, _painter(view, row, points)),
                   [('accent', 'o', 'in the verdict'),
                    ('muted', 'hollow', 'looked at before'),
                    ('muted', 'x', 'thrown away')])


def _points(view, row):
    """(index, percent, phase, counts for the verdict)."""
    found = []
    for place, block in enumerate(
            block for block in view.blocks
            if str(block.get('workload')) == row.workload):
        d = figures.number(keyed(block.get('d')).get(row.metric.name))
        if d is None:
            continue
        phase = str(block.get('phase'))
        counts = block.get('used') is not False and phase != 'warm' and (
            not row.row.get('phase') or phase == row.row['phase'])
        found.append((place, figures.as_percent(d), phase, counts))
    return found


def _painter(view, row, points):
    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.55, 1.25, 0.32, 0.45)
        axes.grid(axis='y')
        _scatter(axes, points)
        labels = _margins(axes, view) + _estimate(axes, row, points)
        _limits(axes, points, [y for y, _, _ in labels])
        _phases(axes, points)
        percent_ticks(axes.yaxis, 5)
        axes.set_xlabel(view.unit)
        axes.xaxis.get_major_locator().set_params(integer=True)
        labels_right(axes, labels)
    return paint


def _scatter(axes, points):
    for x, y, phase, counts in points:
        if phase == 'warm':
            axes.plot([x], [y], 'x', color=ink('muted'), ms=5, mew=1.2)
        else:
            axes.plot([x], [y], 'o', color=ink('accent' if counts else
                                               'muted'), ms=5, mew=1.1,
                      mfc=ink('accent') if counts else 'none', zorder=3)


def _margins(axes, view):
    ignore, tolerance = margins(view)
    labels = [(0, 'no difference', 'muted')]
    axes.axhline(0, color=ink('muted'), lw=1)
    if ignore:
        axes.axhline(ignore, color=ink('muted'), lw=1, ls=(0, (2, 2)))
        labels.append((ignore, f'ignored {figures.trimmed(ignore)} %',
                       'muted'))
    if tolerance:
        axes.axhline(tolerance, color=ink('bad'), lw=1.1, ls=(0, (4, 3)))
        labels.append((tolerance,
                       f'tolerance {figures.trimmed(tolerance)} %', 'bad'))
    return labels


def _estimate(axes, row, points):
    """Drawn over the blocks that it was made of."""
    if row.estimate is None:
        return []
    inside = [x for x, _, _, counts in points if counts] or [0]
    ends = min(inside) - 0.4, max(inside) + 0.4
    low, high = (None if end is None else figures.as_percent(end)
                 for end in row.interval)
    colour = role(row.verdict)
    value = figures.as_percent(row.estimate)
    if low is not None and high is not None:
        axes.fill_between(ends, low, high, color=ink(colour), alpha=0.22,
                          lw=0)
    axes.plot(ends, [value, value], color=ink(colour), lw=1.8)
    return [(value, f'B {figures.percent(row.estimate)}', colour)]


def _limits(axes, points, more):
    values = [y for _, y, _, _ in points] + more
    low, high = min(values), max(values)
    pad = 0.08 * (high - low or 1)
    axes.set_ylim(low - pad, high + pad)
    xs = [x for x, _, _, _ in points]
    axes.set_xlim(min(xs) - 0.8, max(xs) + 0.8)


def _phases(axes, points):
    previous = None
    for x, _, phase, _ in points:
        if phase != previous and TITLES.get(phase, phase):
            if previous is not None:
                axes.axvline(x - 0.5, color=ink('faint'), lw=1)
            axes.annotate(TITLES.get(phase, phase), (x - 0.4, 1),
                          xycoords=('data', 'axes fraction'), xytext=(0, 4),
                          textcoords='offset points', fontsize=SMALL,
                          color=ink('muted'))
        previous = phase
