# SPDX-License-Identifier: MIT
"""The reason for a verdict on counted instructions, in plain English."""
from .. import human
from ..outcomes import IMPROVED, PASS, REGRESSION

NAMED = 3          # functions in a sentence
WORTH = 0.05       # of the difference: a function that is worth naming
SAME = ('Both arms are the same, and each seed gave the same count in both, '
        'to the last instruction.')


def percent(ln):
    """0.00866 -> '0.87 %', -0.00866 -> '0.86 %'"""
    if 0 < abs(human.as_percent(ln)) < 0.005:
        return 'less than 0.01 %'
    return human.hundredths(ln, sign=False)


def _listed(parts):
    return ', '.join(parts[:-1]) + (' and ' if parts[1:] else '') + parts[-1]


def _named(rows):
    return _listed([f'{row["function"]} '
                    f'({human.figure(row["difference"], sign=True)})'
                    for row in rows])


def _functions(found, rows):
    """Which functions the difference is in."""
    sign = 1 if found.estimate > 0 else -1
    whole = abs(found.b - found.a)
    mine = [row for row in rows if sign * row['difference'] > WORTH * whole]
    if not mine:
        return ' It is spread over many functions.'
    if any(sign * row['difference'] < 0 for row in rows[:NAMED]):
        # Such as by another choice of what is inlined.
        return f' The largest changes are {_named(rows[:NAMED])}.'
    told = _named(mine[:NAMED])
    share = sum(sign * row['difference'] for row in mine[:NAMED])
    how = 'Most of it' if 2 * share > whole else 'The largest part'
    return f' {how} is in {told}.'


def _fact(found):
    both = [human.figure(value) for value in (found.a, found.b)]
    medians = f'({" -> ".join(dict.fromkeys(both))})'
    if not found.estimate:
        return f'B executes as many instructions per datagram as A {medians}'
    more = 'more' if found.estimate > 0 else 'fewer'
    return (f'B executes {percent(found.estimate)} {more} instructions per '
            f'datagram than A {medians}')


def why(said, found, tolerance, rows):
    """Of a verdict that was reached by the rule. rows: of the functions, the
    largest difference first."""
    fact = _fact(found)
    seeds = (f'the seed alone moves the count by {percent(found.residue)}'
             if found.residue else 'the seed does not move the count')
    allowed = f'{human.margin(tolerance)} is tolerated'
    if said in (REGRESSION, IMPROVED):
        return f'{fact}; {seeds}.{_functions(found, rows)}'
    if said == PASS:
        if not found.estimate and not found.residue:
            return 'B executes exactly as many instructions as A.'
        return f'{fact}, and {allowed}; {seeds}.'
    return (f'{fact}, but {seeds}, from which a change by the '
            f'{human.margin(tolerance)} that is tolerated cannot be told. '
            'Count more datagrams, or tolerate more.')


def unfinished(done, wanted):
    if not done:
        return 'No seed was counted in both arms.'
    return (f'Only {done} of {wanted} seeds {"was" if done == 1 else "were"} '
            'counted in both arms.')


ONE_SEED = ('With one seed, nothing shows how far the seed alone moves the '
            'count; use two or more.')


def unusable(arm, seed):
    return (f'In {arm}, with seed {seed}, window 2 took no more instructions '
            'than window 1: the windows are too short for this workload. '
            'Count more datagrams.')


def unproved(arm):
    return (f'No seed was booted twice in {arm}, so nothing shows that the '
            'count depends on the seed alone.')


def moved(found):
    """What differs between two boots that should be identical."""
    where = ('A and B are the same, but differ with seed '
             if found.arms == 'AB' else
             f'{found.arms} was booted twice with seed ')
    told = [f'{what} {first} and {second} in window {place}'
            for place, what, first, second in found.windows[:2]]
    told += [f'{name} {_row(first, second)}'
             for name, first, second in found.functions[:NAMED]]
    more = len(found.functions) - NAMED
    if more > 0:
        told.append(f'{more} more function{"s" if more > 1 else ""}')
    joint = '' if found.arms == 'AB' else ', and the counts differ'
    return (f'{where}{found.seed}{joint}: {"; ".join(told)}. Something in '
            'the guest depends on more than the seed.')


def _row(first, second):
    """The first figure of a function that differs."""
    for what, one, other in zip(('instructions', 'calls', 'iterations'),
                                first, second):
        if one != other:
            return f'{one} and {other} {what}'
    return ''
