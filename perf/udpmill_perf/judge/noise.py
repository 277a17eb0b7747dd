# SPDX-License-Identifier: MIT
"""Simulated measurements for which the truth is known, with noise like that of
real machines.

Disturbances last longer than a trial: temperature, other programs, memory
layout. So the noise is a first-order autoregression, a random walk and a
trend, in the proportions found on a quiet server, scaled to the wanted
standard deviation of d, the difference in a block."""
import math
from dataclasses import dataclass

import numpy as np

from . import coin


@dataclass(frozen=True)
class Noise:
    sd: float            # of a block's d, in ln
    correlation: float = 0.7  # between a trial and the next
    walk: float = 0.2    # the random walk's share of d's variance
    trend: float = 0.001  # ln per trial; blocks cancel it
    together: float = 0.8  # the correlation between the metrics' noise


def autoregression(rng, shape, r):
    """A stationary series of variance 1, along the last axis."""
    out = rng.standard_normal(shape)
    fresh = math.sqrt(1 - r * r)
    for i in range(1, shape[-1]):
        out[..., i] = r * out[..., i - 1] + fresh * out[..., i]
    return out


def contrast_variance(r):
    """The variance of d = (x0 - x1 - x2 + x3) / 2 in such a series."""
    return 1 + (r ** 3 - 2 * r ** 2 - r) / 2


def trials(rng, noise, metrics, count):
    """ln noise of `count` trials in a row, a row per metric."""
    r = noise.correlation
    fast = autoregression(rng, (metrics + 1, count), r)
    slow = np.cumsum(rng.standard_normal((metrics + 1, count)), axis=1)
    fast *= noise.sd * math.sqrt((1 - noise.walk) / contrast_variance(r))
    slow *= noise.sd * math.sqrt(noise.walk / 0.5)
    own = fast + slow
    shared = math.sqrt(noise.together)
    mixed = shared * own[0] + math.sqrt(1 - noise.together) * own[1:]
    return mixed + noise.trend * np.arange(count)


class Machine:
    """Measures as many blocks of a workload as requested. B is worse than A by
    `effect` (ln), which is one number, or one for each metric."""

    def __init__(self, rng, noise, metrics, effect, most=80):
        self.seed = int(rng.integers(2 ** 31))
        self.metrics = metrics
        self.effect = np.broadcast_to(effect, len(metrics))
        self.noise = trials(rng, noise, len(metrics), 4 * most)
        self.blocks = []

    def measure(self, workload, phase):
        index = len(self.blocks)
        order = coin.coin(self.seed, workload, index)
        x0, x1, x2, x3 = (self.noise[:, 4 * index + i] for i in range(4))
        half = (x0 - x1 - x2 + x3) / 2
        d = self.effect + (half if order == 'ABBA' else -half)
        self.blocks.append({
            'workload': workload, 'index': index, 'order': order,
            'phase': phase, 'trials': [4 * index + i for i in range(4)],
            'used': phase != 'warm',
            'd': dict(zip(self.metrics, d.tolist()))})
