# SPDX-License-Identifier: MIT
"""Where a series changed its level: a hint for the reader, not a verdict.

This is binary segmentation. The best place to cut a series in two is where the
ranks on both sides differ most (ranks limit the weight of an outlier). It is a
change if shuffles of the series hardly ever differ as much; then both sides
are searched in the same way. The seed is fixed, so that the same series always
gives the same result.
"""
from dataclasses import dataclass

import numpy

SHORTEST = 4                # points on either side of a change
SHUFFLES = 1999
LEVEL = 0.005
SEED = 20240229


@dataclass
class Change:
    index: int                  # the first point of the new level
    before: float               # medians of the parts before and after
    after: float
    p: float


def changes(values):
    """All changes of level in a series of positive numbers, in order."""
    values = numpy.asarray(values, dtype=float)
    if len(values) < 2 * SHORTEST:
        return []
    rng = numpy.random.default_rng(SEED)
    cuts, open_parts = {}, [(0, len(values))]
    while open_parts:
        start, end = open_parts.pop()
        found = _cut(values[start:end], rng)
        if found:
            cut, p = start + found[0], found[1]
            cuts[cut] = p
            open_parts += [(start, cut), (cut, end)]
    edges = [0, *sorted(cuts), len(values)]
    return [Change(cut, float(numpy.median(values[before:cut])),
                   float(numpy.median(values[cut:after])), cuts[cut])
            for before, cut, after in zip(edges, edges[1:], edges[2:])]


def _cut(values, rng):
    """(place, p) of the best cut; None if shuffles often match it."""
    size = len(values)
    if size < 2 * SHORTEST:
        return None
    ranks = _ranks(values)
    if not ranks.any():
        return None
    place, best = _best(ranks[None, :])
    shuffled = rng.permuted(numpy.tile(ranks, (SHUFFLES, 1)), axis=1)
    _, others = _best(shuffled)
    reached = int((others >= best[0] - 1e-9).sum())
    p = (1 + reached) / (1 + SHUFFLES)
    return (int(place[0]), p) if p <= LEVEL else None


def _ranks(values):
    """Ranks centred on zero; equal values get the mean of their ranks."""
    _, which, count = numpy.unique(values, return_inverse=True,
                                   return_counts=True)
    last = numpy.cumsum(count)
    ranks = (last - (count - 1) / 2)[which]
    return ranks - ranks.mean()


def _best(rows):
    """For each row, the place and size of the largest scaled difference."""
    size = rows.shape[1]
    left = numpy.arange(1, size)
    sums = numpy.abs(numpy.cumsum(rows, axis=1)[:, :-1])
    scaled = sums / numpy.sqrt(left * (size - left))
    scaled[:, :SHORTEST - 1] = -1
    scaled[:, size - SHORTEST:] = -1
    place = scaled.argmax(axis=1)
    return place + 1, scaled[numpy.arange(len(rows)), place]
