# SPDX-License-Identifier: MIT
"""The rank-sum test, compared with enumeration and scipy, and checked for
consistency."""
import itertools

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, rankdata

from udpmill_perf.judge.stats import rank_sum

SIZES = [(1, 1), (2, 3), (5, 5), (8, 8), (8, 13), (30, 31), (40, 40)]
TIED = [([1, 2, 2], [2, 3]), ([1, 1], [1, 1]), ([5, 6, 6, 7], [1, 6, 6])]


def groups(sizes, shift=0.4):
    rng = np.random.default_rng(sizes)
    return rng.normal(shift, 1, sizes[0]), rng.normal(0, 1, sizes[1])


@pytest.mark.parametrize('sizes', SIZES)
def test_p_agrees_with_scipy(sizes):
    a, b = groups(sizes)
    for ours, side in ((rank_sum.greater, 'greater'), (rank_sum.less, 'less')):
        theirs = mannwhitneyu(a, b, alternative=side, method='exact')
        assert ours(a, b).p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert rank_sum.greater(a, b).statistic == mannwhitneyu(a, b).statistic


@pytest.mark.parametrize('first, second', TIED)
def test_p_with_ties_agrees_with_enumeration(first, second):
    ranks = rankdata(first + second)
    seen = ranks[:len(first)].sum()
    sums = [sum(some) for some in itertools.combinations(ranks, len(first))]
    assert rank_sum.greater(first, second).p == pytest.approx(
        sum(s >= seen for s in sums) / len(sums))


@pytest.mark.parametrize('sizes', SIZES[2:])
@pytest.mark.parametrize('confidence', [0.95, 0.995])
def test_bound_and_test_agree(sizes, confidence):
    a, b = groups(sizes)
    alpha = round(1 - confidence, 12)
    bound, _ = rank_sum.lower(a, b, confidence)
    if bound is None:
        assert rank_sum.greater(a + 99, b).p > alpha
        return
    assert rank_sum.greater(a, b, bound - 1e-9).p <= alpha
    assert rank_sum.greater(a, b, bound + 1e-9).p > alpha
    bound, _ = rank_sum.upper(a, b, confidence)
    assert rank_sum.less(a, b, bound + 1e-9).p <= alpha
    assert rank_sum.less(a, b, bound - 1e-9).p > alpha


def test_critical_values_agree_with_published_tables():
    # Mann and Whitney: U = 13 is significant at 2.5 % for 8 and 8.
    assert rank_sum.critical(8, 8, 0.025)[0] == 13 + 1
    assert rank_sum.critical(5, 5, 0.025)[0] == 2 + 1


def test_estimate_is_the_median_difference():
    assert rank_sum.estimate([5, 9], [1, 2]) == (5 - 1 + 9 - 2) / 2 - 0
    assert list(rank_sum.apart([5, 9], [1, 2])) == [3, 4, 7, 8]


def test_an_empty_group_is_no_evidence():
    assert rank_sum.greater([], [1, 2]).p == 1.0
    assert rank_sum.lower([], [1.0], 0.95) == (None, 1.0)
