# SPDX-License-Identifier: MIT
"""The coin that orders a block's arms: one that anyone can toss again.

It is the first bit of a SHA-256, and no generator of a language's library, so
that a file can be checked for as long as there is SHA-256.
"""
import hashlib

ORDERS = ('ABBA', 'BAAB')


def coin(seed, workload, index):
    """The order of a workload's block: its first bit of
    SHA-256("SEED:WORKLOAD:INDEX"), 0 for ABBA and 1 for BAAB."""
    text = f'{seed}:{workload}:{index}'
    return ORDERS[hashlib.sha256(text.encode()).digest()[0] >> 7]
