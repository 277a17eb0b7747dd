# SPDX-License-Identifier: MIT
"""Trials in the order of the run, which shows drift of the machine."""
from ... import human
from ...file.view import keyed
from ...outcomes import INVALID, SUSPECT
from .axes import percent_ticks, room, ticks
from .svg import Plot, arm_role, draw, ink, marker

CAPTION = ('Both arms should drift together; a step or a slope that they '
           'share comes from the machine.')
ALL_CAPTION = ('Each trial relative to the median of its own cell: a step or '
               'a slope that all of them share comes from the machine.')
MANY = 4                    # workloads; more are drawn in one plot
DOUBT = [('muted', 'hollow', 'suspect'), ('muted', 'x', 'invalid')]


def plots(view, prefix):
    if len(view.workloads) > MANY:
        yield from _together(view, prefix)
        return
    for number, workload in enumerate(view.workloads):
        trials = [trial for trial in view.trials
                  if str(trial.get('workload')) == workload]
        kinds = [kind for kind in view.metrics if any(
            _value(trial, kind) is not None for trial in trials)]
        if not kinds:
            continue
        name = f'{prefix}order{number}'
        alt = f'{len(trials)} trials of {workload} in the order of the ' \
            'run, ' + ' and '.join(kind.title for kind in kinds)
        yield Plot(name, workload, CAPTION, draw(
            name, 0.6 + 1.8 * len(kinds), alt,
            _painter(view, trials, kinds)), _legend(view, trials))


def _value(trial, kind):
    return human.number(keyed(trial.get('metrics')).get(kind.name))


def _legend(view, trials):
    there = {str(trial.get('arm')) for trial in trials}
    arms = [arm for arm in view.arm_names if arm in there]
    found = [(arm_role(view, arm), marker(view, arm), view.arm_title(arm))
             for arm in arms]
    states = {trial.get('validity') for trial in trials}
    return found + [entry for entry, state in
                    zip(DOUBT, (SUSPECT, INVALID)) if state in states]


def _clock(trials):
    """Divisor and name of the unit: seconds up to five minutes, or minutes."""
    last = max([human.number(trial.get('start_s')) or 0
                for trial in trials], default=0)
    return (60, 'minutes') if last > 300 else (1, 'seconds')


def _scatter(axes, view, trials, value, divisor):
    """Draw all points of an arm and a validity at once, which is faster."""
    found = {}
    for trial in trials:
        y = value(trial)
        x = human.number(trial.get('start_s'))
        if y is not None and x is not None:
            key = str(trial.get('arm')), trial.get('validity')
            found.setdefault(key, []).append((x / divisor, y))
    for (arm, validity), points in found.items():
        colour = ink(arm_role(view, arm))
        shape = 'x' if validity == INVALID else marker(view, arm)
        axes.plot(*zip(*points), shape, color=colour, ms=4.2, mew=1.1,
                  mfc='none' if validity == SUSPECT else colour)


def _painter(view, trials, kinds):
    def paint(figure):
        room(figure, 0.88, 0.1, 0.38, 0.5)
        figure.subplots_adjust(hspace=0.36)
        divisor, unit = _clock(trials)
        panels = figure.subplots(len(kinds), 1, sharex=True, squeeze=False)
        for axes, kind in zip(panels[:, 0], kinds):
            axes.grid(axis='y')
            _scatter(axes, view, trials,
                     lambda trial, kind=kind: _value(trial, kind), divisor)
            ticks(axes.yaxis, kind, 4)
            axes.set_title(kind.axis)
        axes.set_xlabel(f'{unit} since the start')
    return paint


def _together(view, prefix):
    kind = next(iter(view.metrics), None)
    if kind is None:
        return
    middle = {(workload, arm): view.median(workload, arm, kind.name)
              for workload in view.workloads for arm in view.arm_names}

    def value(trial):
        base = middle.get((str(trial.get('workload')),
                           str(trial.get('arm'))))
        here = _value(trial, kind)
        return None if not base or here is None else 100 * (here / base - 1)

    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.7, 0.1, 0.38, 0.5)
        divisor, unit = _clock(view.trials)
        axes.grid(axis='y')
        axes.axhline(0, color=ink('muted'), lw=1)
        _scatter(axes, view, view.trials, value, divisor)
        percent_ticks(axes.yaxis, 5)
        axes.set_title(f'{kind.axis}, against the cell\'s median')
        axes.set_xlabel(f'{unit} since the start')

    if any(value(trial) is not None for trial in view.trials):
        name = f'{prefix}order'
        yield Plot(name, f'All trials, {kind.title}', ALL_CAPTION,
                   draw(name, 2.9, f'{len(view.trials)} trials in the order '
                        'of the run, each in percent of its own median',
                        paint), _legend(view, view.trials))
