# SPDX-License-Identifier: MIT
"""What equal arms show about a host: its noise, and its floor.

Because of the coin, equal arms do not differ in the long run. If they differ
in a measurement, it is by chance, or by a bias of the harness on this host. A
change smaller than that is not worth a verdict, so m is raised to it."""
from . import evidence, plan

EFFECTS = (0.03, 0.05)  # slowdowns for which the blocks are computed


def of(design, values, effects=EFFECTS):
    """The noise of a metric, from the differences of A/A blocks: its sd and
    floor in ln, the number of blocks needed to find each effect (a share), and
    the number recommended: what M needs, but no fewer than the design has."""
    f = evidence.of_blocks(design, values)
    floor = None if f.estimate is None else abs(f.estimate)
    tests = len(plan.setting(design, 'metrics'))
    raised = {**design, 'ignore': max(plan.setting(design, 'ignore'),
                                      floor or 0.0)}

    def needed(tolerance):
        if tolerance <= raised['ignore']:
            return None
        return evidence.values_needed({**raised, 'tolerance': tolerance}, f,
                                     tests)

    for_tolerance = needed(plan.setting(design, 'tolerance'))
    return {
        'blocks': f.n, 'sd': f.sd, 'floor': floor,
        'interval': [f.low, f.high],
        'blocks_needed': {f'{effect:g}': needed(
            plan.ln_of_percent(100 * effect)) for effect in effects},
        'recommended': for_tolerance and max(
            for_tolerance, plan.setting(design, 'confirm')),
    }


def rows(design, blocks, workloads):
    """The rows of a calibration: one per workload and judged metric."""
    return [{'workload': name, 'metric': metric,
             **of(design, plan.differences(
                 plan.used(plan.of(blocks, name), 'screen'), metric))}
            for name in workloads for metric in plan.setting(design,
                                                             'metrics')]
