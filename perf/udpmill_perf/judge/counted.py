# SPDX-License-Identifier: MIT
"""What a boot counted of a workload: the difference of its two windows, in
which everything that only begins and ends a window cancels out."""
from dataclasses import dataclass
from statistics import fmean, median

FIGURES = ('instructions', 'user', 'kernel', 'iterations')


@dataclass(frozen=True)
class Counted:
    """Whole numbers, of so many datagrams. functions: (name, group) ->
    [instructions, calls, iterations]; without: instructions of the groups
    that the design leaves out, which are not in `instructions`; left_out:
    those of other tasks, per datagram."""
    datagrams: int
    instructions: int
    user: int
    kernel: int
    iterations: int
    without: int
    left_out: dict
    functions: dict

    def each(self, name):
        """A figure by its name, per datagram."""
        return getattr(self, name) / self.datagrams


def of(boot, workload, without=()):
    """None if the boot has no usable figure of the workload."""
    found = boot['workloads'].get(workload)
    if not found:
        return None
    first, second = found['windows']
    sums = {key: second[key] - first[key]
            for key in ('datagrams', *FIGURES)}
    functions = {}
    for name, group, *numbers in found['functions']:
        row = functions.setdefault((name, group), [0, 0, 0])
        for place, number in enumerate(numbers):
            row[place] += number
    taken = sum(row[0] for (_, group), row in functions.items()
                if group in without)
    sums['instructions'] -= taken
    if sums['datagrams'] <= 0 or sums['instructions'] <= 0:
        return None
    return Counted(**sums, without=taken, functions=functions,
                   left_out=_left_out(first, second))


def _left_out(first, second):
    """What other tasks did, per datagram of both windows: in which of them it
    was is chance, and their difference would say nothing."""
    datagrams = first['datagrams'] + second['datagrams']
    found = {}
    for task in sorted({*first['left_out'], *second['left_out']}):
        both = [window['left_out'].get(task, 0) for window in (first, second)]
        found[task] = sum(both) / datagrams
    return found


def unusable(doc, workload):
    """The first arm and seed of a boot that ran the workload, but counted
    nothing that can be used; None if there is none."""
    for boot in doc['boots']:
        if workload in boot['workloads'] and not of(
                boot, workload, doc['design']['without']):
            return boot['arm'], boot['seed']
    return None


def by_seed(doc, arm, workload):
    """seed -> what was counted, without the twin."""
    found = {boot['seed']: of(boot, workload, doc['design']['without'])
             for boot in doc['boots']
             if boot['arm'] == arm and not boot['twin']}
    return {seed: found[seed] for seed in doc['design']['seeds']
            if found.get(seed)}


def counts(doc):
    """A row for each workload and arm that was counted."""
    rows = []
    for workload in doc['workloads']:
        for arm in doc['arms']:
            found = by_seed(doc, arm['name'], workload['name'])
            if found:
                rows.append(_count(workload['name'], arm['name'],
                                   list(found.values())))
    return rows


def _count(workload, arm, found):
    values = {name: [one.each(name) for one in found]
              for name in (*FIGURES, 'without')}
    tasks = sorted({task for one in found for task in one.left_out})
    return {
        'workload': workload, 'arm': arm, 'seeds': len(found),
        **{name: median(row) for name, row in values.items()},
        'low': min(values['instructions']),
        'high': max(values['instructions']),
        'left_out': {task: fmean(one.left_out.get(task, 0) for one in found)
                     for task in tasks}}


def functions(doc):
    """A row for each workload and function, those that moved most first. Means
    over the seeds, because they add up to the mean of the whole; medians would
    not."""
    rows = []
    for workload in (w['name'] for w in doc['workloads']):
        sides = [_means(by_seed(doc, arm['name'], workload))
                 for arm in doc['arms']]
        if not all(sides):
            continue
        keys = dict.fromkeys(key for side in sides for key in side)
        rows += sorted((_function(workload, key, sides) for key in keys),
                       key=_weight)
    return rows


def _means(found):
    keys = dict.fromkeys(key for one in found.values()
                         for key in one.functions)
    return {key: {name: fmean(one.functions.get(key, (0, 0, 0))[place]
                              / one.datagrams for one in found.values())
                  for place, name in enumerate(
                      ('instructions', 'calls', 'iterations'))}
            for key in keys}


def _function(workload, key, sides):
    a, b = (*(side.get(key) for side in sides), None)[:2]
    difference = None
    if len(sides) == 2:
        difference = ((b['instructions'] if b else 0.0)
                      - (a['instructions'] if a else 0.0))
    return {'workload': workload, 'function': key[0], 'group': key[1],
            'a': a, 'b': b, 'difference': difference}


def _weight(row):
    """The key of the order; names decide between equals."""
    most = max(side['instructions'] for side in (row['a'], row['b']) if side)
    return (-abs(row['difference'] or 0.0), -most, row['function'],
            row['group'])
