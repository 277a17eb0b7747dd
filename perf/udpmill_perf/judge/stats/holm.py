# SPDX-License-Identifier: MIT
"""Holm's adjustment: several tests, and one chance of a false alarm."""


def adjust(p_values):
    """Each p as it counts among the others, in the order given. At most a
    level exactly where Holm's procedure at that level rejects."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    worst = 0.0
    for place, i in enumerate(order):
        worst = max(worst, (len(p_values) - place) * p_values[i])
        adjusted[i] = min(1.0, worst)
    return adjusted
