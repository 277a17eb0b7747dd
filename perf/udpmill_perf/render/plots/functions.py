# SPDX-License-Identifier: MIT
"""The functions in which the difference is; with one arm, the largest."""
from ... import human
from ...file.count_view import Counts
from ..count import words
from .axes import Rows, beside
from .count_axis import instructions
from .svg import Plot, draw, ink

MOST, LEAST = 14, 0.1
LEFT, RIGHT = 2.05, 2.1
CAPTION = ('A bar is by how many instructions per datagram B differs in a '
           'function; beside it, what most of it is due to: calls per '
           'datagram, or instructions per call.')
ALONE = ('The functions with the most instructions per datagram; beside each, '
         'its calls per datagram.')


def plots(view, prefix):
    counts = Counts(view)
    for number, workload in enumerate(view.workloads):
        parts = _parts(counts, workload)
        if not parts:
            continue
        name = f'{prefix}functions{number}'
        layout = Rows([('', [part.name for part in parts])])
        alt = f'Instructions by function, {workload}: ' + '; '.join(
            f'{part.name} {_figure(counts, part)} {_why(counts, part)}'
            for part in parts)
        yield Plot(name, workload, CAPTION if counts.two else ALONE, draw(
            name, layout.height(0.27, 0.8), alt,
            _painter(counts, layout, parts)))


def _parts(counts, workload):
    found = counts.functions(workload)[:MOST]
    return [part for part in found
            if not counts.two or abs(part.difference) > LEAST]


def _value(counts, part):
    return part.difference if counts.two else part.a.instructions or 0


def _figure(counts, part):
    return human.figure(_value(counts, part), sign=counts.two)


def _why(counts, part):
    """Short, to fit beside the bar: 2 → 3 calls, or 10 → 32 per call."""
    a, b = part.a, part.b
    if counts.two and None in (a.calls, b.calls):
        return 'only in ' + 'AB'[a.calls is None] if any(
            (a.calls, b.calls)) else ''
    text = f'{words.pair(counts, a.calls, b.calls, words.each)} calls'
    if counts.two:
        if None not in (a.each, b.each) and (
                abs(b.calls * (b.each - a.each))
                > abs((b.calls - a.calls) * a.each)):
            text = f'{words.change(a.each, b.each, human.trimmed)} per call'
        if '>' not in text:
            return ''           # it is too little to see
    return text.replace('->', '→')


def _painter(counts, layout, parts):
    def paint(figure):
        axes = layout.axes(figure, LEFT, RIGHT)
        for place, part in zip(layout.places, parts):
            value = _value(counts, part)
            role = 'a' if not counts.two else 'bad' if value > 0 else 'good'
            axes.barh([place], [value], height=0.62, color=ink(role), lw=0)
            beside(axes, place, ', '.join(filter(
                None, (_figure(counts, part), _why(counts, part)))))
        values = [_value(counts, part) for part in parts]
        instructions(axes, min(values), max(values), signed=counts.two)
    return paint
