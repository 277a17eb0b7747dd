# SPDX-License-Identifier: MIT
"""Clopper and Pearson's confidence interval of a share: exact, even near 0 and
1."""
from scipy.stats import beta


def interval(hits, tries, level=0.95):
    """(low, high), which contain the true share with a confidence of at least
    `level`."""
    if not 0 <= hits <= tries:
        raise ValueError(f'{hits} of {tries}')
    tail = (1 - level) / 2
    low = beta.ppf(tail, hits, tries - hits + 1) if hits else 0.0
    high = beta.ppf(1 - tail, hits + 1, tries - hits) if hits < tries else 1.0
    return float(low), float(high)
