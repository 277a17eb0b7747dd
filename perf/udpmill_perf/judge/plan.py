# SPDX-License-Identifier: MIT
"""How many blocks a comparison needs, by a rule that is fixed beforehand.

    warm     the first blocks, which are discarded
    screen   12 blocks. If they are suspicious, confirm follows; if they are
             quiet and exclude M, that is all; else extend follows.
    confirm  24 new blocks, which alone decide the verdict
    extend   24 more blocks, once, only to exclude M

Nothing else looks at the data, so nothing is repeated until the result
pleases. perf/STATISTICS.md defines "suspicious", and has the reasons and error
rates. Numbers are logarithms of ratios; d > 0 means that B is worse.
"""
import math
from dataclasses import dataclass

from ..errors import UNFIT, PerfError
from ..metrics import GATED
from .stats import signed_rank

DEFAULTS = {
    'metrics': list(GATED),
    'ignore': round(math.log(1.01), 6),     # m: 1 %
    'tolerance': round(math.log(1.05), 6),  # M: 5 %
    'discard': 1, 'screen': 12, 'confirm': 24, 'extend': 24,
    # One-sided levels: for a suspicious screen, a REGRESSION, and a PASS.
    'suspicion': 0.3, 'alpha_red': 0.005, 'alpha_pass': 0.05,
}

# The possible results of a screen, for each metric.
SUSPICIOUS = 'suspicious'  # perhaps worse by more than m
PROMISING = 'promising'    # perhaps better by more than m
PASSED = 'passed'          # neither, and M is excluded
OPEN = 'open'              # neither, but M is not excluded


def ln_of_percent(percent):
    """5 -> 0.0488: a percentage in the unit of all margins and differences."""
    if percent <= -100:
        raise PerfError(f'{percent} % must be above -100 %')
    return math.log1p(percent / 100)


def percent_of_ln(ln):
    return 100 * math.expm1(ln)


def margins(ignore=DEFAULTS['ignore'], tolerance=DEFAULTS['tolerance'],
            floor=None):
    """(ignore, tolerance), with ignore raised to the host's A/A floor."""
    if ignore < 0:
        raise PerfError('the ignored change must not be below zero')
    ignore = max(ignore, floor or 0.0)
    if ignore >= tolerance:
        raise PerfError(
            f'changes up to {percent_of_ln(ignore):.1f} % are ignored here, '
            f'so they must be below the {percent_of_ln(tolerance):.1f} % that '
            'are tolerated; quieten the host, or raise the tolerance',
            UNFIT if floor else 2)
    return ignore, tolerance


def setting(design, key):
    """A setting of the design, or its default."""
    return design.get(key, DEFAULTS[key])


@dataclass(frozen=True)
class Step:
    phase: str   # warm, screen, confirm, extend; done; invalid
    blocks: int  # left to measure in it; 0 for done and invalid
    why: str


def of(blocks, workload):
    """The blocks of a workload, in the order in which they were begun."""
    return sorted((b for b in blocks if b['workload'] == workload),
                  key=lambda b: b['index'])


def used(blocks, *phases):
    return [b for b in blocks if b['used'] and b['phase'] in phases]


def differences(blocks, metric):
    """The differences of a metric, of all blocks that have one."""
    values = (b['d'].get(metric) for b in blocks)
    return [value for value in values if value is not None]


def screened(design, values):
    """The result of a screen with these differences."""
    ignore = setting(design, 'ignore')
    suspicion = setting(design, 'suspicion')
    if len(values) == 0:
        return OPEN
    if signed_rank.greater(values, ignore).p <= suspicion:
        return SUSPICIOUS
    if signed_rank.less(values, -ignore).p <= suspicion:
        return PROMISING
    high, _ = signed_rank.upper(values, 1 - setting(design, 'alpha_pass'))
    if high is not None and high < setting(design, 'tolerance'):
        return PASSED
    return OPEN


def outcomes(design, blocks):
    """metric -> result of the screen, from the blocks of a workload."""
    found = used(blocks, 'screen')
    return {metric: screened(design, differences(found, metric))
            for metric in setting(design, 'metrics')}


def second_phase(design, blocks):
    """The phase after the screen: confirm, extend, or None."""
    said = set(outcomes(design, blocks).values())
    if said & {SUSPICIOUS, PROMISING} and setting(design, 'confirm'):
        return 'confirm'
    if OPEN in said and setting(design, 'extend'):
        return 'extend'
    return None


def too_many_unusable(blocks, wanted):
    """Whether more than a quarter of the wanted blocks could not be used."""
    lost = sum(not b['used'] for b in blocks if b['phase'] != 'warm')
    return lost > max(2, wanted // 4)


REASON = {
    'confirm': 'the screen is suspicious: new blocks decide',
    'extend': 'the screen is quiet but too noisy to exclude the tolerance',
}


def next_step(design, blocks, workload):
    """The next step for a workload, which depends only on its blocks so far. A
    block that cannot be used is replaced, up to a limit."""
    blocks = of(blocks, workload)
    missing = (setting(design, 'discard')
               - sum(b['phase'] == 'warm' for b in blocks))
    if missing > 0:
        return Step('warm', missing, 'the first blocks are discarded')
    wanted = setting(design, 'screen')
    missing = wanted - len(used(blocks, 'screen'))
    phase = None if missing > 0 else second_phase(design, blocks)
    if phase:
        wanted += setting(design, phase)
    if too_many_unusable(blocks, wanted):
        return Step('invalid', 0, 'too many blocks could not be used')
    if missing > 0:
        return Step('screen', missing, 'is there a difference?')
    if phase is None:
        return Step('done', 0, 'the screen decides')
    missing = setting(design, phase) - len(used(blocks, phase))
    return Step(phase if missing > 0 else 'done', max(0, missing),
                REASON[phase])
