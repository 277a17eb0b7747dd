# SPDX-License-Identifier: MIT
"""Runs as checks, for KTAP, JUnit XML and annotations: one for each run, and
one for each case of --stress."""
from ... import human
from ...file.load_view import Runs
from ...outcomes import FAIL as SAID
from ..check import ERROR, FAIL, OK, SKIP, Check
from . import words

NAME = 'load'
OUTCOMES = {'failed': FAIL, 'skipped': SKIP, 'cut': SKIP}


def checks(view, _inconclusive='skip'):
    return [check for run in Runs(view).all
            for check in (_run(run), *_cases(run))]


def _run(run):
    bad = run.complaints
    outcome = ERROR if run.error else FAIL if bad else OK
    return Check(run.label, NAME, outcome, SAID if bad else '',
                 '; '.join(bad), [words.about(run), words.of_run(run)],
                 _numbers(run))


def _numbers(run):
    lost = run.lost
    found = {f'{what}_per_second': run.rate(what)
             for what in ('sent', 'answered', 'delivered')}
    found['lost_percent'] = None if lost is None else 100 * lost
    found.update({f'latency_{key}_ns': value
                  for key, value in run.latency.items()
                  if key != 'count'})
    found['capacity'] = human.number(run.document.get('capacity'))
    return {key: value for key, value in found.items() if value is not None}


def _cases(run):
    return [Check(run.label, f'{row.get("stress")} {row.get("case")}',
                  OUTCOMES.get(row.get('verdict'), OK),
                  SAID if row.get('verdict') == 'failed' else '',
                  str(row.get('why') or ''),
                  [str(row['expected'])] if row.get('expected') else [])
            for row in run.rows]
