# SPDX-License-Identifier: MIT
"""Boots of two kernels: each boot's median, the arms side by side."""
import statistics

from .axes import room, ticks
from .svg import Plot, arm_role, draw, ink, marker

CAPTION = ('Memory layout differs between boots but not within one, so boots '
           'are compared: the points must differ, not only their medians.')


def plots(view, prefix):
    for number, row in enumerate(view.judged):
        sides = {arm: [value for boot in view.boots if boot.get('arm') == arm
                       for value in view.of_boot(boot, row.workload,
                                                 row.metric.name)]
                 for arm in view.arm_names}
        sides = {arm: values for arm, values in sides.items() if values}
        if not sides:
            continue
        name = f'{prefix}boots{number}'
        alt = f'{row.workload}, {row.metric.title}: ' + '; '.join(
            f'{view.arm_title(arm)}: {len(values)} boots, median '
            f'{row.metric.show(statistics.median(values))}'
            for arm, values in sides.items())
        yield Plot(name, f'{row.workload}, {row.metric.title}', CAPTION,
                   draw(name, 1.9, alt, _painter(view, row, sides)),
                   [(arm_role(view, arm), marker(view, arm),
                     view.arm_title(arm)) for arm in sides])


def _painter(view, row, sides):
    def paint(figure):
        axes = figure.add_subplot()
        room(figure, 0.2, 0.25, 0.35, 0.35)
        axes.grid(axis='x')
        for place, (arm, values) in enumerate(sides.items()):
            colour = ink(arm_role(view, arm))
            # In the order of the boots, so that no point hides another.
            spread = [place + 0.5 * (at / max(1, len(values) - 1) - 0.5)
                      for at in range(len(values))]
            axes.plot(values, spread, marker(view, arm), color=colour, ms=5,
                      alpha=0.75, mew=0)
            middle = statistics.median(values)
            axes.plot([middle, middle], [place - 0.36, place + 0.36],
                      color=colour, lw=2)
        axes.set_ylim(len(sides) - 0.5, -0.5)
        axes.set_yticks([])
        ticks(axes.xaxis, row.metric, 5)
        axes.set_title(row.metric.axis)
    return paint
