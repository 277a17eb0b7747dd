# SPDX-License-Identifier: MIT
"""Counted instructions on a terminal: a line for each workload, then where
the difference is."""
from ... import human
from ...file.count_view import Counts
from .. import plain
from . import words

MOST = {'function': 12, 'group': 20}    # rows of a workload
ROW = '{} {} {} {} {}  {}'
SIZES = (7, 7, 8, 14, 13)   # columns beside the name of a part


def body(view, ink, width):
    counts = Counts(view)
    rows = [row for row in counts.results if row.a or row.row]
    lines = []
    if rows:
        lines.append(ink.dim(_head(counts, width)))
    for row in rows:
        lines += _result(counts, row, ink, width)
    for row in rows:
        lines += _parts(counts, row, ink, width)
    return lines + [''] * bool(rows) + [
        ink.dim(line) for line in plain.wrap(words.LIMITS, width)]


def _row(width, name, a, b, change, residue, verdict, paint=str):
    return ROW.format(
        plain.left(name, width - 51), plain.right(a, 8), plain.right(b, 8),
        plain.right(change, 9), plain.right(residue, 8),
        paint(plain.cut(verdict, 12))).rstrip()


def _head(counts, width):
    if not counts.two:
        return _row(width, 'instructions per datagram', '', '', '', '', '')
    return _row(width, 'instructions per datagram', 'A', 'B', 'change',
                'residue', '')


def _result(counts, row, ink, width):
    a, b = (human.figure(row.figure(side)) for side in 'ab')
    if not counts.two:
        a, b = '', a
    lines = [_row(width, row.workload, a, b,
                  human.hundredths(row.estimate) if counts.two else '',
                  human.hundredths(row.residue, sign=False)
                  if counts.two else '', row.verdict,
                  lambda text: ink.verdict(text, row.verdict))]
    for text in filter(None, (words.consists(counts, row), row.why)):
        lines += [ink.dim(line) for line in plain.wrap(text, width, '  ')]
    for text in words.excluded(counts, row):
        lines += [ink.paint(line, 'unsure') if counts.without
                  else ink.dim(line)
                  for line in plain.wrap(text, width, '  ')]
    return lines


def _part(width, name, *cells):
    room = width - 2 - sum(SIZES) - len(SIZES)
    return ' '.join([f'  {plain.left(name, room)}', *(
        plain.right(cell, size) for cell, size in zip(cells, SIZES))]).rstrip()


def _parts(counts, row, ink, width):
    shown, rest = counts.shown(row.workload, MOST[counts.by], words.LEAST)
    if not shown and not (rest and not counts.two):
        return []
    by = counts.by
    calls = ('calls', 'instr/call') if by == 'function' else ('', '')
    if counts.two:
        head = _part(width, '', 'A', 'B', 'diff', *calls)
    else:
        head = _part(width, '', '', 'instr', 'share', *calls)
    title = words.title(counts, row.workload)
    lines = ['', *map(ink.strong, plain.wrap(title, width)), ink.dim(head)]
    whole = sum(part.a.instructions or 0 for part in (*shown, rest) if part)
    lines += [_line(counts, part, whole, width) for part in shown]
    if rest:
        lines.append(ink.dim(_line(counts, rest, whole, width)))
    return lines + [ink.dim(line) for text in words.nameless(shown)
                    for line in plain.wrap(text, width, '  ')]


def _line(counts, part, whole, width):
    cells = [human.figure(part.a.instructions),
             human.figure(part.b.instructions),
             human.figure(part.difference, sign=True)]
    if not counts.two:
        share = (part.a.instructions or 0) / whole if whole else 0
        cells = ['', cells[0], f'{100 * share:.1f} %']
    if part.a.calls is not None or part.b.calls is not None:
        cells += [words.pair(counts, part.a.calls, part.b.calls, words.each),
                  words.pair(counts, part.a.each, part.b.each, human.trimmed)]
    return _part(width, part.name, *cells)
