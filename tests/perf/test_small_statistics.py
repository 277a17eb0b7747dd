# SPDX-License-Identifier: MIT
"""Holm's adjustment, shares, and the intervals of `run`."""
import itertools

import pytest

from udpmill_perf.judge.stats import bootstrap, clopper_pearson, holm


def rejected(p_values, level):
    """Holm's procedure as he described it: step down, and stop at the first
    one not rejected."""
    found = set()
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    for place, i in enumerate(order):
        if p_values[i] > level / (len(p_values) - place):
            break
        found.add(i)
    return found


def test_holm_agrees_with_the_textbook():
    assert holm.adjust([0.01, 0.04, 0.03, 0.005]) == pytest.approx(
        [0.03, 0.06, 0.06, 0.02])
    assert holm.adjust([]) == []
    assert holm.adjust([0.7, 0.9]) == [1.0, 1.0]


def test_holm_rejects_what_the_procedure_rejects():
    grid = (0.001, 0.0025, 0.0026, 0.004, 0.005, 0.006)
    for p_values in itertools.product(grid, repeat=3):
        adjusted = holm.adjust(p_values)
        assert {i for i, p in enumerate(adjusted) if p <= 0.005} \
            == rejected(p_values, 0.005)


@pytest.mark.parametrize('hits, tries, low, high', [
    (0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (5, 10, 0.1871, 0.8129),
    (1, 40, 0.0006, 0.1316), (0, 0, 0.0, 1.0)])
def test_a_share_has_the_known_interval(hits, tries, low, high):
    assert clopper_pearson.interval(hits, tries) == pytest.approx(
        (low, high), abs=5e-5)


def test_a_share_above_one_is_refused():
    with pytest.raises(ValueError):
        clopper_pearson.interval(5, 4)


def test_few_trials_give_their_range():
    assert bootstrap.median([3, 1, 2, 5, 4]) == (3.0, 1.0, 5.0)
    assert bootstrap.ratio([4, 6], [1, 2]) == (5 / 1.5, 2.0, 6.0)


def test_resampling_is_reproducible():
    values = [1.0, 1.1, 0.9, 1.2, 1.05, 0.97, 1.01, 1.3]
    middle, low, high = bootstrap.median(values)
    assert bootstrap.median(values) == (middle, low, high)
    assert 0.9 < low < middle < high < 1.3


def test_swapped_sides_invert_the_ratio():
    a = [2.0, 2.2, 1.9, 2.1, 2.05, 2.3, 1.8]
    b = [1.0, 1.1, 0.95, 1.05, 1.02, 0.9, 1.2]
    value, low, high = bootstrap.ratio(a, b)
    back, back_low, back_high = bootstrap.ratio(b, a)
    assert value == pytest.approx(1 / back)
    assert low == pytest.approx(1 / back_high, rel=0.05)
    assert high == pytest.approx(1 / back_low, rel=0.05)
