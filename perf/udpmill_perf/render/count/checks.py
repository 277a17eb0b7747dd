# SPDX-License-Identifier: MIT
"""Counted instructions as checks, for KTAP, JUnit XML and annotations: one for
each workload."""
from ... import human
from ...file.count_view import Counts
from ...metrics import INSTRUCTIONS
from ...outcomes import (IMPROVED, INCONCLUSIVE, INVALID, PASS, REGRESSION,
                         SAME)
from ..check import CHOICES, ERROR, FAIL, OK, SKIP, Check
from . import words

NAME = 'instructions'
MOST = 5
OUTCOMES = {PASS: OK, IMPROVED: OK, SAME: OK, REGRESSION: FAIL,
            INVALID: ERROR}


def checks(view, inconclusive='skip'):
    counts = Counts(view)
    return [_check(view, counts, row, inconclusive)
            for row in counts.results]


def _check(view, counts, row, inconclusive):
    outcome, why = OK, row.why
    if not view.complete and why:
        why += f' Stopped: {view.stopped}.'
    if row.verdict:
        outcome = OUTCOMES.get(row.verdict, CHOICES[inconclusive]
                               if row.verdict == INCONCLUSIVE else SKIP)
    elif counts.two or not row.a:
        outcome = SKIP
        why = 'not judged' if row.a else 'not counted'
        if not view.complete:
            why += f': {view.stopped}'
    return Check(row.workload, NAME, outcome, row.verdict, why,
                 _lines(counts, row), _numbers(row))


def _lines(counts, row):
    if not row.a and not row.verdict:
        return []
    figures = [row.figure(side) for side in 'ab']
    lines = [f'{words.pair(counts, *figures)} instructions per datagram']
    if row.estimate is not None:
        lines[0] += f', {human.hundredths(row.estimate)}, residue ' \
            f'{human.hundredths(row.residue, sign=False)}'
    lines += list(filter(None, [words.consists(counts, row)]))
    lines += words.excluded(counts, row)
    shown, _ = counts.shown(row.workload, MOST, words.LEAST)
    lines += [_part(counts, part) for part in shown]
    return [*lines, *words.nameless(shown), words.LIMITS]


def _part(counts, part):
    text = f'{part.name}: ' \
        f'{words.pair(counts, part.a.instructions, part.b.instructions)}'
    if part.a.calls is not None or part.b.calls is not None:
        calls = words.pair(counts, part.a.calls, part.b.calls, words.each)
        each = words.pair(counts, part.a.each, part.b.each, human.trimmed)
        text += f' (calls {calls}, instructions per call {each})'
    return text


def _numbers(row):
    found = {'metric': INSTRUCTIONS, 'instructions_a': row.figure('a'),
             'instructions_b': row.figure('b'),
             'change_percent': human.as_percent_of(row.estimate),
             'residue_percent': human.as_percent_of(row.residue),
             'seeds': row.a.get('seeds'),
             'tolerance_percent': human.as_percent_of(
                 row.row.get('tolerance'))}
    return {key: value for key, value in found.items() if value is not None}
