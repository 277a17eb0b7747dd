# SPDX-License-Identifier: MIT
"""The difference in each block, and the estimate from them."""
from ... import human
from ...file.view import keyed
from .axes import above, labels_right, percent_ticks, room
from .forest import margins, role
from .svg import Plot, draw, ink

CAPTION = ('Points spread evenly around one level are noise around an '
           'effect; a trend, or two levels, mean that the machine changed.')
TITLES = {'warm': '', 'screen': 'screen', 'confirm': 'confirmation',
          'extend': 'extension'}

USED, BESIDE, AWAY = 'counted', 'not counted', 'discarded'
LOOK = {USED: ('accent', 'o'), BESIDE: ('muted', 'hollow'),
        AWAY: ('muted', 'x')}
# The phases whose blocks decided a verdict, by the verdict's phase.
OF_PHASE = {'screen': ('screen',), 'confirm': ('confirm',),
            'extend': ('screen', 'extend')}


def plots(view, prefix):
    for number, row in enumerate(view.judged):
        points = _points(view, row)
        if not points:
            continue
        name = f'{prefix}paired{number}'
        used = [value for _, value, _, state in points if state == USED]
        alt = f'Difference in each of {len(points)} {view.unit}s, ' \
            f'{row.workload}, {row.metric.title}: from ' \
            f'{min(used or [0]):+.1f} % to {max(used or [0]):+.1f} %, ' \
            f'estimate {human.percent(row.estimate)}'
        states = {state for _, _, _, state in points}
        yield Plot(name, f'{row.workload}, {row.metric.title}', CAPTION,
                   draw(name, 2.9, alt, _painter(view, row, points)),
                   [(*LOOK[state], state) for state in LOOK
                    if state in states])


def _points(view, row):
    """Returns (place, percent, phase, how it was used) of each block."""
    found = []
    own = [block for block in view.blocks
           if str(block.get('workload')) == row.workload]
    for place, block in enumerate(own):
        d = human.number(keyed(block.get('d')).get(row.metric.name))
        phase = str(block.get('phase'))
        if d is None:
            continue
        state = BESIDE
        if block.get('used') is False or phase == 'warm':
            state = AWAY
        elif not row.row or phase in OF_PHASE.get(row.row.get('phase'), ()):
            state = USED
        found.append((place, human.as_percent(d), phase, state))
    return found


def _painter(view, row, points):
    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.62, 1.45, 0.32, 0.5)
        axes.grid(axis='y')
        for x, y, _, state in points:
            role, shape = LOOK[state]
            axes.plot([x], [y], 'x' if shape == 'x' else 'o', ms=5, mew=1.1,
                      color=ink(role), zorder=3,
                      mfc='none' if shape == 'hollow' else ink(role))
        labels = _margins(axes, view) + _estimate(axes, row, points)
        _limits(axes, points, [y for y, _, _ in labels])
        _phases(axes, points)
        percent_ticks(axes.yaxis, 5)
        axes.set_xlabel(view.unit)
        axes.xaxis.get_major_locator().set_params(integer=True)
        labels_right(axes, labels)
    return paint


def _margins(axes, view):
    ignore, tolerance = margins(view)
    labels = [(0, 'no difference', 'muted')]
    axes.axhline(0, color=ink('muted'), lw=1)
    if ignore:
        axes.axhline(ignore, color=ink('muted'), lw=1, ls=(0, (2, 2)))
        labels.append((ignore, f'ignored {human.trimmed(round(ignore, 2))} %',
                       'muted'))
    if tolerance:
        axes.axhline(tolerance, color=ink('bad'), lw=1.1, ls=(0, (4, 3)))
        text = f'tolerance {human.trimmed(round(tolerance, 2))} %'
        labels.append((tolerance, text, 'bad'))
    return labels


def _estimate(axes, row, points):
    """Draw the estimate over the blocks that it was computed from."""
    if row.estimate is None:
        return []
    inside = [x for x, _, _, state in points if state == USED] or [0]
    ends = min(inside) - 0.4, max(inside) + 0.4
    low, high = (None if end is None else human.as_percent(end)
                 for end in row.interval)
    colour = role(row.verdict)
    value = human.as_percent(row.estimate)
    if low is not None and high is not None:
        axes.fill_between(ends, low, high, color=ink(colour), alpha=0.22,
                          lw=0)
    axes.plot(ends, [value, value], color=ink(colour), lw=1.8)
    return [(value, f'B {human.percent(row.estimate)}', colour)]


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
            above(axes, x - 0.4, TITLES.get(phase, phase), 'muted')
        previous = phase
