# SPDX-License-Identifier: MIT
"""A block's difference, and whether the block can be used."""
import math

import pytest

from udpmill_perf import metrics
from udpmill_perf.errors import PerfError
from udpmill_perf.judge import pairs

from made_up import trial

RATE, COST = 'datagrams_per_second', 'machine_ns_per_datagram'


def block(order, a, b, metric=RATE, **more):
    return [trial(i, 'echo', arm, {metric: a if arm == 'A' else b}, **more)
            for i, arm in enumerate(order)]


@pytest.mark.parametrize('order', ['ABBA', 'BAAB'])
@pytest.mark.parametrize('metric, a, b', [(RATE, 103.0, 100.0),
                                          (COST, 100.0, 103.0)])
def test_above_zero_means_that_b_is_worse(order, metric, a, b):
    d = pairs.difference(block(order, a, b, metric), metric)
    assert d == pytest.approx(math.log(1.03))


@pytest.mark.parametrize('order', ['ABBA', 'BAAB'])
def test_a_steady_drift_cancels(order):
    trials = block(order, 100.0, 100.0)
    for place, one in enumerate(trials):
        one['metrics'][RATE] *= math.exp(0.05 * place)
    assert pairs.difference(trials, RATE) == pytest.approx(0, abs=1e-12)


def test_the_other_side_of_the_coin_changes_the_sign():
    values = [100.0, 104.0, 98.0, 110.0]
    d = [pairs.difference([trial(i, 'echo', arm, {RATE: value})
                           for i, (arm, value) in enumerate(
                               zip(order, values))], RATE)
         for order in ('ABBA', 'BAAB')]
    assert d[0] == pytest.approx(-d[1])


@pytest.mark.parametrize('change', [
    {'validity': 'INVALID'}, {'metrics': {RATE: 0.0}}, {'arm': 'A'}])
def test_an_invalid_trial_makes_its_block_unusable(change):
    trials = block('ABBA', 100.0, 100.0)
    assert pairs.block('echo', 1, 'ABBA', 'screen', trials, [RATE])['used']
    trials[1].update(change)
    assert not pairs.block('echo', 1, 'ABBA', 'screen', trials,
                           [RATE])['used']


def test_three_trials_are_not_a_usable_block():
    made = pairs.block('echo', 1, 'ABBA', 'screen',
                       block('ABBA', 1.0, 1.0)[:3], [RATE])
    assert not made['used'] and made['d'] == {RATE: None}


def test_a_warm_up_is_not_used():
    made = pairs.block('echo', 0, 'ABBA', 'warm', block('ABBA', 1.0, 1.0),
                       [RATE])
    assert not made['used']


def test_suspect_trials_are_kept():
    trials = block('ABBA', 2.0, 2.0, validity='SUSPECT')
    assert pairs.usable('ABBA', trials, [RATE]) and pairs.suspect(trials)


def test_a_figure_that_was_not_measured_has_no_difference():
    trials = block('ABBA', 2.0, None)
    made = pairs.block('echo', 1, 'ABBA', 'screen', trials, [RATE])
    assert made['used'] and made['d'][RATE] is None


def test_a_metric_of_unknown_direction_is_refused():
    with pytest.raises(PerfError, match='neither'):
        metrics.larger_is_better('datagrams')
