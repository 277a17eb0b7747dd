# SPDX-License-Identifier: MIT
"""Throughput over batch, workers or size, if the matrix varies them."""
from ... import human
from ...metrics import RATE, metric
from .axes import explained, interval, room, scale
from .svg import ARMS, MARKERS, Plot, arm_role, draw, ink

VARIED = (('batch', 'batch', 'datagrams per system call'),
          ('workers', 'workers', 'server\'s workers'),
          ('bytes', 'size', 'bytes of payload'))
FIXED = ('service', 'backend', 'bytes', 'batch', 'trains', 'workers', 'path',
         'load')
CAPTIONS = {
    'batch': 'Where a line is flat, a larger batch does not help.',
    'workers': 'Twice the workers should deliver twice as much, until the '
               'CPUs or the generator run out.',
    'bytes': 'A flat line means that the cost is per datagram; a falling one '
             'means that it is per byte.'}


def plots(view, prefix):
    for key, title, unit in VARIED:
        lines = _lines(view, key)
        if not lines:
            continue
        name = f'{prefix}over-{key}'
        alt = f'Throughput over {title}: ' + '; '.join(
            f'{label}: ' + ', '.join(
                f'{x} {human.si(y, "/s")}' for x, y, _, _ in points)
            for label, _, points in lines)
        caption = explained(CAPTIONS[key], _ends(lines))
        yield Plot(name, f'Throughput over {title}', caption,
                   draw(name, 2.7, alt, _painter(lines, unit)),
                   [(*look, label) for label, look, _ in lines])


def _lines(view, key):
    """Yields (label, look, points) for workloads that differ in nothing
    else."""
    groups = {}
    for name, entry in view.workload.items():
        x = human.number(entry.get(key))
        if x is None or entry.get('peer'):
            continue
        rest = tuple(str(entry.get(other)) for other in FIXED
                     if other != key)
        groups.setdefault(rest, {})[x] = name
    groups = {rest: found for rest, found in groups.items()
              if len(found) > 1}
    lines = []
    for rest, found in groups.items():
        told = _told(key, rest, groups)
        for arm in view.arm_names:
            points = [(x, *value) for x, name in sorted(found.items())
                      if (value := _value(view, name, arm))]
            if len(points) > 1:
                label = ', '.join(filter(None, (view.arm_title(arm), told)))
                lines.append((label, _look(view, arm, len(groups),
                                           len(lines)), points))
    return lines


def _look(view, arm, groups, place):
    if groups == 1:
        role = arm_role(view, arm)
        return role, MARKERS[ARMS.index(role)]
    return ARMS[place % len(ARMS)], MARKERS[place % len(MARKERS)]


def _told(key, rest, groups):
    """The settings in which a group differs from the others."""
    names = [other for other in FIXED if other != key]
    return ', '.join(
        f'{name} {value}' for place, (name, value)
        in enumerate(zip(names, rest))
        if len({other[place] for other in groups}) > 1)


def _value(view, workload, arm):
    """Median, low and high, of the cell or of its trials."""
    for cell in view.cells:
        if (str(cell.get('workload')), str(cell.get('arm')),
                cell.get('metric')) == (workload, arm, RATE):
            middle = human.number(cell.get('median'))
            if middle is not None:
                return middle, human.number(cell.get('low')), \
                    human.number(cell.get('high'))
    middle = view.median(workload, arm, RATE)
    return None if middle is None else (middle, None, None)


def _ends(lines):
    """All values for which a plot needs room."""
    return [value for _, _, points in lines for _, *point in points
            for value in point if value is not None]


def _painter(lines, unit):
    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.85, 0.25, 0.38, 0.5)
        axes.grid(axis='y')
        xs = sorted({x for _, _, points in lines for x, _, _, _ in points})
        if min(xs) > 0:
            axes.set_xscale('log', base=2)
        for _, (role, mark), points in lines:
            axes.plot([x for x, _, _, _ in points],
                      [y for _, y, _, _ in points], marker=mark,
                      color=ink(role), ms=5)
            for x, _, low, high in points:
                interval(axes, low, high, x, ink(role), 'y', lw=4)
        axes.set_xticks(xs, [f'{x:g}' for x in xs])
        axes.minorticks_off()
        axes.set_title(scale(axes, 'y', metric(RATE), _ends(lines)))
        axes.set_xlabel(unit)
    return paint
