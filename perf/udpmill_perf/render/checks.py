# SPDX-License-Identifier: MIT
"""A document as a list of checks, for KTAP, JUnit XML and annotations.

A check is a workload and a metric. INCONCLUSIVE is neither a success nor a
failure, but these formats have no such result, so the user chooses what it
becomes; `skip` by default.
"""
from .. import human, outcomes
from ..file.view import keyed, listed
from ..metrics import metric
from ..outcomes import IMPROVED, INCONCLUSIVE, INVALID, PASS, REGRESSION
from . import headline, proof
from .check import CHOICES, ERROR, FAIL, OK, SKIP, Check
from .count import checks as counted
from .load import checks as loaded


def checks(view, inconclusive='skip'):
    found = PARTS.get(view.kind, _cells)(view, inconclusive)
    if view.verdict == INVALID and not any(
            check.outcome == ERROR for check in found):
        found.append(Check('measurement', 'validity', ERROR, INVALID,
                           headline.sentence(view)))
    for row in listed(view.skipped):
        if isinstance(row, dict):
            found.append(Check(str(row.get('what') or '?'), 'skipped', SKIP,
                               '', str(row.get('why') or 'no reason given')))
    return found


def _outcome(view, row, inconclusive):
    if view.verdict == INVALID or row.verdict == INVALID:
        return ERROR
    if view.aa:
        return OK if row.verdict else SKIP
    return {PASS: OK, IMPROVED: OK, REGRESSION: FAIL,
            INCONCLUSIVE: CHOICES[inconclusive]}.get(row.verdict, SKIP)


def _paired(view, inconclusive):
    found = []
    for row in view.judged:
        outcome = _outcome(view, row, inconclusive)
        why = str(row.row.get('why') or '')
        if not row.verdict:
            why = f'not judged: {view.stopped}' if not view.complete \
                else 'not judged'
        if outcome == ERROR and not row.verdict:
            why = headline.sentence(view)
        found.append(Check(
            row.workload, row.metric.title, outcome,
            row.verdict or (INVALID if outcome == ERROR else ''),
            why, paired_lines(view, row), paired_numbers(row)))
    return found


def paired_lines(view, row):
    if not row.verdict:
        return []
    lines = [f'B worse by {human.percent(row.estimate)}, '
             f'{human.share(row.row.get("level"))} interval '
             f'{human.interval(row.row.get("interval"))} %, '
             f'{human.count(row.blocks, view.unit)}, sd '
             f'{human.percent(row.row.get("sd"), sign=False)}']
    if row.base is not None and row.other is not None:
        lines.append(f'{row.metric.name}: A {row.base:.10g} '
                     f'B {row.other:.10g}')
    other = row.without
    if other:
        lines.append(
            f'without {row.doubtful(view.unit)}: '
            f'{human.percent(other.get("estimate"))} '
            f'{human.interval(other.get("interval"))} % '
            f'{other.get("verdict") or ""}'.rstrip())
    take = headline.would_take(view, row)
    return lines + ([take] if take else [])


def paired_numbers(row):
    low, high = row.interval
    ln = {'worse': row.estimate, 'low': low, 'high': high,
          **{key: row.row.get(key) for key in ('sd', 'ignore', 'tolerance',
                                               'visible_effect')}}
    found = {'metric': row.metric.name, 'median_a': row.base,
             'median_b': row.other,
             **{f'{key}_percent': human.as_percent_of(value)
                for key, value in ln.items()},
             **{key: row.row.get(key) for key in (
                 'level', 'blocks', 'p', 'p_holm', 'blocks_needed',
                 'phase')}}
    return {key: value for key, value in found.items() if value is not None}


def _cells(view, inconclusive):
    found = []
    for cell in view.cells:
        kind = metric(cell.get('metric'))
        several = len(view.arm_names) > 1
        name = f'{view.who(cell)}, {kind.title}' if several else kind.title
        median = human.number(cell.get('median'))
        ratio = keyed(cell.get('ratio'))
        numbers = {'metric': kind.name, 'trials': cell.get('trials'),
                   'median': median, 'low': cell.get('low'),
                   'high': cell.get('high'), 'ratio': ratio.get('value'),
                   'ratio_to': ratio.get('to')}
        span = human.span(kind.show, cell.get('low'), cell.get('high'))
        line = f'median {kind.show(median)}, {span}, ' \
            f'{human.count(cell.get("trials", 0), "trial")}'
        if ratio:
            line += f', {human.ratio(ratio.get("value"))} of ' \
                f'{view.arm_label(ratio.get("to"))}'
        found.append(Check(
            str(cell.get('workload')), name, ERROR if median is None else OK,
            '', 'no valid trial' if median is None else '', [line],
            {key: value for key, value in numbers.items()
             if value is not None}))
    return found + _claims(view, inconclusive) or _unmeasured(view)


def _unmeasured(view):
    why = 'not measured' if view.complete else f'not measured: {view.stopped}'
    return [Check(name, 'measurement', SKIP, '', why)
            for name in view.workloads]


def _calibration(view, _):
    found = []
    source = listed(keyed(view.document.get('calibration')).get('rows'))
    for row, told in zip(proof.calibration(view), source):
        lines = [f'{head} {text}' for head, text
                 in zip(proof.CALIBRATION_HEAD[2:], row[2:])]
        numbers = {key: value for key, value in told.items()
                   if human.number(value) is not None}
        found.append(Check(row[0], row[1], OK, '', '', [', '.join(lines)],
                           numbers))
    return found or _unmeasured(view)


def _claims(view, inconclusive):
    return _proofs('claims', proof.claims(view), inconclusive)


def _selftest(view, inconclusive):
    return _proofs('selftest', proof.selftest(view),
                   inconclusive) or _unmeasured(view)


def _proofs(suite, rows, inconclusive):
    said = {outcomes.FAIL: FAIL, INCONCLUSIVE: CHOICES[inconclusive]}
    found = []
    for row in rows:
        numbers = {key: value for key, value in row.row.items()
                   if human.number(value) is not None}
        found.append(Check(suite, row.title, said.get(row.verdict, OK),
                           row.verdict, str(row.row.get('why') or row.text),
                           [row.text], numbers))
    return found


PARTS = {'compare': _paired, 'merge': _paired, 'run': _cells,
         'calibrate': _calibration, 'selftest': _selftest,
         'count': counted.checks, 'load': loaded.checks}
