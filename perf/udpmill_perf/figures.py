# SPDX-License-Identifier: MIT
"""What a verdict rests on, from paired blocks or from two groups of boots.

Bounds come at two levels, which are the two questions' own: B is called worse
at 99.5 %, since a gate that cries wolf is switched off; a change of M is
excluded at 95 %. The interval shown is of the second kind, at both ends.
"""
import math
import statistics
from dataclasses import dataclass

import numpy as np

from .plan import setting
from .stats import rank_sum, signed_rank

POWER = 0.90       # what "would have been found" means
EFFICIENCY = 0.955  # of ranks to means, where noise is normal: 3 / pi


@dataclass(frozen=True)
class Figures:
    """In ln; None where there are too few values for it."""
    n: int             # blocks; or the smaller group's boots
    estimate: float
    low: float         # the interval's ends
    high: float
    level: float       # its nominal level and the level attained: ranks
    attained: float    # are whole numbers
    lower: float       # at the level that a red verdict takes
    upper: float       # its mirror image, for IMPROVED
    p: float           # of B not being worse by more than m
    p_better: float    # of B not being better by more than m
    sd: float
    error: float       # of a mean of so many


def of_blocks(design, values):
    """The figures of differences between pairs."""
    ignore = setting(design, 'ignore')
    red, passed = (1 - setting(design, key)
                   for key in ('alpha_red', 'alpha_pass'))
    n = len(values)
    low, high, attained = signed_rank.interval(values, 2 * passed - 1)
    sd = float(np.std(values, ddof=1)) if n > 1 else None
    return Figures(
        n=n, estimate=signed_rank.estimate(values) if n else None,
        low=low, high=high, level=2 * passed - 1, attained=attained,
        lower=signed_rank.lower(values, red)[0],
        upper=signed_rank.upper(values, red)[0],
        p=signed_rank.greater(values, ignore).p,
        p_better=signed_rank.less(values, -ignore).p,
        sd=sd, error=sd / math.sqrt(n) if n > 1 else None)


def of_groups(design, first, second):
    """The figures of two groups, d > 0 where the first is above."""
    ignore = setting(design, 'ignore')
    red, passed = (1 - setting(design, key)
                   for key in ('alpha_red', 'alpha_pass'))
    low, alpha = rank_sum.lower(first, second, passed)
    high, _ = rank_sum.upper(first, second, passed)
    sizes = [len(first), len(second)]
    sd = error = None
    if min(sizes) and sum(sizes) > 2:
        squares = sum(float(np.sum((np.asarray(g) - np.mean(g)) ** 2))
                      for g in (first, second))
        sd = math.sqrt(squares / (sum(sizes) - 2))
        error = sd * math.sqrt(sum(1 / size for size in sizes))
    return Figures(
        n=min(sizes),
        estimate=rank_sum.estimate(first, second) if min(sizes) else None,
        low=low, high=high, level=2 * passed - 1, attained=2 * alpha - 1,
        lower=rank_sum.lower(first, second, red)[0],
        upper=rank_sum.upper(first, second, red)[0],
        p=rank_sum.greater(first, second, ignore).p,
        p_better=rank_sum.less(first, second, -ignore).p,
        sd=sd, error=error)


def _reach(design):
    """How many standard errors above m an effect has to be, to be found with
    POWER: 15.6 = reach^2 for a level of 0.005."""
    normal = statistics.NormalDist()
    z = normal.inv_cdf(1 - setting(design, 'alpha_red'))
    return (z + normal.inv_cdf(POWER)) / math.sqrt(EFFICIENCY)


def visible_effect(design, error):
    """The smallest effect that noise of this standard error lets be found."""
    if error is None:
        return None
    return setting(design, 'ignore') + _reach(design) * error


def values_needed(design, sd):
    """Values of this sd (blocks; times two: boots a side) that it takes to
    find an effect of M, and that a test at the level needs at the least."""
    if sd is None:
        return None
    room = setting(design, 'tolerance') - setting(design, 'ignore')
    least = math.ceil(-math.log2(setting(design, 'alpha_red')))
    return max(least, math.ceil((_reach(design) * sd / room) ** 2))
