# SPDX-License-Identifier: MIT
"""Times, percentages and paths as people type them, for argparse."""
import argparse
import re

from ..file import bounds

TIME = re.compile(r'(\d+(?:\.\d+)?)(ms|s|m|)')
MOST_SECONDS = 86400
SECONDS = {'ms': 1e-3, 's': 1.0, '': 1.0, 'm': 60.0}


def seconds(text):
    found = TIME.fullmatch(text)
    value = float(found[1]) * SECONDS[found[2]] if found else 0
    if not 0 < value <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            f'"{text}" is not a time of up to a day; try 1s, 500ms or 2m')
    return value


def percent(text):
    try:
        value = float(text.removesuffix('%').strip())
    except ValueError:
        value = -1.0
    if not 0 <= value < 100:
        raise argparse.ArgumentTypeError(
            f'"{text}" is not a percentage below 100; try 5 or 2.5%')
    return value


def count(least, most=bounds.MOST_INTEGER):
    def parse(text):
        found = re.fullmatch(r'0*([0-9]{1,19})', text)
        if not found or not least <= int(found[1]) <= most:
            raise argparse.ArgumentTypeError(
                f'"{text}" is not a whole number within {least} to {most}')
        return int(found[1])
    return parse


def given(text):
    """A path. An empty one is mostly a script's variable that was never set,
    and must not stand for the default."""
    if not text:
        raise argparse.ArgumentTypeError('is empty; give a path, or leave the '
                                         'option out')
    return text
