# SPDX-License-Identifier: MIT
"""Wilcoxon's exact signed-rank test, with an estimate and bounds.

scipy has the test, but neither the bounds nor the exact form for ties. The
bounds must come from the same null distribution as the test, or a report could
show an interval that contradicts its verdict.

Differences of zero are dropped before ranking, as Wilcoxon did; equal
magnitudes share their mean rank. The null distribution is counted, not
approximated: of the 2^n ways to give the ranks signs, how many have which sum.
Ranks are doubled, so that mean ranks are whole numbers."""
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

INT64_RANKS = 62  # 2^62 ways fit into 64 bits


@dataclass(frozen=True)
class Test:
    n: int            # nonzero differences
    statistic: float  # the sum of the ranks of the positive ones
    p: float


def doubled_ranks(magnitudes):
    """Twice the mean rank of each value, which is a whole number."""
    magnitudes = np.asarray(magnitudes, dtype=float)
    _, place, count = np.unique(magnitudes, return_inverse=True,
                                return_counts=True)
    last = np.cumsum(count)
    return (2 * last - count + 1)[place]


@lru_cache(maxsize=256)
def sums_at_most(ranks):
    """For each s from 0: how many of the 2^n subsets of the whole numbers
    `ranks` have a sum of s or less. The type of number is wide enough to be
    exact."""
    kind = np.int64 if len(ranks) <= INT64_RANKS else object
    ways = np.zeros(sum(ranks) + 1, dtype=kind)
    ways[0] = 1
    for rank in ranks:
        more = ways.copy()
        more[rank:] += ways[:len(ways) - rank]
        ways = more
    return np.cumsum(ways)


def share_at_most(ranks, s):
    """P(sum of the positive ranks <= s) if each sign is a fair coin's."""
    if s < 0:
        return 0.0
    table = sums_at_most(ranks)
    return int(table[min(s, len(table) - 1)]) / 2 ** len(ranks)


def greater(values, shift=0.0):
    """Tests whether the values are above `shift`. p is the chance of a sum of
    positive ranks at least this large if they are symmetric about it."""
    apart = np.asarray(values, dtype=float) - shift
    apart = apart[apart != 0]
    if not len(apart):
        return Test(0, 0.0, 1.0)
    ranks = doubled_ranks(np.abs(apart))
    unit = math.gcd(*map(int, ranks))
    ranks = ranks // unit
    above = int(ranks[apart > 0].sum())
    # The distribution is symmetric: P(at least this) = P(at most the rest).
    p = share_at_most(tuple(sorted(map(int, ranks))),
                      int(ranks.sum()) - above)
    return Test(len(apart), above * unit / 2, p)


def less(values, shift=0.0):
    """Tests whether the values are below `shift`: the mirror image of
    greater()."""
    return greater(-np.asarray(values, dtype=float), -shift)


def walsh(values):
    """The means of all pairs, including each value with itself, sorted."""
    values = np.asarray(values, dtype=float)
    i, j = np.triu_indices(len(values))
    return np.sort((values[i] + values[j]) / 2)


def estimate(values):
    """Hodges and Lehmann's estimate: the median of the Walsh averages."""
    return float(np.median(walsh(values)))


@lru_cache(maxsize=1024)
def critical(n, alpha):
    """(k, attained): the k-th smallest and k-th largest Walsh averages are
    bounds of the centre, each of which is wrong with a probability of
    `attained` <= alpha. k is 0 if n is too small for that."""
    table = sums_at_most(tuple(range(1, n + 1)))
    ways = 2 ** n
    k = 0
    while k < len(table) and int(table[k]) <= alpha * ways:
        k += 1
    return k, int(table[k - 1]) / ways if k else 0.0


def lower(values, confidence):
    """(bound, attained confidence): the centre is not below the bound, which
    is None if there are too few values. bound > x exactly if greater(values,
    x).p is at most 1 - confidence, unless values are tied."""
    if len(values) == 0:
        return None, 1.0
    k, alpha = critical(len(values), round(1 - confidence, 12))
    return (float(walsh(values)[k - 1]) if k else None), 1 - alpha


def upper(values, confidence):
    """Like lower(), from above."""
    bound, attained = lower(-np.asarray(values, dtype=float), confidence)
    return (None if bound is None else -bound), attained


def interval(values, level):
    """(low, high, attained level); each end is a bound at (1 + level) / 2."""
    low, attained = lower(values, (1 + level) / 2)
    high, _ = upper(values, (1 + level) / 2)
    return low, high, 1 - 2 * (1 - attained)
