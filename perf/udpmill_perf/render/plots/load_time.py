# SPDX-License-Identifier: MIT
"""Runs of `udpmill load` over time: rate, loss and latency of each interval.
Of one run, sent, answered and planned are drawn; of several, one line each."""
from dataclasses import dataclass

from matplotlib.ticker import FuncFormatter, MaxNLocator

from ... import human
from ...file.load_view import Runs, thinned
from ...metrics import Metric
from ..load import words
from .axes import room, scale
from .percentiles import duration_scale
from .svg import ARMS, MARKERS, Plot, draw, ink

MOST = 240                  # points of a line
MARKED = 24                 # more points are drawn without markers
RATE = Metric('datagrams_per_second', 'rate', 'datagrams per second')
CAPTIONS = {
    'rate': 'A line is the rate in each interval; the shaded part is the '
            'warm-up, which is not in the figures.',
    'loss': 'The share of what was sent in an interval that was found lost '
            'by its end; a reply that is late may be counted as lost before '
            'it comes.',
    'latency': 'The round trips of the replies that came in each interval: '
               'half of them took no longer than p50, 99 of 100 no longer '
               'than p99.'}


@dataclass
class Line:
    """points: [(x, y), ...]; style: of the line, '' for points only."""
    role: str
    marker: str
    label: str
    points: list
    style: str = '-'
    hollow: bool = False


def look(place):
    """(role, marker) of a run."""
    return ARMS[place % len(ARMS)], MARKERS[place % len(MARKERS)]


def plots(view, prefix):
    runs = Runs(view).all
    pieces = [thinned(run.intervals, MOST) for run in runs]
    for name, make, title, finish in (
            ('rate', _rates, 'Rate over time', _rate_scale),
            ('loss', _losses, 'Loss over time', loss_scale),
            ('latency', _latencies, 'Latency over time', latency_scale)):
        lines = [line for line in make(runs, pieces) if line.points]
        if lines:
            yield _plot(f'{prefix}time-{name}', title, CAPTIONS[name], lines,
                        finish, runs, _warm(pieces))


def _warm(pieces):
    """Where the warm-up ends, if all runs have one that ends there."""
    ends = {round(max([p.start + p.seconds for p in one if p.omitted
                       and p.start is not None and p.seconds], default=0), 1)
            for one in pieces if one}
    return ends.pop() if len(ends) == 1 else 0


def _points(pieces, value):
    return [(piece.middle, value(piece)) for piece in pieces
            if value(piece) is not None]


def _rates(runs, pieces):
    if len(runs) == 1:
        kinds = (('a', 'o', 'sent', '-', lambda p: p.sent_rate),
                 ('b', 's', 'answered', '-', lambda p: p.answered_rate),
                 ('muted', '', 'planned', ':', lambda p: p.planned))
        return [Line(role, marker, label, _points(pieces[0], value), style)
                for role, marker, label, style, value in kinds]
    return [Line(*look(place), f'{run.label}, {_what(one)}', _points(
        one, lambda p, one=one: getattr(p, f'{_what(one)}_rate')))
        for place, (run, one) in enumerate(zip(runs, pieces))]


def _what(pieces):
    """A service that does not reply has only what was sent."""
    return 'answered' if any(piece.answered for piece in pieces) else 'sent'


def _losses(runs, pieces):
    """None if nothing was lost: a line at zero says less than the text."""
    lines = [Line(*look(place), run.label,
                  _points(one, lambda p: None if p.loss is None
                          else 100 * p.loss))
             for place, (run, one) in enumerate(zip(runs, pieces))]
    lost = any(y for line in lines for _, y in line.points)
    return lines if lost else []


def _latencies(runs, pieces):
    def line(place, label, one, key, style):
        return Line(*look(place), label, _points(
            one, lambda p: p.latency.get(key)), style)

    if len(runs) == 1:
        return [line(place, words.title(key), pieces[0], key, '-')
                for place, key in enumerate(('p50', 'p99', 'max'))]
    return [line(place, f'{run.label}, {key}', one, key, style)
            for place, (run, one) in enumerate(zip(runs, pieces))
            for key, style in (('p50', '-'), ('p99', '--'))]


def _rate_scale(axes, values):
    axes.set_title(scale(axes, 'y', RATE, values))


def loss_scale(axes, _values=()):
    axes.set_ylim(0, min(102, axes.get_ylim()[1] * 1.02))
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(
        lambda value, _: f'{human.trimmed(value)} %' if value else '0'))
    axes.set_title('lost')


def latency_scale(axes, _values=()):
    duration_scale(axes.yaxis)
    axes.set_title('latency (log scale)')


def _plot(name, title, caption, lines, finish, runs, warm):
    alt = f'{title}: ' + '; '.join(
        f'{line.label}, {len(line.points)} intervals' for line in lines)
    last = max(x for line in lines for x, _ in line.points)
    divisor, unit = (60, 'minutes') if last > 300 else (1, 'seconds')

    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.88, 0.2, 0.38, 0.5)
        axes.grid(axis='y')
        if warm:
            axes.axvspan(0, warm / divisor, color=ink('faint'), alpha=0.5,
                         lw=0)
        for line in lines:
            draw_line(axes, line, divisor)
        axes.set_xlim(left=0)
        finish(axes, [y for line in lines for _, y in line.points])
        axes.set_xlabel(f'{unit} since the start')

    return Plot(name, title, caption, draw(name, 2.7, alt, paint),
                legend(lines, runs))


def draw_line(axes, line, divisor=1):
    few = len(line.points) <= MARKED
    colour = ink(line.role)
    axes.plot([x / divisor for x, _ in line.points],
              [y for _, y in line.points], linestyle=line.style or 'none',
              marker=line.marker if few or not line.style else '', ms=4.5,
              mfc='none' if line.hollow else colour, color=colour)


def legend(lines, runs):
    """One line of one run needs none: it has a title."""
    if len(lines) == 1 and len(runs) == 1:
        return []
    return [(line.role, 'hollow' if line.hollow else 'dash'
             if line.style in ('--', ':') else line.marker or 'line',
             line.label) for line in lines]
