# SPDX-License-Identifier: MIT
"""Boots that must not differ: those of the same arm with the same seed, and,
if both arms are the same, those of A and B with the same seed."""
from dataclasses import dataclass

ALONE = ('datagrams', 'instructions', 'user', 'kernel', 'iterations',
         'switches')


@dataclass(frozen=True)
class Moved:
    """What differs between two boots of a seed. windows: (number of the
    window, what, first, second); functions: (name, first, second), those that
    differ most first."""
    seed: int
    arms: str                 # 'A', 'B', or 'AB' for one boot of each
    windows: list
    functions: list


def _boots(doc):
    return {(boot['arm'], boot['seed'], boot['twin']): boot
            for boot in doc['boots']}


def pairs(doc):
    """Yields (seed, arms, first, second)."""
    boots = _boots(doc)
    for (arm, seed, twin), second in boots.items():
        first = boots.get((arm, seed, False))
        if twin and first:
            yield seed, arm, first, second
    if doc['aa']:
        for seed in doc['design']['seeds']:
            both = [boots.get((arm, seed, False)) for arm in 'AB']
            if all(both):
                yield seed, 'AB', *both


def proved(doc, arm, workload):
    """Whether a seed was booted twice in this arm, and counted both times."""
    return any(arms == arm and workload in first['workloads']
               and workload in second['workloads']
               for _, arms, first, second in pairs(doc))


def _flat(window):
    """One dict of all numbers of a window."""
    found = {key: window[key] for key in ALONE if key in window}
    found.update({f'left out, {task}': number
                  for task, number in window['left_out'].items()})
    return found


def _windows(first, second):
    found = []
    for place, both in enumerate(zip(first['windows'], second['windows']), 1):
        one, other = map(_flat, both)
        found += [(place, key, one.get(key, 0), other.get(key, 0))
                  for key in dict.fromkeys((*one, *other))
                  if one.get(key, 0) != other.get(key, 0)]
    return found


def _functions(first, second):
    one, other = ({} for _ in range(2))
    for table, counted in (one, first), (other, second):
        for name, group, *numbers in counted['functions']:
            row = table.setdefault((name, group), [0, 0, 0])
            for place, number in enumerate(numbers):
                row[place] += number
    none = [0, 0, 0]
    found = [(key[0], one.get(key, none), other.get(key, none))
             for key in dict.fromkeys((*one, *other))
             if one.get(key, none) != other.get(key, none)]
    return sorted(found, key=lambda row: (-abs(row[2][0] - row[1][0]),
                                          row[0]))


def moved(doc, workload):
    """The first pair of boots that differs; None if none does."""
    for seed, arms, one, other in pairs(doc):
        first, second = (boot['workloads'].get(workload)
                         for boot in (one, other))
        if not first or not second:
            continue
        windows = _windows(first, second)
        functions = _functions(first, second)
        if windows or functions:
            return Moved(seed, arms, windows, functions)
    return None
