# SPDX-License-Identifier: MIT
"""Instructions and time in one table, if a file of each kind is of the same
arms."""
from .. import human
from ..file.count_view import Counts
from ..file.together import pairs
from ..file.view import View
from . import headline, proof
from .count import words
from .tabled import Table

HEAD = ['workload', 'measure', 'B worse by', 'interval', 'verdict']
LEFT = (0, 1, 4)
TITLE = 'Instructions and time'


def tables(documents):
    """One for each count and comparison by time of the same arms; or, if arms
    differ, one that only says so."""
    found = pairs([View(document, name) for name, document in documents])
    same = [_table(counted, timed) for counted, timed, differ in found
            if not differ]
    return same or [_apart(*pair) for pair in found[:1]]


def _table(counted, timed):
    rows = []
    results = {row.workload: row for row in Counts(counted).results}
    judged = [row for row in timed.judged if row.verdict]
    names = dict.fromkeys((*results, *(row.workload for row in judged)))
    for name in names:
        mine = [_counted(results[name])] if name in results else []
        mine += [_timed(row) for row in judged if row.workload == name]
        rows += [[name if not at else '', *row]
                 for at, row in enumerate(mine)]
    return Table(f'{TITLE}: {headline.subject(counted)}', HEAD, rows, LEFT,
                 notes=(words.LIMITS,))


def _counted(row):
    return ['instructions', human.hundredths(row.estimate),
            f'residue {human.hundredths(row.residue, sign=False)}',
            row.verdict or 'not judged']


def _timed(row):
    worse, interval, _, _ = proof.difference(row.row)
    return [row.metric.title, worse, interval, row.verdict]


def _apart(counted, timed, differ):
    return Table(TITLE, HEAD, [], LEFT, notes=(
        f'{counted.name or "the count"} and {timed.name or "the comparison"} '
        'are not shown in one table: they do not compare the same arms, '
        f'which differ in their {differ}.',))
