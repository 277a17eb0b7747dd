# SPDX-License-Identifier: MIT
"""Medians over all reports in the history, with changes of level."""
from ... import human
from ...file.changes import changes
from ...file.history import series
from ...file.view import View
from ...metrics import metric
from ..plain import cut
from .axes import above, interval, room, ticks
from .svg import Plot, draw, ink

CAPTION = ('A marked step shows where to start looking; it is never a '
           'verdict, because machines, kernels and compilers change too.')
MOST = 24                   # plots; nobody would read more of them
FEWEST = 2                  # points that are worth a plot


def plots(entries, documents, prefix):
    """Only the series of the documents that are shown."""
    shown = {_key(View(document)) for _, document in documents}
    machines = {machine for machine, _ in shown}
    workloads = set().union(*(names for _, names in shown)) if shown else ()
    found = [one for one in series(entries) if len(one.points) >= FEWEST
             and one.fingerprint in machines and one.workload in workloads]
    for number, one in enumerate(found[:MOST]):
        kind, steps = metric(one.metric), changes(
            [point.median for point in one.points])
        name = f'{prefix}history{number}'
        title = f'{one.workload}, {kind.title}, {one.who}'
        alt = f'{title}: {len(one.points)} reports from ' \
            f'{one.points[0].time} to {one.points[-1].time}; ' + (
                '; '.join(_told(one, kind, step) for step in steps)
                or 'no change of level')
        yield Plot(name, title, _caption(one, kind, steps), draw(
            name, 2.6, alt, _painter(one, kind, steps)))


def _key(view):
    return (str(view.environment.get('fingerprint')),
            frozenset(view.workloads))


def _told(one, kind, step):
    where = one.points[step.index]
    what = ' '.join(filter(None, (where.time[:10], where.git[:12])))
    return f'{kind.show(step.before)} to {kind.show(step.after)} at {what}'


def _caption(one, kind, steps):
    if not steps:
        return 'No change of level was found. ' + CAPTION
    return 'Advice: ' + '; '.join(
        _told(one, kind, step) for step in steps) + '. ' + CAPTION


def _painter(one, kind, steps):
    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.88, 0.25, 0.58, 0.4)
        axes.grid(axis='y')
        for x, point in enumerate(one.points):
            low, high = human.number(point.low), human.number(point.high)
            interval(axes, low, high, x, ink('accent'), 'y', 3, 0.3)
        axes.plot([point.median for point in one.points], 'o-',
                  color=ink('accent'), ms=3.8, lw=0.9)
        _levels(axes, one, steps)
        ticks(axes.yaxis, kind, 4)
        axes.set_title(kind.axis, pad=20 if steps else 8)
        _dates(axes, one.points)
    return paint


def _levels(axes, one, steps):
    edges = [0, *(step.index for step in steps), len(one.points)]
    levels = [step.before for step in steps] + [steps[-1].after] \
        if steps else []
    for start, end, level in zip(edges, edges[1:], levels):
        axes.plot([start - 0.4, end - 0.6], [level, level], lw=1.8,
                  color=ink('unsure'))
    for step in steps:
        axes.axvline(step.index - 0.5, color=ink('unsure'), lw=1,
                     ls=(0, (3, 3)))
        change = 100 * (step.after / step.before - 1)
        above(axes, step.index - 0.5, f'{change:+.1f} %', 'unsure',
              ha='center')


def _dates(axes, points):
    size = len(points)
    count = min(size, 4)
    places = sorted({round(at * (size - 1) / max(1, count - 1))
                     for at in range(count)})
    axes.set_xticks(places, [cut(points[at].time[:10], 10) for at in places])
    axes.set_xlim(-0.7, size - 0.3)
