# SPDX-License-Identifier: MIT
"""The rank-sum test of Wilcoxon, Mann and Whitney, exactly, and its bounds.

For two groups that cannot be paired: boots of one kernel and of another. The
null distribution is counted: of all ways to choose which ranks are the first
group's, how many have which sum; among equal values too, by doubled mean
ranks.
"""
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .signed_rank import doubled_ranks

INT64_VALUES = 62  # no more than 2^62 ways


@dataclass(frozen=True)
class Test:
    statistic: float  # pairs in which the first is above, equal ones half
    p: float


@lru_cache(maxsize=64)
def sums_at_most(ranks, chosen):
    """For each s from 0: how many choices of `chosen` of the whole numbers
    `ranks` sum to s or less."""
    kind = np.int64 if len(ranks) <= INT64_VALUES else object
    ways = np.zeros((chosen + 1, sum(ranks) + 1), dtype=kind)
    ways[0, 0] = 1
    for rank in ranks:
        more = ways.copy()
        more[1:, rank:] += ways[:-1, :ways.shape[1] - rank]
        ways = more
    return np.cumsum(ways[chosen])


def greater(first, second, shift=0.0):
    """Is the first group above the second by more than `shift`?"""
    first = np.asarray(first, dtype=float) - shift
    second = np.asarray(second, dtype=float)
    if not len(first) or not len(second):
        return Test(0.0, 1.0)
    ranks = doubled_ranks(np.concatenate([first, second]))
    unit = math.gcd(*map(int, ranks))
    rest = int(ranks[len(first):].sum())
    # At least so much for the first group is at most so much for the second.
    table = sums_at_most(tuple(sorted(int(r) // unit for r in ranks)),
                         len(second))
    p = int(table[rest // unit]) / int(table[-1])
    below = rest / 2 - len(second) * (len(second) + 1) / 2
    return Test(len(first) * len(second) - below, p)


def less(first, second, shift=0.0):
    """Is the first group below the second by more than -shift?"""
    return greater(-np.asarray(first, dtype=float),
                   -np.asarray(second, dtype=float), -shift)


def apart(first, second):
    """Every difference of one of the first and one of the second, in order."""
    return np.sort(np.subtract.outer(np.asarray(first, dtype=float),
                                     np.asarray(second, dtype=float)),
                   axis=None)


def estimate(first, second):
    """Hodges and Lehmann's shift: the median of all differences."""
    return float(np.median(apart(first, second)))


@lru_cache(maxsize=256)
def critical(n_first, n_second, alpha):
    """(k, attained): as signed_rank.critical(), of the differences."""
    ranks = tuple(range(1, n_first + n_second + 1))
    least = n_first * (n_first + 1) // 2
    table = sums_at_most(ranks, n_first)[least:]
    ways = int(table[-1])
    k = 0
    while k < len(table) and int(table[k]) <= alpha * ways:
        k += 1
    return k, int(table[k - 1]) / ways if k else 0.0


def lower(first, second, confidence):
    """(bound of the shift, attained confidence), None for too few values."""
    if not len(first) or not len(second):
        return None, 1.0
    k, alpha = critical(len(first), len(second), round(1 - confidence, 12))
    return (float(apart(first, second)[k - 1]) if k else None), 1 - alpha


def upper(first, second, confidence):
    """As lower(), from above."""
    bound, attained = lower(second, first, confidence)
    return (None if bound is None else -bound), attained
