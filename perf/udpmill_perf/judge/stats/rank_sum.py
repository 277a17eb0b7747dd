# SPDX-License-Identifier: MIT
"""The exact rank-sum test of Wilcoxon, Mann and Whitney, and its bounds.

For two groups without pairs: boots of one kernel and of another. The null
distribution is counted: of all ways to choose which ranks belong to the first
group, how many have which sum. Equal values share their mean rank; ranks are
doubled, so that these are whole numbers."""
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .signed_rank import doubled_ranks

INT64_VALUES = 62  # at most 2^62 ways


@dataclass(frozen=True)
class Test:
    statistic: float  # pairs with the first above; equal ones count half
    p: float


@lru_cache(maxsize=64)
def sums_at_most(ranks, chosen):
    """For each s from 0: the number of ways to choose `chosen` of the whole
    numbers `ranks` with a sum of s or less."""
    kind = np.int64 if len(ranks) <= INT64_VALUES else object
    ways = np.zeros((chosen + 1, sum(ranks) + 1), dtype=kind)
    ways[0, 0] = 1
    for rank in ranks:
        more = ways.copy()
        more[1:, rank:] += ways[:-1, :ways.shape[1] - rank]
        ways = more
    return np.cumsum(ways[chosen])


def greater(first, second, shift=0.0):
    """Tests whether the first group is above the second by more than `shift`.
    """
    first = np.asarray(first, dtype=float) - shift
    second = np.asarray(second, dtype=float)
    if not len(first) or not len(second):
        return Test(0.0, 1.0)
    ranks = doubled_ranks(np.concatenate([first, second]))
    unit = math.gcd(*map(int, ranks))
    rest = int(ranks[len(first):].sum())
    # A sum at least this large for the first group is one at most this large
    # for the second.
    table = sums_at_most(tuple(sorted(int(r) // unit for r in ranks)),
                         len(second))
    p = int(table[rest // unit]) / int(table[-1])
    below = rest / 2 - len(second) * (len(second) + 1) / 2
    return Test(len(first) * len(second) - below, p)


def less(first, second, shift=0.0):
    """Tests whether the first group is below the second by more than -shift.
    """
    return greater(-np.asarray(first, dtype=float),
                   -np.asarray(second, dtype=float), -shift)


def apart(first, second):
    """All differences between a value of the first and one of the second,
    sorted."""
    return np.sort(np.subtract.outer(np.asarray(first, dtype=float),
                                     np.asarray(second, dtype=float)),
                   axis=None)


def estimate(first, second):
    """Hodges and Lehmann's estimate of the shift: the median of all
    differences."""
    return float(np.median(apart(first, second)))


@lru_cache(maxsize=256)
def critical(n_first, n_second, alpha):
    """(k, attained), like signed_rank.critical(), for the sorted differences.
    """
    ranks = tuple(range(1, n_first + n_second + 1))
    least = n_first * (n_first + 1) // 2
    table = sums_at_most(ranks, n_first)[least:]
    ways = int(table[-1])
    k = 0
    while k < len(table) and int(table[k]) <= alpha * ways:
        k += 1
    return k, int(table[k - 1]) / ways if k else 0.0


def lower(first, second, confidence):
    """(bound of the shift, attained confidence); None if there are too few
    values."""
    if not len(first) or not len(second):
        return None, 1.0
    k, alpha = critical(len(first), len(second), round(1 - confidence, 12))
    return (float(apart(first, second)[k - 1]) if k else None), 1 - alpha


def upper(first, second, confidence):
    """Like lower(), from above."""
    bound, attained = lower(second, first, confidence)
    return (None if bound is None else -bound), attained
