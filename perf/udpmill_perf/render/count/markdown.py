# SPDX-License-Identifier: MIT
"""Counted instructions in Markdown, with the functions folded."""
from ... import human
from ...file.count_view import Counts
from ..markup import code, escape, folded, table, verdict
from . import words

MOST = 15


def body(view):
    counts = Counts(view)
    rows = [row for row in counts.results if row.a or row.row]
    lines = []
    if rows and counts.two:
        head = ['workload', '', 'A', 'B', 'change', 'residue']
        lines += table(head, [_result(row) for row in rows], range(2, 6))
    elif rows:
        lines += table(['workload', 'instructions per datagram'],
                       [_alone(row) for row in rows], (1,))
    lines += [''] * bool(rows)
    for row in rows:
        lines += _notes(counts, row)
    lines += [''] * bool(rows)
    for row in rows:
        lines += _parts(counts, row)
    return lines + [escape(words.LIMITS), '']


def _result(row):
    return [code(row.workload), verdict(row.verdict),
            *(human.figure(row.figure(side)) for side in 'ab'),
            escape(human.hundredths(row.estimate)),
            escape(human.hundredths(row.residue, sign=False))]


def _alone(row):
    return [code(row.workload), human.figure(row.figure('a'))]


def _notes(counts, row):
    told = words.excluded(counts, row)
    if row.why:
        told = [row.why, *told]
    return [f'- {code(row.workload)}: {escape(" ".join(told))}'] if told \
        else []


def _parts(counts, row):
    shown, rest = counts.shown(row.workload, MOST, words.LEAST)
    parts = shown + [rest] * bool(rest)
    if not shown:
        return []
    if counts.two:
        head = [counts.by, 'A', 'B', 'difference']
    else:
        head = [counts.by, 'instructions']
    if counts.by == 'function':
        head += ['calls', 'instructions per call']
    rows = [_part(counts, part)[:len(head)] for part in parts]
    return folded(words.title(counts, row.workload),
                  table(head, rows, range(1, len(head)))
                  + ['', *map(escape, words.nameless(shown))])


def _part(counts, part):
    cells = [human.figure(part.a.instructions)]
    if counts.two:
        cells += [human.figure(part.b.instructions),
                  human.figure(part.difference, sign=True)]
    calls = [words.pair(counts, part.a.calls, part.b.calls, words.each),
             words.pair(counts, part.a.each, part.b.each, human.trimmed)]
    name = code(part.name) if part.group else escape(part.name)
    return [name, *map(escape, cells + calls)]
