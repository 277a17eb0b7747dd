# SPDX-License-Identifier: MIT
"""The cells of a run: medians and intervals, grouped by workload."""
from ... import human
from .axes import Rows, beside, explained, interval, is_wide, room, scale
from .svg import Plot, arm_role, draw, ink, marker

LEFT, RIGHT = 1.0, 0.95


def plots(view, prefix):
    for number, (kind, cells) in enumerate(view.tables):
        cells = [cell for cell in cells
                 if human.number(cell.get('median')) is not None]
        if not cells:
            continue
        workloads = dict.fromkeys(str(cell.get('workload'))
                                  for cell in cells)
        cells = [cell for workload in workloads for cell in cells
                 if str(cell.get('workload')) == workload]
        layout = Rows([(workload, [view.who(cell) for cell in cells
                                   if str(cell.get('workload')) == workload])
                       for workload in workloads])
        alt = f'{kind.axis}: ' + '; '.join(
            f'{cell.get("workload")} {view.who(cell)} '
            f'{kind.show(cell["median"])}' for cell in cells)
        id = f'{prefix}cells{number}'
        svg = draw(id, layout.height(0.235, 0.8), alt,
                   _painter(view, kind, cells, layout))
        yield Plot(id, kind.title[0].upper() + kind.title[1:],
                   explained(_caption(kind), _ends(cells)), svg)


def _ends(cells):
    """All values for which a plot needs room."""
    return [value for cell in cells for end in ('low', 'median', 'high')
            if (value := human.number(cell.get(end))) is not None]


def _caption(kind):
    better = {True: 'further right is better; ', False:
              'further left is better; ', None: ''}[kind.larger_better]
    return f'The median of the trials with its interval: {better}arms ' \
        'whose bars overlap cannot be distinguished.'


def _painter(view, kind, cells, layout):
    def paint(figure):
        axes = figure.add_subplot()
        room(figure, LEFT, RIGHT, 0.38, 0.38)
        layout.label(axes, LEFT)
        axes.grid(axis='x')
        values = _ends(cells)
        for place, cell in zip(layout.places, cells):
            _cell(axes, view, kind, place, cell, is_wide(values))
        axes.set_title(scale(axes, 'x', kind, values))
    return paint


def _cell(axes, view, kind, place, cell, wide):
    peer = view.workload.get(str(cell.get('workload')), {}).get('peer')
    colour = ink('muted' if peer else arm_role(view, cell.get('arm')))
    value = cell['median']
    low, high = (human.number(cell.get(end)) for end in ('low', 'high'))
    if not wide:  # a bar from zero, which a logarithmic axis does not have
        axes.plot([0, value], [place, place], color=colour, lw=1, alpha=0.4)
    interval(axes, low, high, place, colour)
    axes.plot([value], [place], color=colour, ms=5.5,
              marker='o' if peer else marker(view, cell.get('arm')))
    beside(axes, place, kind.show(value))
