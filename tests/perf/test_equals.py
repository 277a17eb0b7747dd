# SPDX-License-Identifier: MIT
"""The noise of a host, and how it affects the margins."""
from statistics import NormalDist

import pytest

from udpmill_perf.judge import equals, plan

DESIGN = dict(plan.DEFAULTS)


def spread(centre, sd, n=36):
    return [NormalDist(centre, sd).inv_cdf((i + 0.5) / n) for i in range(n)]


def test_the_floor_is_the_difference_of_equal_arms():
    for centre in (0.004, -0.004):
        found = equals.of(DESIGN, spread(centre, 0.01))
        assert found['floor'] == pytest.approx(0.004)
        assert found['interval'][0] < centre < found['interval'][1]


def test_more_noise_needs_more_blocks():
    needed = [equals.of(DESIGN, spread(0, sd))['blocks_needed']
              for sd in (0.01, 0.02, 0.04, 0.08)]
    for effect in ('0.03', '0.05'):
        counts = [one[effect] for one in needed]
        assert counts == sorted(counts) and counts[0] < counts[-1]
    assert all(one['0.03'] >= one['0.05'] for one in needed)


def test_at_least_the_blocks_of_the_design_are_recommended():
    assert equals.of(DESIGN, spread(0, 0.005))['recommended'] == 24
    assert equals.of(DESIGN, spread(0, 0.08))['recommended'] > 60


def test_a_floor_above_an_effect_hides_it():
    found = equals.of(DESIGN, spread(0.04, 0.01))
    assert found['blocks_needed']['0.03'] is None
    assert found['blocks_needed']['0.05'] is not None
    found = equals.of(DESIGN, spread(0.06, 0.01))
    assert found['recommended'] is None


def test_without_measurements_there_are_no_figures():
    found = equals.of(DESIGN, [])
    assert found['sd'] is found['floor'] is found['recommended'] is None
