# SPDX-License-Identifier: MIT
"""A calibration and a self-test on a terminal."""
from . import plain, proof


def calibration(view, ink, width):
    rows = proof.calibration(view)
    first = max(10, width - 54)
    lines = []
    if rows:
        lines.append(ink.dim(_line(first, proof.CALIBRATION_HEAD)))
    lines += [_line(first, row) for row in rows]
    return lines + _rest(view, 'calibration', ink, width)


def _line(first, row):
    workload, metric, blocks, sd, floor, needed = row
    return (f'{plain.left(workload, first)} {plain.left(metric, 16)} '
            f'{plain.right(blocks, 6)} {plain.right(sd, 7)} '
            f'{plain.right(floor, 7)} {plain.right(needed, 12)}').rstrip()


def selftest(view, ink, width):
    lines = []
    for row in proof.selftest(view):
        start = f'  {plain.left(row.title, 26)}  '
        said = plain.wrap(row.text, width, start, ' ' * len(start))
        if row.verdict:
            said[0] = said[0].replace('  ', ink.verdict(
                '* ', row.verdict), 1)
        lines += said
    return lines + _rest(view, 'selftest', ink, width)


def _rest(view, part, ink, width):
    """The other values of a document, with their keys."""
    lines = []
    for key, value in proof.rest(view, part):
        lines += [ink.dim(line) for line in
                  plain.wrap(f'{key}: {value}', width, '  ')]
    return lines
