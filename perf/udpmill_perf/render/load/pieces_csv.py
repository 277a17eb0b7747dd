# SPDX-License-Identifier: MIT
"""Runs in CSV: one line per interval, step or trial."""
from ...file.load_view import Runs


def rows(view):
    """Dicts, with the columns of the CSV of trials where they fit."""
    for run in Runs(view).all if view.kind == 'load' else ():
        what = 'trial' if run.is_search else 'step'
        for part, pieces in ('interval', run.intervals), (what, run.steps):
            for place, piece in enumerate(pieces):
                yield {'file': run.file, 'kind': view.kind, 'id': place,
                       'arm_label': run.label, 'part': part,
                       **_numbers(piece)}


def _numbers(piece):
    found = {'start_s': piece.start, 'window_s': piece.seconds,
             'phase': 'warm' if piece.omitted else '', 'sent': piece.sent,
             'answered': piece.answered, 'lost': piece.lost,
             'sent_per_second': piece.sent_rate,
             'planned_per_second': piece.planned, 'outcome': piece.outcome,
             **{f'latency_ns.{key}': value
                for key, value in piece.latency.items()}}
    return {key: '' if value is None else value
            for key, value in found.items()}
