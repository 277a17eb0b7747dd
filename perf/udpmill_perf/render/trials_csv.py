# SPDX-License-Identifier: MIT
"""CSV (RFC 4180): one line per trial, one column per number.

A merged document and a count have no trials; they give one line per boot and
workload, with medians, or with what was counted in its windows. Runs of load
give one line per interval, step or trial.
"""
import csv
import io

from .. import human
from ..file.view import View, keyed, listed
from .count import boots_csv
from .load import pieces_csv

FIRST = ('file', 'kind', 'id', 'workload', 'arm', 'arm_label', 'block',
         'phase', 'order', 'place', 'start_s', 'validity', 'reasons',
         'error', 'window_s')
LATENCY = ('count', 'mean', 'p50', 'p90', 'p99', 'p999', 'max')


def render(documents):
    rows, columns = [], {}
    for name, document in documents:
        view = View(document, name)
        blocks = {id: block for block in view.blocks
                  for id in listed(block.get('trials'))}
        for trial in view.trials:
            row = _first(view, trial, blocks.get(trial.get('id'), {}))
            row.update(_numbers(trial))
            rows.append(row)
        rows += _boots(view)
        rows += [{key: _text(value) for key, value in row.items()}
                 for row in (*boots_csv.rows(view), *pieces_csv.rows(view))]
    for row in rows:
        columns.update(dict.fromkeys(row))
    names = list(FIRST) + [name for name in columns if name not in FIRST]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval='', lineterminator='\r\n')
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _first(view, trial, block):
    row = {'file': view.name, 'kind': view.kind,
           'arm_label': view.who(trial), 'phase': block.get('phase'),
           'order': block.get('order'),
           'reasons': '; '.join(map(str, listed(trial.get('reasons'))))}
    for key in FIRST:
        row.setdefault(key, trial.get(key))
    return {key: '' if value is None else _text(value)
            for key, value in row.items()}


def _boots(view):
    rows = []
    for boot in view.boots:
        for workload in view.workloads:
            found = {kind.name: view.of_boot(boot, workload, kind.name)
                     for kind in view.metrics}
            if not any(found.values()):
                continue
            row = dict.fromkeys(FIRST, '')
            row.update(file=_text(str(boot.get('file') or '')),
                       kind=view.kind, workload=_text(workload),
                       arm=_text(str(boot.get('arm'))),
                       arm_label=_text(view.arm_label(boot.get('arm'))))
            row.update({f'metrics.{name}': values[0]
                        for name, values in found.items() if values})
            rows.append(row)
    return rows


def _text(value):
    """Quotes a text that a spreadsheet would take for a formula."""
    if isinstance(value, str) and value[:1] in ('=', '+', '-', '@', '\t'):
        return "'" + value
    return value


def _numbers(trial):
    """Dotted columns: metrics, cpu, ledger, slices, latency."""
    found = {}
    for part in 'metrics', 'cpu', 'ledger':
        for key, value in keyed(trial.get(part)).items():
            if isinstance(value, dict):
                found[f'{part}.{key}'] = sum(
                    human.number(one) or 0 for one in value.values())
            elif isinstance(value, bool):
                found[f'{part}.{key}'] = int(value)
            else:
                found[f'{part}.{key}'] = '' if value is None else value
    latency = keyed(trial.get('latency_ns'))
    for key in LATENCY:
        found[f'latency_ns.{key}'] = latency.get(key, '')
    for place, piece in enumerate(listed(trial.get('slices'))):
        found[f'slice{place}.datagrams'] = keyed(piece).get('datagrams', '')
    return found
