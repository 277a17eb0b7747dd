# SPDX-License-Identifier: MIT
"""The plan does what the table in perf/STATISTICS.md promises."""
import numpy as np
import pytest

from udpmill_perf.errors import PerfError
from udpmill_perf.judge import noise, plan, rerandomise, simulate

from made_up import comparison

MANY = 300

# The standard deviation of d, the effect, and the lowest and highest permitted
# share of REGRESSION: the expected share, plus or minus four standard errors.
EXPECTED = [(0.02, 0.00, 0.00, 0.00), (0.02, 0.03, 0.93, 1.00),
            (0.02, 0.05, 1.00, 1.00), (0.04, 0.00, 0.00, 0.00),
            (0.04, 0.03, 0.18, 0.42), (0.04, 0.05, 0.92, 1.00)]


@pytest.mark.parametrize('sd, effect, least, most', EXPECTED)
def test_slowdowns_are_found_as_often_as_expected(sd, effect, least, most):
    cell = simulate.cell(sd, effect, MANY)
    assert least <= cell['found'] <= most
    low, high = cell['interval']
    assert low <= cell['found'] <= high
    assert sum(cell['verdicts'].values()) == MANY


def test_the_usual_method_raises_false_alarms_and_this_one_does_not():
    cell = simulate.cell(0.04, 0.0, MANY)
    assert cell['usual'] > 0.26
    assert cell['found'] == 0


def test_equal_arms_mostly_pass_after_the_screen():
    assert simulate.cell(0.02, 0.0, MANY)['blocks'] < 16


@pytest.mark.parametrize('sd', [0.02, 0.04, 0.08, 0.16])
def test_a_change_as_large_as_the_tolerance_seldom_passes(sd):
    """The limit is 10 %: two looks at 5 % each at most."""
    passed = simulate.cell(sd, 0.05, MANY)['verdicts']
    assert passed['PASS'] + passed['IMPROVED'] <= 0.1 * MANY


def test_an_ignored_change_is_hardly_ever_a_regression():
    """The worst case without a regression: 0.5 % in a comparison."""
    assert simulate.cell(0.01, 0.01, 1000)['found'] <= 0.015


def test_progress_is_reported_to_the_end():
    seen = []
    simulate.table(2, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(i, 12) for i in range(1, 13)]


def test_the_same_seed_gives_the_same_table():
    cells = ((0.04, 0.03),)
    assert simulate.table(20, 5, cells=cells) == simulate.table(20, 5,
                                                                cells=cells)


@pytest.mark.parametrize('more', [{}, {'correlation': 0.95, 'walk': 0.8}])
def test_noise_has_the_requested_spread(more):
    rng = np.random.default_rng(4)
    made = noise.Noise(0.03, **more)
    d = []
    for _ in range(300):
        x = noise.trials(rng, made, 2, 160).reshape(2, 40, 4)
        d.append((x[..., 0] - x[..., 1] - x[..., 2] + x[..., 3]) / 2)
    d = np.concatenate(d, axis=1)
    assert np.std(d, axis=1) == pytest.approx([0.03, 0.03], rel=0.03)
    assert np.corrcoef(d)[0, 1] == pytest.approx(0.8, abs=0.03)


def test_neighbouring_trials_are_correlated():
    x = noise.trials(np.random.default_rng(4), noise.Noise(0.02, walk=0.0),
                     1, 20000)[0]
    assert np.corrcoef(x[:-1], x[1:])[0, 1] > 0.6


def test_the_coin_decides_which_arm_gets_the_noise():
    made = noise.Machine(np.random.default_rng(1), noise.Noise(0.02),
                         ['x_per_second'], 0.03)
    for _ in range(20):
        made.measure('w', 'screen')
    x = made.noise[0][:80].reshape(20, 4)
    half = (x[:, 0] - x[:, 1] - x[:, 2] + x[:, 3]) / 2
    sign = [1 if b['order'] == 'ABBA' else -1 for b in made.blocks]
    assert [b['d']['x_per_second'] for b in made.blocks] == pytest.approx(
        list(0.03 + sign * half))
    assert len(set(sign)) == 2


DOC = comparison(0.05, 0.02)


def test_equal_arms_with_a_files_noise_are_no_regression():
    found = rerandomise.replay(DOC, 200)
    assert found['verdicts']['REGRESSION'] == 0
    assert found['interval'][1] < 0.02


def test_an_effect_in_a_files_noise_is_found():
    assert rerandomise.replay(DOC, 100, plan.ln_of_percent(5))['found'] > 0.95


def test_the_files_own_difference_is_removed():
    for rows in rerandomise.pools(DOC).values():
        assert abs(np.median(rows)) < 0.01


def test_each_drawn_block_gets_a_new_coin():
    again = rerandomise.Again(np.random.default_rng(1), ['x', 'y'],
                              np.array([[0.01, -0.02]]), 0.1)
    for _ in range(40):
        again.measure('w', 'screen')
    assert {(round(b['d']['x'], 3), round(b['d']['y'], 3))
            for b in again.blocks} == {(0.11, 0.08), (0.09, 0.12)}


def test_several_workloads_are_replayed_together():
    doc = comparison(workloads=['a', 'b'])
    seen = []
    rerandomise.replay(doc, 3, progress=lambda *at: seen.append(at))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_too_few_blocks_cannot_represent_noise():
    with pytest.raises(PerfError, match='echo: 6 blocks'):
        rerandomise.replay(comparison(most=7), 10)
