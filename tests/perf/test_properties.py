# SPDX-License-Identifier: MIT
"""Properties that the test must have for any measurements."""
import itertools
import math

import numpy as np
import pytest
from scipy.stats import kstest

from udpmill_perf.judge import noise, pairs, rerandomise
from udpmill_perf.judge.stats import rank_sum, signed_rank

from made_up import figures, trial

SEEDS = range(20)


def values(seed, n=24):
    rng = np.random.default_rng(seed)
    return rng.standard_t(2, n) * 0.02 + 0.005


@pytest.mark.parametrize('seed', [1, 2, 3])
def test_shuffled_labels_give_uniform_p(seed):
    """The distribution is discrete, but its steps are tiny for 36 blocks."""
    found = rerandomise.p_values(values(seed, 36), 4000, seed)
    assert kstest(found, 'uniform').pvalue > 0.001


def test_drifting_noise_gives_uniform_p():
    """The coin makes it exact; independent trials are not needed."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(2000):
        ln = noise.trials(rng, noise.Noise(0.02, 0.95, 0.5, 0.01), 1,
                          4 * 24)[0].reshape(24, 4)
        half = (ln[:, 0] - ln[:, 1] - ln[:, 2] + ln[:, 3]) / 2
        found.append(signed_rank.greater(
            half * rng.choice((-1, 1), 24)).p)
    assert kstest(found, 'uniform').pvalue > 0.001


@pytest.mark.parametrize('magnitudes', [
    range(1, 11), [1, 1, 1, 2, 2, 3, 3, 3, 4], [5] * 8, [0, 0, 1, 2, 3]])
def test_p_is_never_too_small(magnitudes):
    """Over all ways in which the coins could have fallen: P(p <= x) <= x for
    each x that p can be, and equal to it, since the test is exact."""
    found = sorted(
        signed_rank.greater([s * m for s, m in zip(signs, magnitudes)]).p
        for signs in itertools.product((-1, 1), repeat=len(magnitudes)))
    for p in set(found):
        share = sum(other <= p for other in found) / len(found)
        assert share == pytest.approx(p)


def test_boots_shuffled_between_sides_give_exact_p():
    boots = [0.1, 0.4, 0.4, 0.7, 1.1, 1.5, 2.0]
    found = []
    for chosen in itertools.combinations(range(7), 3):
        rest = [boots[i] for i in range(7) if i not in chosen]
        found.append(rank_sum.greater([boots[i] for i in chosen], rest).p)
    for p in set(found):
        assert sum(o <= p + 1e-12 for o in found) / len(found) \
            == pytest.approx(p)


@pytest.mark.parametrize('seed', SEEDS)
def test_swapped_arms_mirror_everything(seed):
    x = values(seed)
    assert signed_rank.greater(x, 0.01).p == signed_rank.less(-x, -0.01).p
    assert signed_rank.estimate(-x) == -signed_rank.estimate(x)
    low, high, _ = signed_rank.interval(x, 0.9)
    assert signed_rank.interval(-x, 0.9)[:2] == (-high, -low)


@pytest.mark.parametrize('seed', SEEDS)
def test_p_values_of_both_sides_share_the_observed_sum(seed):
    x = values(seed, 10)
    both = signed_rank.greater(x).p + signed_rank.less(x).p
    assert both > 1  # by the probability of exactly this sum


@pytest.mark.parametrize('seed', SEEDS)
def test_a_shift_moves_estimate_and_bounds_with_it(seed):
    x = values(seed)
    assert signed_rank.estimate(x + 0.03) == pytest.approx(
        signed_rank.estimate(x) + 0.03)
    assert signed_rank.lower(x + 0.03, 0.995)[0] == pytest.approx(
        signed_rank.lower(x, 0.995)[0] + 0.03)


@pytest.mark.parametrize('seed', SEEDS)
def test_worse_never_looks_better(seed):
    x = values(seed)
    found = [signed_rank.greater(x + shift).p
             for shift in np.linspace(-0.05, 0.05, 41)]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1]


@pytest.mark.parametrize('seed', SEEDS)
@pytest.mark.parametrize('scale', [1e-6, 1000.0])
def test_units_do_not_matter(seed, scale):
    """Datagrams or thousands of them: a difference of logarithms is the same.
    """
    rng = np.random.default_rng(seed)
    ln = rng.normal(0, 0.05, (2, 4))
    def block(factor):
        return [trial(i, 'echo', arm, {
            metric: value * factor
            for metric, value in figures(ln[:, i]).items()})
            for i, arm in enumerate('BAAB')]
    for metric in figures(ln[:, 0]):
        one, other = (pairs.difference(block(f), metric) for f in (1, scale))
        assert math.isclose(one, other, abs_tol=1e-12)
