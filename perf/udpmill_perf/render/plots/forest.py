# SPDX-License-Identifier: MIT
"""All judged measures in one plot: interval, margins, verdict."""
from ... import human
from ..ink import TONES
from .axes import Rows, above, beside, interval, percent_ticks, room
from .svg import SMALL, Plot, draw, ink

LEFT, RIGHT = 1.6, 1.85
CAPTION = ('For PASS, the thick bar ends left of the tolerance; for '
           'REGRESSION, even the thin line, which has more confidence, begins '
           'right of the grey band of ignored changes.')
ROLE = {'good': 'good', 'bad': 'bad', 'unsure': 'unsure', 'neutral': 'muted'}


def role(verdict):
    return ROLE.get(TONES.get(verdict), 'muted')


def margins(view):
    """m and M in percent, as the design fixed them."""
    found = (human.number(view.design.get('ignore')),
             human.number(view.design.get('tolerance')))
    return [None if value is None else human.as_percent(value)
            for value in found]


def plots(view, prefix):
    rows = [row for row in view.judged if row.estimate is not None]
    if not rows:
        return
    groups = [(workload, [row.metric.title for row in rows
                          if row.workload == workload])
              for workload in dict.fromkeys(row.workload for row in rows)]
    order = [row for workload, _ in groups for row in rows
             if row.workload == workload]
    layout = Rows(groups)
    alt = 'B is worse by, with its interval: ' + '; '.join(
        f'{row.workload} {row.metric.title} {human.percent(row.estimate)} '
        f'{human.interval(row.row.get("interval"))}, {row.verdict}'
        for row in order)
    name = f'{prefix}forest'
    yield Plot(name, 'B worse by', CAPTION, draw(
        name, layout.height(0.3, 1.1), alt,
        lambda figure: _paint(figure, view, layout, order)))


def _paint(figure, view, layout, rows):
    axes = figure.add_subplot()
    room(figure, LEFT, RIGHT, 0.35, 0.6)
    layout.label(axes, LEFT)
    ignore, tolerance = margins(view)
    reach = [0, *(value for value in (ignore, tolerance) if value)]
    for place, row in zip(layout.places, rows):
        reach += _bar(axes, place, row)
    low, high = min(reach), max(reach)
    pad = 0.06 * (high - low or 1)
    axes.set_xlim(low - pad, high + pad)
    axes.axvline(0, color=ink('muted'), lw=1)
    if ignore:
        axes.axvspan(-ignore, ignore, color=ink('muted'), alpha=0.13, lw=0)
    if tolerance:
        axes.axvline(tolerance, color=ink('bad'), lw=1.1, ls=(0, (4, 3)))
        above(axes, tolerance, f'tolerance '
              f'{human.trimmed(round(tolerance, 2))} %', 'bad', 5, ha='center')
    axes.grid(axis='x')
    percent_ticks(axes.xaxis, 7, '')
    for text, shift, align in (('← B better, %', -14, 'right'),
                               ('B worse, % →', 14, 'left')):
        axes.annotate(text, (0, 0), xycoords=('data', 'axes fraction'),
                      xytext=(shift, -26), textcoords='offset points',
                      ha=align, va='top', fontsize=SMALL,
                      color=ink('muted'), annotation_clip=False)


def _bar(axes, place, row):
    """Draw interval and estimate, with figures at the right. Returns the
    range that is drawn."""
    colour = ink(role(row.verdict))
    low, high = (None if end is None else human.as_percent(end)
                 for end in row.interval)
    value = human.as_percent(row.estimate)
    ends = [end for end in (low, high) if end is not None]
    if ends:
        interval(axes, min(ends + [value]), max(ends + [value]), place, colour)
    surer = [human.as_percent(end) for end in human.ends(
        [row.row.get('lower_bound'), row.row.get('upper_bound')])
        if end is not None]
    if len(surer) == 2:
        axes.plot(surer, [place, place], color=colour, lw=1.2)
        ends += surer
    axes.plot([value], [place], 'o', color=colour, ms=6.5)
    beside(axes, place, f'{human.percent(row.estimate)}  {row.verdict}', 8,
           color=colour)
    return [*ends, value]
