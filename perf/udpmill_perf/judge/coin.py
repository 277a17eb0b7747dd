# SPDX-License-Identifier: MIT
"""The coin that decides the order of a block's arms. Anyone can repeat the
toss.

It is the first bit of a SHA-256, not a random number from a language's
library, so that a file can be checked as long as SHA-256 is known."""
import hashlib

ORDERS = ('ABBA', 'BAAB')


def coin(seed, workload, index):
    """The order of a block of a workload, by the first bit of
    SHA-256("SEED:WORKLOAD:INDEX"): ABBA for 0, BAAB for 1."""
    text = f'{seed}:{workload}:{index}'
    return ORDERS[hashlib.sha256(text.encode()).digest()[0] >> 7]


def turns(seed, index):
    """The order in which a pair of boots is made: the half of a block."""
    return coin(seed, 'boots', index)[:2]
