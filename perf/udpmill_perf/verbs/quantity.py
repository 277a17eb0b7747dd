# SPDX-License-Identifier: MIT
"""Times and percentages as people type them, for argparse."""
import argparse
import re

TIME = re.compile(r'(\d+(?:\.\d+)?)(ms|s|m|)')
SECONDS = {'ms': 1e-3, 's': 1.0, '': 1.0, 'm': 60.0}


def seconds(text):
    found = TIME.fullmatch(text)
    value = float(found[1]) * SECONDS[found[2]] if found else 0
    if value <= 0:
        raise argparse.ArgumentTypeError(
            f'"{text}" is not a time; try 1s, 500ms or 2m')
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


def count(least, most=None):
    bounds = (f'of at least {least}' if most is None
              else f'within {least} to {most}')

    def parse(text):
        if not text.isdecimal() or int(text) < least or (
                most is not None and int(text) > most):
            raise argparse.ArgumentTypeError(
                f'"{text}" is not a whole number {bounds}')
        return int(text)
    return parse
