# SPDX-License-Identifier: MIT
"""Wilcoxon's signed-rank test, exactly, and the estimate and bounds it gives.

scipy has the test, but neither its bounds nor, among ties, its exact form; and
the bounds must come of the same null distribution as the test, or a report
shows an interval that disagrees with its verdict.

Differences of zero are dropped before ranking (Wilcoxon's own way); equal
magnitudes share their mean rank. The null distribution is counted, not
approximated: of the 2^n ways to sign the ranks, how many have which sum. Ranks
are doubled for it, so that mean ranks are whole numbers.
"""
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

INT64_RANKS = 62  # 2^62 ways still fit


@dataclass(frozen=True)
class Test:
    n: int            # differences that are not zero
    statistic: float  # the sum of the positive ones' ranks
    p: float


def doubled_ranks(magnitudes):
    """Twice the mean rank of each: whole numbers."""
    magnitudes = np.asarray(magnitudes, dtype=float)
    _, place, count = np.unique(magnitudes, return_inverse=True,
                                return_counts=True)
    last = np.cumsum(count)
    return (2 * last - count + 1)[place]


@lru_cache(maxsize=256)
def sums_at_most(ranks):
    """For each s from 0: how many of the 2^n choices among the whole numbers
    `ranks` sum to s or less. As wide as it must be to be exact."""
    kind = np.int64 if len(ranks) <= INT64_RANKS else object
    ways = np.zeros(sum(ranks) + 1, dtype=kind)
    ways[0] = 1
    for rank in ranks:
        more = ways.copy()
        more[rank:] += ways[:len(ways) - rank]
        ways = more
    return np.cumsum(ways)


def share_at_most(ranks, s):
    """P(the sum of the positive ranks <= s) when each sign is a fair coin."""
    if s < 0:
        return 0.0
    table = sums_at_most(ranks)
    return int(table[min(s, len(table) - 1)]) / 2 ** len(ranks)


def greater(values, shift=0.0):
    """Are the values above `shift`? p is the chance of a sum of positive ranks
    at least this large if they were symmetric about it."""
    apart = np.asarray(values, dtype=float) - shift
    apart = apart[apart != 0]
    if not len(apart):
        return Test(0, 0.0, 1.0)
    ranks = doubled_ranks(np.abs(apart))
    unit = math.gcd(*map(int, ranks))
    ranks = ranks // unit
    above = int(ranks[apart > 0].sum())
    # The distribution is symmetric: as much lies above as below.
    p = share_at_most(tuple(sorted(map(int, ranks))),
                      int(ranks.sum()) - above)
    return Test(len(apart), above * unit / 2, p)


def less(values, shift=0.0):
    """Are the values below `shift`? The mirror image of greater()."""
    return greater(-np.asarray(values, dtype=float), -shift)


def walsh(values):
    """The mean of every pair, each value with itself too, in order."""
    values = np.asarray(values, dtype=float)
    i, j = np.triu_indices(len(values))
    return np.sort((values[i] + values[j]) / 2)


def estimate(values):
    """Hodges and Lehmann's: the median of the Walsh averages."""
    return float(np.median(walsh(values)))


@lru_cache(maxsize=1024)
def critical(n, alpha):
    """(k, attained): the k-th smallest and k-th largest Walsh average bound
    the centre, each wrongly with a chance of `attained` <= alpha; k = 0 if
    n is too small for that."""
    table = sums_at_most(tuple(range(1, n + 1)))
    ways = 2 ** n
    k = 0
    while k < len(table) and int(table[k]) <= alpha * ways:
        k += 1
    return k, int(table[k - 1]) / ways if k else 0.0


def lower(values, confidence):
    """(bound, attained confidence): the centre is not below it; None where
    there are too few values. bound > x exactly when greater(values, x).p is
    at most 1 - confidence, unless values tie."""
    if len(values) == 0:
        return None, 1.0
    k, alpha = critical(len(values), round(1 - confidence, 12))
    return (float(walsh(values)[k - 1]) if k else None), 1 - alpha


def upper(values, confidence):
    """As lower(), from above."""
    bound, attained = lower(-np.asarray(values, dtype=float), confidence)
    return (None if bound is None else -bound), attained


def interval(values, level):
    """(low, high, attained level), each end a bound at (1 + level) / 2."""
    low, attained = lower(values, (1 + level) / 2)
    high, _ = upper(values, (1 + level) / 2)
    return low, high, 1 - 2 * (1 - attained)
