# SPDX-License-Identifier: MIT
"""Counted instructions in CSV: one line per boot and workload."""
from ... import human
from ...file.count_view import Counts

NUMBERS = ('datagrams', 'instructions', 'user', 'kernel', 'iterations',
           'switches')


def rows(view):
    """Dicts, with the columns of the CSV of trials where they fit."""
    counts = Counts(view)
    for place, (arm, seed, twin, seconds, workload, windows) in enumerate(
            counts.boots()):
        row = {'file': view.name, 'kind': view.kind, 'id': place,
               'workload': workload, 'arm': arm,
               'arm_label': view.arm_label(arm), 'window_s': '',
               'seed': seed, 'twin': int(twin), 'boot_s': seconds}
        for number, window in enumerate(windows, 1):
            for key in NUMBERS:
                row[f'window{number}.{key}'] = window.get(key, '')
            tasks = window.get('left_out')
            row[f'window{number}.left_out'] = sum(
                value for value in tasks.values()
                if human.number(value) is not None) \
                if isinstance(tasks, dict) else ''
        yield row
