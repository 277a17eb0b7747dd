# SPDX-License-Identifier: MIT
"""How well the plan works if the truth is known: how often it calls equal arms
worse, and how often it finds a real slowdown.

It uses the code that judges measurements. For comparison, it also tries the
usual method: some runs of A, then as many of B, and Welch's test at 5 %.
"""
import numpy as np
from scipy.stats import ttest_ind

from ..outcomes import IMPROVED, INCONCLUSIVE, PASS, REGRESSION
from . import noise as noises, plan, verdict
from .stats import clopper_pearson

WORKLOAD = 'simulated'
CELLS = tuple((sd, effect) for sd in (0.02, 0.04)
              for effect in (0.0, 0.03, 0.05))
USUAL_RUNS = 20


def no_verdicts():
    return dict.fromkeys((PASS, IMPROVED, REGRESSION,
                          INCONCLUSIVE), 0)


def follow(design, machines):
    """Makes a comparison from beginning to end; `machines` has, for each
    workload, what measures it. Returns (overall verdict, number of blocks)."""
    for workload, machine in machines.items():
        while True:
            step = plan.next_step(design, machine.blocks, workload)
            if not step.blocks:
                break
            for _ in range(step.blocks):
                machine.measure(workload, step.phase)
    blocks = [b for machine in machines.values() for b in machine.blocks]
    _, overall = verdict.judge_blocks(design, blocks, list(machines))
    return overall, len(blocks)


def usual(rng, noise, effect):
    """Whether all of A, then all of B, and Welch's test call B different."""
    series = noises.trials(rng, noise, 1, 2 * USUAL_RUNS)[0]
    a, b = series[:USUAL_RUNS], series[USUAL_RUNS:] + effect
    return ttest_ind(a, b, equal_var=False).pvalue <= 0.05


def cell(sd, effect, comparisons, seed=1, design=None, tick=None):
    """One line of the table: this number of comparisons with one noise and one
    effect (a share). tick() is called after each."""
    design = design or dict(plan.DEFAULTS)
    noise = noises.Noise(sd)
    rng = np.random.default_rng([seed, round(sd * 1e6), round(effect * 1e6)])
    metrics = plan.setting(design, 'metrics')
    said = no_verdicts()
    blocks = cried = 0
    for _ in range(comparisons):
        overall, took = follow(design, {WORKLOAD: noises.Machine(
            rng, noise, metrics, np.log1p(effect))})
        said[overall] += 1
        blocks += took
        cried += usual(rng, noise, np.log1p(effect))
        if tick:
            tick()
    low, high = clopper_pearson.interval(said[REGRESSION],
                                         comparisons)
    return {
        'sd': sd, 'effect': effect, 'comparisons': comparisons,
        'verdicts': said, 'blocks': blocks / comparisons,
        'found': said[REGRESSION] / comparisons,
        'interval': [low, high], 'usual': cried / comparisons,
    }


def table(comparisons, seed=1, progress=None, cells=CELLS, design=None):
    """The cells of the table; progress(done, of) is called after each step."""
    done = 0

    def tick():
        nonlocal done
        done += 1
        if progress:
            progress(done, comparisons * len(cells))

    return [cell(sd, effect, comparisons, seed, design, tick)
            for sd, effect in cells]
