# SPDX-License-Identifier: MIT
"""What is measured next, and that it depends on nothing else."""
import math

import numpy as np
import pytest

from udpmill_perf import metrics
from udpmill_perf.errors import UNFIT, PerfError
from udpmill_perf.judge import plan

RATE, COST = metrics.GATED
DESIGN = dict(plan.DEFAULTS)
QUIET = [0.004 * (-1) ** i for i in range(60)]
WORSE = [0.03 + x for x in QUIET]
BETTER = [-0.03 + x for x in QUIET]
NOISY = [0.2 * (-1) ** i * (1 + i % 3) for i in range(60)]


def blocks(phases, rate=QUIET, cost=QUIET, unused=()):
    return [{'workload': 'echo', 'index': i, 'phase': phase,
             'used': phase != 'warm' and i not in unused,
             'd': {RATE: rate[i], COST: cost[i]}}
            for i, phase in enumerate(phases)]


def after(phases, **more):
    step = plan.next_step(DESIGN, blocks(phases, **more), 'echo')
    return step.phase, step.blocks


SCREENED = ['warm'] + ['screen'] * 12


@pytest.mark.parametrize('phases, more, expected', [
    ([], {}, ('warm', 1)),
    (['warm'], {}, ('screen', 12)),
    (SCREENED[:8], {}, ('screen', 5)),
    (SCREENED, {}, ('done', 0)),
    (SCREENED, {'rate': WORSE}, ('confirm', 24)),
    (SCREENED, {'cost': WORSE}, ('confirm', 24)),
    (SCREENED, {'rate': BETTER}, ('confirm', 24)),
    (SCREENED, {'rate': NOISY}, ('extend', 24)),
    (SCREENED, {'rate': NOISY, 'cost': WORSE}, ('confirm', 24)),
    (SCREENED + ['confirm'] * 20, {'rate': WORSE}, ('confirm', 4)),
    (SCREENED + ['confirm'] * 24, {'rate': WORSE}, ('done', 0)),
    (SCREENED + ['extend'] * 23, {'rate': NOISY}, ('extend', 1)),
    (SCREENED + ['extend'] * 24, {'rate': NOISY}, ('done', 0)),
    (SCREENED, {'unused': (3, 7)}, ('screen', 2)),
    (SCREENED, {'unused': (1, 3, 5, 7)}, ('invalid', 0)),
    (SCREENED + ['screen'] * 3, {'unused': (3, 5, 7)}, ('done', 0)),
    (SCREENED + ['confirm'] * 24, {'rate': WORSE,
                                   'unused': range(20, 29)}, ('confirm', 9)),
    (SCREENED + ['confirm'] * 24, {'rate': WORSE,
                                   'unused': range(20, 30)}, ('invalid', 0)),
])
def test_the_next_step_follows_from_the_blocks(phases, more, expected):
    assert after(phases, **more) == expected


def test_confirmation_is_decided_by_the_screen_alone():
    """Whatever its result is, nothing is measured after it."""
    phases = SCREENED + ['confirm'] * 24
    for rest in (QUIET, BETTER, NOISY, WORSE):
        found = blocks(phases, rate=WORSE[:13] + rest[13:])
        assert plan.next_step(DESIGN, found, 'echo').phase == 'done'


@pytest.mark.parametrize('screen, lost, phase', [
    (8, 2, 'screen'), (8, 3, 'invalid'), (12, 3, 'screen'),
    (12, 4, 'invalid'), (40, 10, 'screen'), (40, 11, 'invalid')])
def test_a_quarter_of_the_blocks_may_be_lost(screen, lost, phase):
    found = blocks(['warm'] + ['screen'] * screen, unused=range(lost + 1))
    step = plan.next_step({**DESIGN, 'screen': screen}, found, 'echo')
    assert step.phase == phase


def test_other_workloads_do_not_matter():
    found = blocks(SCREENED)
    for block in found[1:]:
        block['workload'] = 'discard'
    assert plan.next_step(DESIGN, found, 'echo') == plan.next_step(
        DESIGN, found[:1], 'echo')


def test_the_order_of_the_list_does_not_matter():
    found = blocks(SCREENED, rate=WORSE)
    assert plan.next_step(DESIGN, found[::-1], 'echo') == plan.next_step(
        DESIGN, found, 'echo')


@pytest.mark.parametrize('values, said', [
    (QUIET, plan.PASSED), (WORSE, plan.SUSPICIOUS), (BETTER, plan.PROMISING),
    (NOISY, plan.OPEN), ([], plan.OPEN)])
def test_the_results_of_a_screen(values, said):
    assert plan.screened(DESIGN, values[:12]) == said


def test_metrics_that_were_not_measured_do_not_stop_the_plan():
    found = blocks(SCREENED, cost=[None] * 60)
    assert plan.next_step(DESIGN, found, 'echo').phase == 'extend'


def test_without_a_second_phase_in_the_design_there_is_none():
    design = {**DESIGN, 'confirm': 0, 'extend': 0}
    for rate in (WORSE, NOISY):
        assert plan.next_step(design, blocks(SCREENED, rate=rate),
                              'echo').phase == 'done'


def test_margins_are_raised_to_the_floor():
    assert plan.margins() == (DESIGN['ignore'], DESIGN['tolerance'])
    assert plan.margins(floor=0.02) == (0.02, DESIGN['tolerance'])
    assert plan.margins(floor=0.001) == plan.margins()


@pytest.mark.parametrize('more, exit_code', [
    ({'floor': 0.06}, UNFIT), ({'ignore': 0.05}, 2), ({'ignore': -0.1}, 2)])
def test_contradictory_margins_are_refused(more, exit_code):
    with pytest.raises(PerfError) as error:
        plan.margins(**more)
    assert error.value.exit_code == exit_code


def test_percentages_are_converted_to_ln_and_back():
    assert plan.ln_of_percent(5) == pytest.approx(math.log(1.05))
    assert plan.percent_of_ln(plan.ln_of_percent(-3)) == pytest.approx(-3)
    with pytest.raises(PerfError):
        plan.ln_of_percent(-100)


def test_a_relevant_slowdown_seldom_passes_the_screen():
    """3 %, if blocks have a standard deviation of 2 %: near certainty."""
    rng = np.random.default_rng(1)
    said = [plan.screened(DESIGN, rng.normal(0.03, 0.02, 12))
            for _ in range(1000)]
    assert said.count(plan.SUSPICIOUS) >= 990
