# SPDX-License-Identifier: MIT
"""Intervals for the table of `run`: medians and their ratios.

By resampling with a fixed seed, so that the same trials always give the same
figures. With fewer than six trials, resampling would give an interval that is
too narrow, since it cannot exceed the range. So the range itself is given,
which contains the median with a probability of 94 % for five trials."""
import numpy as np

RESAMPLES = 4000
FEWEST = 6
SEED = 1


def _medians(rng, values):
    values = np.asarray(values, dtype=float)
    drawn = rng.integers(len(values), size=(RESAMPLES, len(values)))
    return np.median(values[drawn], axis=1)


def _between(figures, level):
    low, high = np.quantile(figures, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def median(values, level=0.95):
    """(median, low, high)"""
    middle = float(np.median(values))
    if len(values) < FEWEST:
        return middle, float(min(values)), float(max(values))
    rng = np.random.default_rng(SEED)
    return middle, *_between(_medians(rng, values), level)


def ratio(values, base, level=0.95):
    """(median / median of the base, low, high), of positive values."""
    middle = float(np.median(values) / np.median(base))
    if min(len(values), len(base)) < FEWEST:
        return (middle, float(min(values) / max(base)),
                float(max(values) / min(base)))
    rng = np.random.default_rng(SEED)
    return middle, *_between(_medians(rng, values) / _medians(rng, base),
                             level)
