# SPDX-License-Identifier: MIT
"""Where the counted instructions go: by group, in each arm."""
from ... import human
from ...file.count_view import Counts
from .axes import Rows, beside
from .count_axis import instructions
from .svg import Plot, arm_role, draw, ink

MOST = 14                   # groups of a workload
LEFT, RIGHT = 1.65, 1.35
CAPTION = ('A row is the instructions per datagram that a group of functions '
           'takes; the rows of an arm add up to the whole.')


def plots(view, prefix):
    counts = Counts(view)
    for number, workload in enumerate(view.workloads):
        parts, rest = counts.largest(workload, MOST)
        parts += [rest] * bool(rest)
        if not parts:
            continue
        name = f'{prefix}groups{number}'
        layout = Rows([('', [part.name for part in parts])])
        alt = f'Instructions per datagram, {workload}: ' + '; '.join(
            f'{part.name} {_figures(counts, part)}' for part in parts)
        legend = [(arm_role(view, arm), 'bar', view.arm_title(arm))
                  for arm in view.arm_names] if counts.two else []
        yield Plot(name, workload, CAPTION, draw(
            name, layout.height(0.3, 0.8), alt,
            _painter(view, counts, layout, parts)), legend)


def _figures(counts, part):
    sides = (part.a, part.b)[:1 + counts.two]
    return ' → '.join(human.figure(side.instructions) for side in sides)


def _painter(view, counts, layout, parts):
    roles = [arm_role(view, arm) for arm in view.arm_names] or ['a']

    def paint(figure):
        axes = layout.axes(figure, LEFT, RIGHT)
        height = 0.36 if counts.two else 0.62
        for place, part in zip(layout.places, parts):
            sides = (part.a, part.b)[:1 + counts.two]
            for which, (side, role) in enumerate(zip(sides, roles)):
                shift = (which - 0.5) * height if counts.two else 0
                axes.barh([place + shift], [side.instructions or 0],
                          height=height * 0.92, color=ink(role), lw=0)
            beside(axes, place, _figures(counts, part))
        values = [side.instructions or 0 for part in parts
                  for side in (part.a, part.b)]
        instructions(axes, min(values), max(values))
    return paint
