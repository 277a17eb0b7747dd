# SPDX-License-Identifier: MIT
"""Rows and their texts, shared by all renderers."""
import json
from dataclasses import dataclass

from .. import human
from ..file.view import keyed, listed
from ..metrics import metric
from ..outcomes import INCONCLUSIVE, REGRESSION

CALIBRATION_HEAD = ('workload', 'metric', 'blocks', 'sd', 'floor',
                    'recommended')
KNOWN = {'calibration': ('rows',), 'selftest': ('aa', 'inject', 'replay',
                                                'seed')}


def difference(found):
    """Texts for the figures of a verdict or of its second analysis."""
    return (human.percent(found.get('estimate')),
            human.interval(found.get('interval')),
            str(found.get('blocks') or ''),
            human.percent(found.get('sd'), sign=False))


def cell(view, kind, found):
    """Texts for a cell of a run."""
    ratio = keyed(found.get('ratio'))
    ends = human.ends([ratio.get('low'), ratio.get('high')])
    return {'workload': str(found.get('workload')), 'who': view.who(found),
            'median': kind.show(found.get('median')),
            'span': human.span(kind.show, found.get('low'),
                               found.get('high')),
            'trials': found.get('trials', ''),
            'ratio': human.ratio(ratio.get('value')) if ratio else '',
            'ratio_span': f'{ends[0]:.2f} .. {ends[1]:.2f}'
            if None not in ends else '',
            'to': view.arm_label(ratio.get('to')) if ratio else ''}


def calibration(view):
    """Rows of texts, in the columns of CALIBRATION_HEAD."""
    found = listed(keyed(view.document.get('calibration')).get('rows'))
    return [(str(row.get('workload')), metric(row.get('metric')).title,
             str(row.get('blocks', human.NOTHING)),
             human.percent(row.get('sd'), sign=False),
             human.percent(row.get('floor'), sign=False),
             _recommended(row)) for row in found if isinstance(row, dict)]


def _recommended(row):
    amount = row.get('recommended')
    return human.NOTHING if amount is None else f'{amount} blocks'


@dataclass
class Proof:
    title: str
    text: str
    verdict: str
    row: dict


def selftest(view):
    found = keyed(view.document.get('selftest'))
    rows = []
    same = keyed(found.get('aa'))
    if same:
        rows.append(_proof('identical code', same, 'false_positives',
                           'called worse'))
    for row in listed(found.get('inject')):
        if isinstance(row, dict):
            rows.append(_proof(f'{row.get("percent")} % slower', row,
                               'detected', 'found'))
    for row in listed(found.get('replay')):
        if isinstance(row, dict):
            rows.append(_replay(row))
    return rows


def claims(view):
    """One row per claim: its bound, what was measured, and the verdict."""
    found = []
    for row in view.claims:
        unit = f' {row.get("unit") or ""}'.rstrip()
        sign = '>=' if row.get('least') else '<='
        title = f'{row.get("text")} {sign} {_figure(row.get("bound"))}{unit}'
        text = f'{_figure(row.get("measured"))}{unit}'
        low, high = human.ends(row.get('interval'))
        if None not in (low, high):
            text += f' [{_figure(low)}, {_figure(high)}]'
        if row.get('rounds'):
            text += f', {human.count(row["rounds"], "round")}'
        if row.get('why'):
            text += f': {row["why"]}'
        found.append(Proof(title, text, str(row.get('verdict') or ''), row))
    return found


def _figure(value):
    value = human.number(value)
    return human.NOTHING if value is None else human.trimmed(value)


def _replay(row):
    """The result of tossing the coins of a file again. The arms are equal, so
    every REGRESSION is a false alarm."""
    said = keyed(row.get('verdicts'))
    return _proof(f'{row.get("file")}, new coins', {
        'comparisons': row.get('rounds'), 'red': said.get(REGRESSION),
        'inconclusive': said.get(INCONCLUSIVE),
        'interval': row.get('interval')}, 'red', 'called worse')


def _proof(title, row, key, word):
    total, hits = row.get('comparisons'), row.get(key)
    text = f'{hits} of {total} {word}'
    low, high = human.ends(row.get('interval'))
    if low is not None and high is not None:
        level = human.share(row.get('level', 0.95))
        text += f' ({level} interval {human.share(low)} to ' \
            f'{human.share(high)})'
    if row.get('inconclusive'):
        text += f', {row["inconclusive"]} inconclusive'
    if human.number(row.get('measured')) is not None:
        text += f', measured {human.percent(row["measured"])}'
    if row.get('why'):
        text += f'. {row["why"]}'
    return Proof(title, text, str(row.get('verdict') or ''), row)


def rest(view, part):
    """Yields (key, text) for what the rows do not show."""
    for key, value in keyed(view.document.get(part)).items():
        if key in KNOWN[part] or value is None:
            continue
        if human.number(value) is not None:
            value = human.trimmed(value, 4)
        elif not isinstance(value, str):
            value = json.dumps(value, sort_keys=True)
        yield str(key), value
