# SPDX-License-Identifier: MIT
"""The tables of a report on runs, as texts, so that each format only lays them
out: figures, settings that differ, ledgers, steps, time, stages, stresses."""
from ... import human
from ...file.load_view import Runs, thinned
from ..tabled import Table
from . import words

FIGURES = ('p50', 'p99', 'p999', 'max')
SMALL = ('p50', 'p99')
STAGE = ('p50', 'p90', 'p99', 'max')
# Settings that differ in every run, or that others say.
OWN = ('seed', 'local')
MOST_DIFFERENCES = 12
MANY = 4                    # more runs have a row each
GOOD = 'as_expected'


def tables(view, most, every=False):
    """All tables. most: rows for what happened over time; every: whether all
    cases of --stress are listed, too."""
    runs = Runs(view).all
    found = [_figures(runs), _differences(runs), _ledgers(runs)]
    for run in runs:
        found += [_steps(run, runs), _times(run, runs, most),
                  _stages(run, runs), _stress(run, runs)]
        found += [_cases(run, runs)] * every
    return [table for table in found if table.rows]


def _titled(title, run, runs):
    return title if len(runs) == 1 else f'{run.label}: {title.lower()}'


def _latencies(found, keys):
    return [human.duration(found.get(key)) for key in keys]


def _figures(runs):
    rows = []
    for run in runs:
        rates = [words.rate(run.rate(what)) for what in ('sent', 'answered')]
        if run.rate('sent') is not None:
            rows.append([run.label, *rates, human.share(run.lost),
                         *_latencies(run.latency, FIGURES)])
    return Table('Figures', ['run', 'sent', 'answered', 'lost',
                             *map(words.title, FIGURES)], rows)


def _settings(run):
    found = {key: value for key, value in run.config.items()
             if key not in OWN and not isinstance(value, (dict, list))}
    found.update({f'server {key}': run.server.get(key)
                  for key in ('service', 'backend', 'version')})
    return found


def _differences(runs):
    """The settings in which runs differ: one in each row, or, of many runs, in
    each column."""
    runs = [run for run in runs if run.config and not run.error]
    sides = [_settings(run) for run in runs]
    keys = dict.fromkeys(key for side in sides for key in side)
    rows = [[str(key), *(words.setting(side.get(key)) for side in sides)]
            for key in keys]
    rows = [row for row in rows if len(set(row[1:])) > 1][:MOST_DIFFERENCES]
    rows.insert(0, ['', *(run.label for run in runs)])
    if len(runs) > MANY:
        rows = list(map(list, zip(*rows[:MANY + 2])))
        rows = rows if len(rows[0]) > 1 else rows[:1]
    return Table('What differs', rows[0], rows[1:],
                 tuple(range(len(rows[0]))))


def _ledgers(runs):
    rows = []
    for run in runs:
        whole = human.number(run.ledger.get('sent'))
        label = run.label
        for name, amount in run.parts:
            rows.append([label, name, human.grouped(amount),
                         human.share(amount / whole) if whole else '-'])
            label = ''
    return Table('What became of what was sent',
                 ['run', '', 'datagrams', 'share'], rows, (0, 1))


def _piece(piece):
    return [words.rate(piece.sent_rate), words.rate(piece.answered_rate),
            human.share(piece.loss), *_latencies(piece.latency, SMALL)]


def _steps(run, runs):
    head = ['planned', 'sent', 'answered', 'lost', *SMALL]
    rows = [[words.rate(step.planned), *_piece(step)] for step in run.steps]
    if not run.is_search:
        return Table(_titled('Steps of the ramp', run, runs), head, rows)
    for row, step in zip(rows, run.steps):
        del row[2]
        row.append(', '.join(filter(None, (step.outcome, step.cause))))
    del head[2]
    return Table(_titled('Trials, by rate', run, runs), [*head, 'outcome'],
                 rows, (0, len(head)))


def _times(run, runs, most):
    pieces = thinned(run.intervals, most)
    title = _titled('Over time', run, runs)
    if len(pieces) < len(run.intervals):
        title += f', {len(run.intervals)} intervals in {len(pieces)}'
    rows = [[f'{piece.start or 0:.1f} s'
             + (' warm-up' if piece.omitted else ''), *_piece(piece)]
            for piece in pieces]
    return Table(title, ['from', 'sent', 'answered', 'lost', *SMALL], rows,
                 whole=True)


def _stages(run, runs):
    rows = [[name, *_latencies(found, STAGE)] for name, found in run.stages
            + [('the whole round trip', run.latency)] * bool(run.stages)]
    return Table(_titled('Stages of a round trip', run, runs),
                 ['stage', *STAGE], rows)


def _case(row):
    return [f'{row.get("stress")} {row.get("case")}',
            str(row.get('verdict')).replace('_', ' ')]


def _stress(run, runs):
    """The cases that need attention."""
    rows = [[*_case(row), str(row.get('why') or row.get('expected') or '')]
            for row in run.rows if row.get('verdict') != GOOD]
    return Table(_titled('Cases that were not as expected', run, runs),
                 ['case', 'verdict', 'why'], rows, (0, 1, 2))


def _cases(run, runs):
    rows = [[*_case(row), human.grouped(row.get('packets')),
             human.grouped(row.get('answered')),
             str(row.get('expected') or '')] for row in run.rows]
    return Table(_titled('All cases', run, runs),
                 ['case', 'verdict', 'packets', 'answered', 'expected'], rows,
                 (0, 1, 4), whole=True)
