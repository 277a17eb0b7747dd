# SPDX-License-Identifier: MIT
"""The stages of a round trip, from `udpmill load --stages`."""
from ... import human
from ...file.load_view import Runs
from .axes import Rows, beside
from .load_time import look
from .percentiles import duration_scale
from .svg import Plot, draw, ink

CAPTION = ('A bar goes from the shortest to p99 of a stage, on a logarithmic '
           'axis; the mark is the median, which is written beside it.')
LEFT, RIGHT = 1.9, 0.75


def plots(view, prefix):
    runs = [(place, run) for place, run in enumerate(Runs(view).all)
            if run.stages]
    if not runs:
        return
    name = f'{prefix}stages'
    layout = Rows([(run.label if len(runs) > 1 else '',
                    [stage for stage, _ in run.stages]) for _, run in runs])
    rows = [(place, found) for place, run in runs for _, found in run.stages]
    alt = 'Stages of a round trip: ' + '; '.join(
        f'{stage} {human.duration(found.get("p50"))}'
        for _, run in runs for stage, found in run.stages)

    def paint(figure):
        axes = layout.axes(figure, LEFT, RIGHT, 0.4)
        for at, (place, found) in zip(layout.places, rows):
            _bar(axes, at, found, ink(look(place)[0]))
        duration_scale(axes.xaxis)
        axes.set_title('time (log scale)')

    yield Plot(name, 'Stages of a round trip', CAPTION,
               draw(name, layout.height(0.3, 0.85), alt, paint))


def _bar(axes, at, found, colour):
    middle = found.get('p50')
    if middle is None:
        return
    low, high = found.get('min', middle), found.get('p99', middle)
    axes.plot([low, high], [at, at], color=colour, lw=7, alpha=0.35,
              solid_capstyle='butt')
    axes.plot([middle], [at], 'o', color=colour, ms=6)
    beside(axes, at, human.duration(middle))
