# SPDX-License-Identifier: MIT
"""Made-up measurements whose truth is known, with noise as machines make it.

Disturbances last longer than a trial: temperature, other programs, memory
layout. So noise is a first-order autoregression, a random walk and a trend, in
proportions that a quiet server shows, scaled to the wanted standard deviation
of d, the difference in a block.
"""
import math
from dataclasses import dataclass

import numpy as np

from . import coin


@dataclass(frozen=True)
class Noise:
    sd: float            # of d per block, ln
    correlation: float = 0.7  # of a trial and the next
    walk: float = 0.2    # the share of d's variance that is a random walk's
    trend: float = 0.001  # ln per trial; blocks cancel it
    together: float = 0.8  # the correlation of two metrics' noise


def autoregression(rng, shape, r):
    """Along the last axis: stationary, of variance 1."""
    out = rng.standard_normal(shape)
    fresh = math.sqrt(1 - r * r)
    for i in range(1, shape[-1]):
        out[..., i] = r * out[..., i - 1] + fresh * out[..., i]
    return out


def contrast_variance(r):
    """The variance of d = (x0 - x1 - x2 + x3) / 2 of such a series."""
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
    """Measures blocks of a workload, as many as it is asked for: B is worse
    than A by `effect` (ln) in every metric, or by one effect for each."""

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
