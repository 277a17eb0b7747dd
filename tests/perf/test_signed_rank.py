# SPDX-License-Identifier: MIT
"""The signed-rank test, compared with enumeration, scipy and published tables,
and checked for consistency."""
import itertools
import math

import numpy as np
import pytest
from scipy.stats import rankdata, wilcoxon

from udpmill_perf.judge.stats import signed_rank

RNG = np.random.default_rng(20)
SAMPLES = [RNG.normal(0.3, 1, n) for n in range(1, 13)]
TIED = [[1, 1, -1], [1, -1, 2, 2, -2], [0.5, 0.5, 0.5, 0.5],
        [0, 0, 1, -2, 3, 3], [-1, 2, 2, 2, -3, 4, 4, 5, -5, 6], [0, 0, 0]]

# Wilcoxon's own table: T that is significant at a one-sided level. The number
# of Walsh averages to count is one more.
TABLE = [(5, 0.05, 0), (6, 0.05, 2), (6, 0.025, 0), (8, 0.05, 5),
         (8, 0.005, 0), (10, 0.05, 10), (10, 0.025, 8), (10, 0.005, 3),
         (12, 0.05, 17), (12, 0.025, 13), (12, 0.005, 7), (20, 0.05, 60),
         (20, 0.025, 52), (20, 0.005, 37), (24, 0.05, 91), (24, 0.025, 81),
         (24, 0.005, 61)]


def p_by_enumeration(values):
    """The share of all ways to give the ranks signs with a sum as large or
    larger."""
    values = np.array([v for v in values if v != 0], dtype=float)
    if not len(values):
        return 1.0
    ranks = rankdata(np.abs(values))
    seen = ranks[values > 0].sum()
    sums = [sum(r for r, up in zip(ranks, ups) if up)
            for ups in itertools.product((0, 1), repeat=len(values))]
    return sum(s >= seen for s in sums) / len(sums)


@pytest.mark.parametrize('values', SAMPLES + TIED, ids=len)
def test_p_agrees_with_enumeration(values):
    assert signed_rank.greater(values).p == p_by_enumeration(values)
    flipped = [-v for v in values]
    assert signed_rank.less(values).p == p_by_enumeration(flipped)


@pytest.mark.parametrize('n', [3, 12, 24, 36, 50])
@pytest.mark.parametrize('shift', [0.0, 0.4])
def test_p_agrees_with_scipy(n, shift):
    values = np.random.default_rng(n).normal(0.3, 1, n)
    for ours, side in ((signed_rank.greater, 'greater'),
                       (signed_rank.less, 'less')):
        theirs = wilcoxon(values - shift, alternative=side, mode='exact')
        assert ours(values, shift).p == pytest.approx(theirs.pvalue,
                                                      rel=1e-12)


def test_the_statistic_agrees_with_scipy():
    values = np.random.default_rng(8).normal(0.3, 1, 24)
    theirs = wilcoxon(values, alternative='greater', mode='exact').statistic
    assert signed_rank.greater(values).statistic == theirs


@pytest.mark.parametrize('n, alpha, largest_t', TABLE)
def test_critical_values_agree_with_published_tables(n, alpha, largest_t):
    k, attained = signed_rank.critical(n, alpha)
    assert k == largest_t + 1
    assert attained <= alpha


def test_too_few_values_have_no_bound():
    assert signed_rank.critical(4, 0.05) == (0, 0.0)
    assert signed_rank.lower([1, 2, 3, 4], 0.95) == (None, 1.0)
    assert signed_rank.interval([], 0.9) == (None, None, 1.0)


def test_more_than_62_values_stay_exact():
    table = signed_rank.sums_at_most(tuple(range(1, 71)))
    assert int(table[-1]) == 2 ** 70
    assert int(table[3]) == 5  # {}, 1, 2, 3, 1 + 2


def test_zeros_are_dropped():
    assert signed_rank.greater([0, 1, 0, 2, -3]) == signed_rank.greater(
        [1, 2, -3])


def test_equal_magnitudes_share_their_mean_rank():
    assert list(signed_rank.doubled_ranks([3, 1, 3, 7])) == [5, 2, 5, 8]


def test_estimate_is_the_median_of_walsh_averages():
    assert list(signed_rank.walsh([1, 2, 6])) == [1, 1.5, 2, 3.5, 4, 6]
    assert signed_rank.estimate([1, 2, 6]) == 2.75


@pytest.mark.parametrize('n', [5, 8, 12, 24, 36])
@pytest.mark.parametrize('confidence', [0.95, 0.995])
def test_bound_and_test_agree(n, confidence):
    """A shift is below the lower bound exactly if the test rejects it."""
    values = np.random.default_rng(n).normal(0.2, 1, n)
    bound, attained = signed_rank.lower(values, confidence)
    if bound is None:
        assert signed_rank.greater(values, values.min() - 1).p > 1 - confidence
        return
    alpha = round(1 - confidence, 12)
    assert signed_rank.greater(values, bound - 1e-9).p <= alpha
    assert signed_rank.greater(values, bound + 1e-9).p > alpha
    assert signed_rank.greater(values, bound - 1e-9).p == pytest.approx(
        1 - attained)
    bound, _ = signed_rank.upper(values, confidence)
    assert signed_rank.less(values, bound + 1e-9).p <= alpha
    assert signed_rank.less(values, bound - 1e-9).p > alpha


def test_the_interval_contains_the_centre_as_often_as_it_claims():
    rng = np.random.default_rng(3)
    values = rng.standard_t(3, size=(4000, 12))
    held = 0
    for row in values:
        low, high, attained = signed_rank.interval(row, 0.9)
        held += low <= 0 <= high
    spread = math.sqrt(attained * (1 - attained) / len(values))
    assert attained >= 0.9
    assert abs(held / len(values) - attained) < 4 * spread
