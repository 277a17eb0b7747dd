# SPDX-License-Identifier: MIT
"""A comparison on a terminal: differences per workload and metric."""
from ..outcomes import IMPROVED, INVALID, PASS, SUSPECT
from . import headline, plain, proof, tails

TITLE = 22                  # columns of the metric's title
ROW = '  {title} {verdict} {worse} {interval} {blocks} {sd}'


def comparison(view, ink, width):
    if not view.judged:
        return []
    lines = [ink.dim(_header(view))]
    workload = None
    for row in view.judged:
        if row.workload != workload:
            workload = row.workload
            lines.append(ink.strong(plain.cut(workload, width)))
        lines += _row(view, row, ink, width)
    for name, title, head, rows in tails.tables(view):
        lines.append(ink.strong(plain.cut(f'{name}: {title}', width)))
        lines += _tails(head, rows, ink, width)
    return lines


def _tails(head, rows, ink, width):
    """Latencies: medians over the trials with 95 % intervals, not judged."""
    each = (width - 9) // max(len(head) - 1, 1) - 2
    text = ['  ' + plain.left(first, 7)
            + ''.join('  ' + plain.left(cell, each) for cell in rest)
            for first, *rest in [head, *rows]]
    text = [plain.cut(line.rstrip(), width) for line in text]
    return [ink.dim(text[0]), *text[1:]]


def _header(view):
    level = headline.level(view)
    return _format('', '', 'B worse by',
                   f'{level} interval' if level else 'interval',
                   f'{view.unit}s', 'sd')


def _format(title, verdict, worse, interval, blocks, sd, paint=str):
    return ROW.format(
        title=plain.left(title, TITLE), verdict=paint(plain.left(verdict, 12)),
        worse=plain.right(worse, 10), interval=plain.right(interval, 15),
        blocks=plain.right(blocks, 6), sd=plain.right(sd, 6)).rstrip()


def _row(view, row, ink, width):
    if not row.verdict:
        why = 'invalid' if view.verdict == INVALID else 'not judged'
        return [f'  {plain.left(row.metric.title, TITLE)} {why}']
    lines = [_format(
        row.metric.title, row.verdict, *proof.difference(row.row),
        lambda text: ink.verdict(text, row.verdict))]
    lines += _without(row, ink)
    for text in _notes(view, row):
        lines += [ink.dim(line) for line in plain.wrap(text, width, '    ')]
    return lines


def _without(row, ink):
    """The second analysis, in the same columns."""
    other = row.without
    if not other:
        return []
    few = f'{row.left_out} suspect' if row.left_out else 'suspect'
    text = _format(f'  without {few}', str(other.get('verdict') or ''),
                   *proof.difference(other)[:3], '')
    same = other.get('verdict') == row.verdict
    return [ink.dim(text) if same else ink.verdict(text, SUSPECT)]


def _notes(view, row):
    if row.base is not None and row.other is not None:
        yield f'{row.metric.show(row.base)} -> {row.metric.show(row.other)}'
    if row.verdict not in (PASS, IMPROVED) and row.why:
        yield row.why
    text = headline.would_take(view, row)
    if text:
        yield text[0].upper() + text[1:] + '.'
