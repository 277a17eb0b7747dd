# SPDX-License-Identifier: MIT
"""Holm's adjustment: the chance of any false alarm in several tests is limited
as in a single one."""


def adjust(p_values):
    """The adjusted p of each, in the given order: at most a level exactly if
    Holm's procedure at that level rejects."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    worst = 0.0
    for place, i in enumerate(order):
        worst = max(worst, (len(p_values) - place) * p_values[i])
        adjusted[i] = min(1.0, worst)
    return adjusted
