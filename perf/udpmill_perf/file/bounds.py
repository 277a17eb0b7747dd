# SPDX-License-Identifier: MIT
"""Limits that our own files keep, and so any file has to.

The time to wrap and draw a text grows with the square of its length, and
arithmetic with larger numbers overflows.
"""
MOST_BYTES = 256 << 20
MOST_TEXT, MOST_NAME = 100_000, 200
NAMES = ('name', 'label', 'workload', 'arm', 'metric', 'who', 'peer', 'phase',
         'function', 'group')
# The schema has the range of the logarithms of such numbers and their ratios.
MOST_NUMBER, LEAST_NUMBER, LEAST_P = 1e18, 1e-30, 1e-300
P_VALUES = ('p', 'p_holm', 'p_better', 'p_better_holm')
MOST_INTEGER = 2 ** 63 - 1
MOST_DEPTH = 40
MOST_BLOCKS, MOST_LN = 1000, 200  # also in the schema


def where(path):
    """['trials', 3, 'metrics'] -> 'trials[3].metrics'"""
    text = ''.join(f'[{key}]' if isinstance(key, int) else f'.{key}'
                   for key in path)
    return text.lstrip('.') or 'the whole document'


def _wrong_value(key, value):
    if isinstance(value, str):
        most = MOST_NAME if key in NAMES else MOST_TEXT
        if len(value) > most:
            return f'a text of {len(value)} characters; {most} are allowed'
    elif isinstance(value, int):
        if abs(value) > MOST_INTEGER:
            return 'a number beyond 2^63, which no counter can reach'
    elif isinstance(value, float) and value:
        least = LEAST_P if key in P_VALUES else LEAST_NUMBER
        if not least <= abs(value) <= MOST_NUMBER:
            return (f'{value:.3g} is outside of what can be measured, '
                    f'{least} to {MOST_NUMBER}')
    return None


def wrong_sizes(document):
    """Check what a schema does not: lengths, sizes of numbers, and depth."""
    left = [((), document)]
    while left:
        path, value = left.pop()
        if len(path) > MOST_DEPTH:
            return f'{where(path[:3])}: more than {MOST_DEPTH} levels deep'
        wrong = _wrong_value(path[-1] if path else None, value)
        if wrong:
            return f'{where(path)}: {wrong}'
        if isinstance(value, dict):
            for key in value:
                if len(key) > MOST_NAME:
                    return (f'{where(path)}: a key of {len(key)} '
                            f'characters; {MOST_NAME} are allowed')
            left += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            left += [((*path, i), item) for i, item in enumerate(value)]
    return None
