# SPDX-License-Identifier: MIT
"""A view of a document for the renderers.

Missing parts are empty here and raise no exception, so that an interrupted run
is rendered like a complete one.
"""
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from .. import human
from ..metrics import Metric, metric
from ..outcomes import INVALID, VALID

PAIRED = ('compare', 'merge')


def listed(value):
    return value if isinstance(value, list) else []


def keyed(value):
    return value if isinstance(value, dict) else {}


class Told:
    """What self.row, of a document's verdicts, says. It may be empty."""

    @property
    def why(self):
        return str(self.row.get('why') or '')

    @property
    def estimate(self):
        return human.number(self.row.get('estimate'))


@dataclass
class Judged(Told):
    """The result for a workload and a metric that is judged."""
    workload: str
    metric: Metric
    verdict: str                  # '' when there is none
    row: dict                     # of the document's verdicts; may be empty
    base: float | None            # median of A; both are None where they
    other: float | None           # would contradict the estimate

    @property
    def interval(self):
        return human.ends(self.row.get('interval'))

    @property
    def blocks(self):
        return self.row.get('blocks') or 0

    @property
    def without(self):
        return keyed(self.row.get('without_suspect'))

    @property
    def left_out(self):
        """The number of blocks that the second analysis leaves out. It is 0
        for merged boots, in which single trials may be left out."""
        return max(0, self.blocks - (self.without.get('blocks') or 0))

    def doubtful(self, unit):
        if not self.left_out:
            return 'suspect trials'
        return human.count(self.left_out, f'suspect {unit}')


# The phases of the blocks that a verdict of this phase is from.
PHASES = {'screen': ('screen',), 'extend': ('screen', 'extend'),
          'confirm': ('confirm',)}
IGNORED = 0.00995      # in documents that do not say what is ignored

FIGURES = re.compile(r' \(\d[^()]*\)')


def _median(values):
    return median(values) if values else None


def _contradict(kind, row, base, other):
    """Whether one of them says that B is better, and the other that it is
    worse, and this is about more than what is ignored."""
    estimate = human.number(row.get('estimate'))
    if estimate is None or kind.larger_better is None \
            or min(base or 0, other or 0) <= 0:
        return False
    worse = math.log(base / other) * (1 if kind.larger_better else -1)
    ignore = human.number(row.get('ignore'))
    return worse * estimate < 0 and max(abs(worse), abs(estimate)) > (
        IGNORED if ignore is None else ignore)


class View:
    def __init__(self, document, name=''):
        self.document = keyed(document)
        self.name = str(name)
        self.kind = str(self.document.get('kind') or 'run')
        self.paired = self.kind in PAIRED
        self.verdict = self.document.get('verdict')
        self.design = keyed(self.document.get('design'))
        self.aa = self.document.get('aa') is True
        self.arms, self.trials, self.blocks, self.boots, self.claims = (
            [entry for entry in listed(self.document.get(part))
             if isinstance(entry, dict)]
            for part in ('arms', 'trials', 'blocks', 'boots', 'claims'))
        self.cells = listed(self.document.get('cells'))
        self.latency = listed(self.document.get('latency'))
        self.skipped = listed(self.document.get('skipped'))
        self.notes = [str(note) for note
                      in listed(self.document.get('notes'))]
        self.environment = keyed(self.document.get('environment'))
        self.unit = 'boot' if self.kind == 'merge' else 'block'

    @property
    def complete(self):
        return self.document.get('complete') is not False \
            and not self.document.get('stopped')

    @property
    def stopped(self):
        return self.document.get('stopped') or 'still running, or killed'

    @cached_property
    def workload(self):
        """Workloads by name, in the document's order, with those that are only
        mentioned."""
        found = {}
        for entry in listed(self.document.get('workloads')) \
                + listed(self.design.get('workloads')):
            if isinstance(entry, dict):
                found.setdefault(str(entry.get('name')), entry)
            else:
                found.setdefault(str(entry), {})
        for part in 'trials', 'verdicts', 'cells', 'latency':
            for entry in listed(self.document.get(part)):
                if 'workload' in entry:
                    found.setdefault(str(entry['workload']), {})
        return found

    @property
    def workloads(self):
        return list(self.workload)

    @cached_property
    def arm_names(self):
        names = [str(arm.get('name')) for arm in self.arms]
        for part in self.trials, self.cells, self.latency:
            for entry in part:
                name = str(entry.get('arm'))
                if 'arm' in entry and name not in names:
                    names.append(name)
        return names

    def arm_label(self, name):
        for arm in self.arms:
            if str(arm.get('name')) == str(name):
                return str(arm.get('label') or name)
        return str(name)

    def who(self, entry):
        """The arm or the peer that a cell or a trial belongs to."""
        peer = self.workload.get(str(entry.get('workload')), {}).get('peer')
        return str(peer) if peer else self.arm_label(entry.get('arm'))

    def arm_title(self, name):
        label = self.arm_label(name)
        return label if label == str(name) else f'{name} {label}'

    @cached_property
    def metrics(self):
        """The judged metrics first, then all others that have figures."""
        names = [str(name) for name in listed(self.design.get('metrics'))]
        for part in listed(self.document.get('verdicts')) + self.cells:
            names.append(str(part.get('metric')))
        for trial in self.trials:
            names += [name for name, value
                      in keyed(trial.get('metrics')).items()
                      if human.number(value) is not None]
        return [metric(name) for name in dict.fromkeys(names)
                if name != 'None']

    @cached_property
    def tables(self):
        """[(metric, its cells)], in the document's order."""
        found = {}
        for cell in self.cells:
            found.setdefault(str(cell.get('metric')), []).append(cell)
        return [(metric(name), cells) for name, cells in found.items()]

    @cached_property
    def _warm(self):
        return {id for block in self.blocks
                if block.get('phase') == 'warm' or block.get('used') is False
                for id in listed(block.get('trials'))}

    def is_warm(self, trial):
        return trial.get('id') in self._warm

    def kept(self, workload=None, arm=None):
        """Trials of the main analysis, without INVALID and warm-up ones."""
        return [trial for trial in self.trials
                if trial.get('validity') != INVALID
                and not self.is_warm(trial)
                and workload in (None, trial.get('workload'))
                and arm in (None, trial.get('arm'))]

    def values(self, workload, arm, name):
        found = [human.number(keyed(trial.get('metrics')).get(name))
                 for trial in self.kept(workload, arm)]
        found += [value for boot in self.boots if boot.get('arm') == arm
                  for value in self.of_boot(boot, workload, name)]
        return [value for value in found if value is not None]

    @staticmethod
    def of_boot(boot, workload, name):
        """The medians of a boot. A merged document has no trials."""
        return [math.exp(cell['ln_median'])
                for cell in listed(boot.get('cells'))
                if (cell.get('workload'), cell.get('metric'))
                == (workload, name)
                and human.number(cell.get('ln_median')) is not None]

    def median(self, workload, arm, name):
        return _median(self.values(workload, arm, name))

    def _of_blocks(self, row, name, arm):
        """The values in the blocks that a verdict is from."""
        ids = {id for block in self.blocks
               if block.get('workload') == row.get('workload')
               and block.get('used') is True
               and block.get('phase') in PHASES[row['phase']]
               and human.number(keyed(block.get('d')).get(name)) is not None
               for id in listed(block.get('trials'))}
        found = [human.number(keyed(trial.get('metrics')).get(name))
                 for trial in self.kept(row.get('workload'), arm)
                 if trial.get('id') in ids]
        return [value for value in found if value is not None]

    def _figures(self, workload, name, row, arms):
        """The medians of both arms, from the values that the estimate is from.
        The estimate is from pairs, and medians are not, so that with few
        blocks they may contradict it: then there are none."""
        if str(row.get('phase')) in PHASES:
            sides = [_median(self._of_blocks(row, name, arm)) for arm in arms]
        else:
            sides = [self.median(workload, arm, name) for arm in arms]
        return (None, None) if _contradict(metric(name), row, *sides) \
            else sides

    @cached_property
    def judged(self):
        """All workloads and judged metrics, each with its last verdict."""
        rows = {}
        names = [str(name) for name in listed(self.design.get('metrics'))]
        for workload in self.workloads:
            if not self.workload[workload].get('peer'):
                rows.update({(workload, name): {} for name in names})
        for row in listed(self.document.get('verdicts')):
            rows[str(row.get('workload')), str(row.get('metric'))] = row
        base, other = (self.arm_names + ['A', 'B'])[:2] \
            if len(self.arm_names) != 1 else ('A', 'B')
        return [Judged(workload, metric(name), str(row.get('verdict') or ''),
                       row, *self._figures(workload, name, row,
                                           (base, other)))
                for (workload, name), row in rows.items()]

    @cached_property
    def levels(self):
        found = {row.row.get('level') for row in self.judged} - {None}
        return sorted(found)

    @property
    def changes(self):
        """(key, before, after) of what changed during the measurement."""
        before = keyed(self.environment.get('before'))
        after = keyed(self.environment.get('after'))
        return [(str(key), str(before.get(key, 'absent')),
                 str(after.get(key, 'absent')))
                for key in listed(self.environment.get('changed'))]

    @cached_property
    def validity(self):
        return Counter(str(trial.get('validity')) for trial in self.trials)

    @cached_property
    def reasons(self):
        """Why trials are SUSPECT or INVALID, most frequent reason first. The
        figures in brackets, which differ between trials, are removed."""
        found = Counter()
        for trial in self.trials:
            if trial.get('validity') != VALID:
                told = [str(r) for r in listed(trial.get('reasons'))]
                if trial.get('error') and str(trial['error']) not in told:
                    told.append(str(trial['error']))
                for reason in told:
                    found[str(trial.get('validity')),
                          FIGURES.sub('', reason)] += 1
        return found.most_common()
