# SPDX-License-Identifier: MIT
"""What the page of a count needs, beside what every page does."""
from ... import human
from ...file.count_view import Counts
from ..ink import TONES
from . import words

MOST = 100                  # functions of a workload in the table


class Counted:
    """The texts that count.html.j2 needs."""

    def __init__(self, view):
        self.view = view
        self.counts = Counts(view)
        self.two = self.counts.two
        self.limits = words.LIMITS
        self.by = self.counts.by

    def results(self):
        return [self._result(row) for row in self.counts.results
                if row.a or row.row]

    def _result(self, row):
        return {
            'workload': row.workload, 'verdict': row.verdict,
            'tone': TONES.get(row.verdict, 'dim'), 'why': row.why,
            'a': human.figure(row.figure('a')),
            'b': human.figure(row.figure('b')),
            'change': human.hundredths(row.estimate),
            'residue': human.hundredths(row.residue, sign=False),
            'seeds': str(row.a.get('seeds') or ''),
            'consists': words.consists(self.counts, row),
            'excluded': words.excluded(self.counts, row)}

    def functions(self):
        """[(workload, how many, rows, notes)]: all that can be told apart."""
        found = []
        for workload in self.view.workloads:
            parts = self.counts.functions(workload)
            if parts:
                found.append((workload, len(parts), [
                    self._part(part) for part in parts[:MOST]],
                    words.nameless(parts[:MOST])))
        return found

    def _part(self, part):
        return {
            'name': part.name, 'group': part.group,
            'a': human.figure(part.a.instructions),
            'b': human.figure(part.b.instructions),
            'difference': human.figure(part.difference, sign=True),
            'calls': self._pair(part.a.calls, part.b.calls, words.each),
            'each': self._pair(part.a.each, part.b.each, human.trimmed)}

    def _pair(self, a, b, write):
        return words.pair(self.counts, a, b, write).replace('->', '→')

    def machine(self):
        return [(str(key).replace('_', ' '), str(value))
                for key, value in self.counts.machine.items()]

    def boots(self):
        return [self._boot(*boot) for boot in self.counts.boots()]

    def _boot(self, arm, seed, twin, seconds, workload, windows):
        numbers = [str(window.get(key, ''))
                   for key in ('datagrams', 'instructions')
                   for window in (*windows, {}, {})[:2]]
        return {'arm': self.view.arm_label(arm),
                'seed': f'{seed}{", again" if twin else ""}',
                'seconds': human.clock(seconds), 'workload': workload,
                'numbers': numbers}
