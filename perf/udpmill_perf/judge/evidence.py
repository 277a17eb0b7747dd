# SPDX-License-Identifier: MIT
"""The evidence for a verdict, from paired blocks or from two groups of boots.

The two questions have different levels: B is called worse at 99.5 %, because
people turn off a gate that raises false alarms; a change of M is excluded at
95 %. Both ends of the interval shown have the second level.
"""
import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from scipy.stats import t as student

from .plan import setting
from .stats import rank_sum, signed_rank

POWER = 0.90       # the chance to find an effect that counts as visible
EFFICIENCY = 3 / math.pi  # of ranks relative to means, for normal noise
MANY = 40  # from so many values on, a formula gives the number needed
NEVER = 2 ** 53  # values; a larger number is reported as this one


@dataclass(frozen=True)
class Figures:
    """In ln; None if there are too few values for it."""
    n: int             # blocks, or boots of the smaller group
    estimate: float
    low: float         # the ends of the interval
    high: float
    level: float       # its nominal level, and the attained one, which
    attained: float    # differs because ranks are whole numbers
    lower: float       # at the level of a REGRESSION
    upper: float       # the same for IMPROVED
    p: float           # if B is not worse by more than m
    p_better: float    # if B is not better by more than m
    sd: float
    grouped: bool = False  # two groups of boots, not pairs


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
        sd=sd)


def of_groups(design, first, second):
    """The figures of two groups; d > 0 means that the first is above."""
    ignore = setting(design, 'ignore')
    red, passed = (1 - setting(design, key)
                   for key in ('alpha_red', 'alpha_pass'))
    low, alpha = rank_sum.lower(first, second, passed)
    high, _ = rank_sum.upper(first, second, passed)
    sizes = [len(first), len(second)]
    sd = None
    if min(sizes) and sum(sizes) > 2:
        squares = sum(float(np.sum((np.asarray(g) - np.mean(g)) ** 2))
                      for g in (first, second))
        sd = math.sqrt(squares / (sum(sizes) - 2))
    return Figures(
        n=min(sizes),
        estimate=rank_sum.estimate(first, second) if min(sizes) else None,
        low=low, high=high, level=2 * passed - 1, attained=2 * alpha - 1,
        lower=rank_sum.lower(first, second, red)[0],
        upper=rank_sum.upper(first, second, red)[0],
        p=rank_sum.greater(first, second, ignore).p,
        p_better=rank_sum.less(first, second, -ignore).p,
        sd=sd, grouped=True)


@lru_cache(maxsize=4096)
def _reach(freedom, attained):
    """How many standard errors above m an effect has to be for a test at this
    level to find it with POWER. (Squared, this is 15.6 for 0.005 and very many
    values.) From the approximation of Student's noncentral distribution by
    Johnson and Welch, and the efficiency of ranks."""
    z = NormalDist().inv_cdf(POWER)
    critical = float(student.ppf(1 - attained, freedom))
    return ((critical + z * math.sqrt(1 + critical ** 2 / (2 * freedom)))
            / math.sqrt(EFFICIENCY))


@lru_cache(maxsize=1024)
def _paired(n, alpha):
    """(reach, standard error of n blocks in units of sd)"""
    k, attained = signed_rank.critical(n, alpha)
    return (_reach(n - 1, attained), 1 / math.sqrt(n)) if k else None


@lru_cache(maxsize=1024)
def _grouped(n, alpha):
    """The same for n boots a side."""
    k, attained = rank_sum.critical(n, n, alpha)
    return (_reach(2 * n - 2, attained), math.sqrt(2 / n)) if k else None


def visible_effect(design, f, tests):
    """The smallest effect that this number of values with this noise would
    have revealed with POWER, in the first of `tests` that Holm considers; or
    None."""
    alpha = setting(design, 'alpha_red') / tests
    found = f.sd is not None and (_grouped if f.grouped else _paired)(
        f.n, alpha)
    if not found:
        return None
    return setting(design, 'ignore') + found[0] * found[1] * f.sd


def values_needed(design, f, tests):
    """How many blocks, or boots a side, are needed to find an effect of M in
    such noise; None if all such effects are ignored."""
    alpha = setting(design, 'alpha_red') / tests
    room = setting(design, 'tolerance') - setting(design, 'ignore')
    if f.sd is None or room <= 0:
        return None
    counted = _grouped if f.grouped else _paired
    n = 2
    while n < MANY:
        found = counted(n, alpha)
        if found and found[0] * found[1] * f.sd <= room:
            return n
        n += 1
    # From here on, the attained level is practically the nominal one, and the
    # reach is constant.
    root = math.sqrt(2 if f.grouped else 1)
    for _ in range(3):
        wanted = _reach(n - 1, alpha) * root * f.sd / room
        # A file may have noise for which no number of values is enough.
        if wanted > NEVER ** 0.5:
            return NEVER
        n = max(MANY, math.ceil(wanted ** 2))
    return n
