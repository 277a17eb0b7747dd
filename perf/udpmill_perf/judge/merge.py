# SPDX-License-Identifier: MIT
"""Comparing two kernels, which cannot be in one block: the unit is the boot.

What differs between boots (where in memory things are, what runs on which CPU)
is the same for all trials of a boot. So a boot counts once, by its median. The
two groups of boots are compared by the exact rank-sum test, with the margins
and the rule of a comparison's confirmation."""
import math
import statistics

from .. import outcomes
from ..errors import INVALID, PerfError
from ..file import document
from . import evidence, pairs, plan, sentences, verdict

LEAST_BOOTS = 8  # a side
SIDES = ('A', 'B')


def chosen_arm(run, name, path):
    """The arm that is compared: by name or label, or the first."""
    for arm in run['arms']:
        if name in (None, arm['name'], arm.get('label')):
            return arm
    known = ', '.join(arm.get('label') or arm['name'] for arm in run['arms'])
    raise PerfError(f'{path}: no arm "{name}"; it has {known or "none"}')


def are_too_few(trials, invalid):
    """Whether so many of a boot's trials cannot be used that it cannot."""
    return not trials or 4 * invalid > len(trials)


def cell(run, arm, workload, metric, path):
    """A boot's VALID and SUSPECT values of one metric. A value of zero has no
    logarithm, and counts as INVALID."""
    trials = [trial for trial in run['trials']
              if trial['workload'] == workload and trial['arm'] == arm]
    invalid = sum(trial['validity'] == outcomes.INVALID
                  or trial['metrics'].get(metric) == 0 for trial in trials)
    if are_too_few(trials, invalid):
        raise PerfError(f'{path}: {workload}: {invalid} of {len(trials)} '
                        'trials cannot be used; leave this boot out', INVALID)
    found = {'workload': workload, 'metric': metric, 'invalid': invalid}
    for key, kind in (('values', outcomes.VALID),
                      ('suspect_values', outcomes.SUSPECT)):
        all_of = [trial['metrics'].get(metric) for trial in trials
                  if trial['validity'] == kind]
        found[key] = [value for value in all_of if value]
    found['ln_median'] = ln_median(found['values'] + found['suspect_values'])
    return found


def ln_median(values):
    return statistics.median(map(math.log, values)) if values else None


def boot(run, arm_name, side, path):
    """What the merged document keeps of a file."""
    arm = chosen_arm(run, arm_name, path)['name']
    metrics = plan.setting(run['design'], 'metrics')
    return {
        'arm': side, 'boot_id': run['environment']['before']['boot.id'],
        'file': str(path), 'started': run['started'],
        'cells': [cell(run, arm, workload['name'], metric, path)
                  for workload in run['workloads'] for metric in metrics],
    }


def _ln(boots, side, workload, metric, suspect):
    found = []
    for item in boots:
        for cell in item['cells']:
            if (item['arm'], cell['workload'], cell['metric']) == (
                    side, workload, metric):
                kept = cell['values'] + (cell['suspect_values'] if suspect
                                         else [])
                found.append(ln_median(kept))
    return found


def _figures(design, boots, workload, metric, suspect=True):
    """The figures, and the number of boots of A and B; d > 0 means that B is
    worse."""
    a, b = ([ln for ln in _ln(boots, side, workload, metric, suspect)
             if ln is not None] for side in SIDES)
    if not pairs.larger_is_better(metric):
        a, b = [-ln for ln in a], [-ln for ln in b]
    return evidence.of_groups(design, a, b), [len(a), len(b)]


def _too_few(sizes):
    if min(sizes) >= LEAST_BOOTS:
        return None
    return (f'{sizes[0]} boots of A and {sizes[1]} of B: it takes '
            f'{LEAST_BOOTS} a side to tell a change from a boot.')


def _unreached(boots, workload, metric, sizes):
    """The reason why the rule cannot be applied, or None."""
    gaps = sum(ln is None for side in SIDES
               for ln in _ln(boots, side, workload, metric, True))
    if gaps:
        return sentences.unmeasured(gaps, gaps + sum(sizes), 'boots')
    return _too_few(sizes)


def _decide(design, f, both, why):
    return (outcomes.INCONCLUSIVE if why
            else verdict.decide(design, 'boots', f, *both))


def _beside(design, boots, tests):
    """The second analysis, of VALID trials only."""
    found = [_figures(design, boots, *test, suspect=False) for test in tests]
    adjusted = verdict.adjusted(['boots'] * len(tests), [f for f, _ in found])
    return [{'blocks': f.n, 'estimate': f.estimate,
             'interval': [f.low, f.high],
             'verdict': _decide(design, f, both, _too_few(sizes))}
            for (f, sizes), both in zip(found, adjusted)]


def judge(merged):
    """(verdicts, overall) of a merged document."""
    design, boots = merged['design'], merged['boots']
    tests = [(workload['name'], metric) for workload in merged['workloads']
             for metric in plan.setting(design, 'metrics')]
    found = [_figures(design, boots, *test) for test in tests]
    adjusted = verdict.adjusted(['boots'] * len(tests), [f for f, _ in found])
    suspect = any(cell['suspect_values'] for item in boots
                  for cell in item['cells'])
    beside = _beside(design, boots, tests) if suspect else None
    verdicts = []
    for i, (test, (f, sizes), both) in enumerate(zip(tests, found, adjusted)):
        item = verdict.entry(design, test, 'boots', f, *both, len(tests))
        why = _unreached(boots, *test, sizes)
        item.update(boots=sizes, verdict=_decide(design, f, both, why),
                    without_suspect=beside and beside[i])
        item['why'] = why or verdict.explain(design, item, f, 'boots a side')
        verdicts.append(item)
    return verdicts, verdict.overall(verdicts, merged['aa'])


def design(metrics, workloads, ignore, tolerance):
    """The rule, which is fixed before anything is looked at."""
    return {'unit': 'boot', 'least_boots': LEAST_BOOTS,
            'metrics': list(metrics), 'workloads': list(workloads),
            'ignore': ignore, 'tolerance': tolerance,
            'alpha_red': plan.DEFAULTS['alpha_red'],
            'alpha_pass': plan.DEFAULTS['alpha_pass']}


def combine(sides, arm, version, argv, ignore, tolerance):
    """The merged document. sides: for A and B, the (path, run) of each boot.
    boots.check() has found that they can be compared."""
    first = [runs[0][1] for runs in sides]
    arms = [{**chosen_arm(run, arm, runs[0][0]), 'name': side}
            for side, run, runs in zip(SIDES, first, sides)]
    chosen = {**design(plan.setting(first[0]['design'], 'metrics'),
                       [w['name'] for w in first[0]['workloads']], ignore,
                       tolerance),
              'of': first[0]['design_sha256']}
    merged = document.new('merge', version, argv, first[0]['seed'], chosen)
    merged.update(
        arms=arms, workloads=first[0]['workloads'], complete=True,
        boots=[boot(run, arm, side, path) for side, runs in zip(SIDES, sides)
               for path, run in runs])
    return merged
