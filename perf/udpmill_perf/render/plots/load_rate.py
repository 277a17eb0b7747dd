# SPDX-License-Identifier: MIT
"""How latency and loss grow with the rate: the steps of a ramp, and the trials
of a search for the capacity."""
from ... import human
from ...file.load_view import Runs
from ..load import words
from .axes import above, log_ticks, room, ticks
from .load_time import (RATE, Line, draw_line, latency_scale, legend, look,
                        loss_scale)
from .svg import Plot, draw, ink

CAPTION = ('A point is a step of the ramp, at its planned rate: as a server '
           'comes near to its capacity, latency bends upwards before '
           'datagrams are lost.')
SEARCHED = ('A point is a trial of the search, at its planned rate; a dotted '
            'line marks the capacity that was found.')
WIDE = 20                   # of rates, from which their axis is logarithmic


def plots(view, prefix):
    all_runs = Runs(view).all
    runs = [(place, run) for place, run in enumerate(all_runs) if run.steps]
    for name, title, make, scale in (
            ('latency', 'Latency by rate', _latencies, latency_scale),
            ('loss', 'Loss by rate', _losses, loss_scale)):
        lines = [line for line in make(runs) if line.points]
        if lines:
            yield _plot(f'{prefix}rate-{name}', title, lines, scale, runs,
                        legend(lines, all_runs))


def _by_rate(run, value):
    """By the rate that was planned, which is how hard the run tried: one that
    could not be kept would stand among the lower ones."""
    rates = [(step.planned or step.sent_rate, value(step))
             for step in run.steps]
    return sorted((rate, value) for rate, value in rates
                  if rate and value is not None)


def _style(run, solid=True):
    """Of a line; the trials of a search are only points, since neighbours were
    measured at different times."""
    return '' if run.is_search else '-' if solid else '--'


def _latencies(runs):
    lines = []
    for place, run in runs:
        for at, key in enumerate(('p50', 'p99')):
            alone = len(runs) == 1
            role, marker = look(at if alone else place)
            lines.append(Line(
                role, marker, words.title(key) if alone
                else f'{run.label}, {key}',
                _by_rate(run, lambda step, key=key: step.latency.get(key)),
                _style(run, alone or not at),
                run.is_search and not alone and at > 0))
    return lines


def _losses(runs):
    lines = [Line(*look(place), run.label, _by_rate(
        run, lambda step: None if step.loss is None else 100 * step.loss),
        _style(run)) for place, run in runs]
    return lines if any(y for line in lines for _, y in line.points) else []


def _capacities(runs):
    """[(rate, role)] of searches."""
    return [(rate, look(place)[0]) for place, run in runs
            for rate in [human.number(run.document.get('capacity'))]
            if run.is_search and rate]


def _plot(name, title, lines, scale, runs, labels):
    searched = any(run.is_search for _, run in runs)
    alt = f'{title}: ' + '; '.join(
        f'{line.label}: ' + ', '.join(words.rate(x) for x, _ in line.points)
        for line in lines)

    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.88, 0.3, 0.42, 0.5)
        axes.grid(axis='y')
        axes.grid(axis='x')
        for line in lines:
            draw_line(axes, line)
        rate_scale(axes, [x for line in lines for x, _ in line.points])
        scale(axes)
        for rate, role in _capacities(runs):
            axes.axvline(rate, color=ink('muted'), lw=1, ls=':')
            above(axes, rate, words.rate(rate), 'muted', ha='center')
        axes.set_xlabel(f'{RATE.axis}, planned')

    return Plot(name, title, SEARCHED if searched else CAPTION,
                draw(name, 2.9, alt, paint), labels)


def rate_scale(axes, rates):
    low, high = min(rates), max(rates)
    if low * WIDE < high:
        axes.set_xscale('log')
        ticks(axes.xaxis, RATE)
        log_ticks(axes.xaxis, high / low, 40, 6)
    else:
        axes.set_xlim(0, 1.05 * high)
        ticks(axes.xaxis, RATE, 5)
