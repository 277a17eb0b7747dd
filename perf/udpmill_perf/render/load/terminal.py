# SPDX-License-Identifier: MIT
"""Runs of `udpmill load` on a terminal: small tables, one below the other."""
from ...file.load_view import Runs
from .. import plain
from .tables import tables

ROWS, FEW = 12, 6           # over time: of one run, of each of several
LEAST = 6                   # columns of a cell that is cut


def body(view, ink, width):
    most = ROWS if len(Runs(view).all) == 1 else FEW
    lines = []
    for table in tables(view, most):
        lines += [''] * bool(lines) + _table(table, ink, width)
    return lines


def _widths(table, width):
    """Of each column: as wide as its widest cell, but the widest ones are cut
    if all do not fit."""
    cells = [table.head, *table.rows]
    widths = [max(plain.width(plain.clean(row[at])) for row in cells)
              for at in range(len(table.head))]
    room = width - 2 * (len(widths) - 1) - 2
    while sum(widths) > room and max(widths) > LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _table(table, ink, width):
    widths = _widths(table, width)

    def line(cells):
        *first, last = [
            (plain.left if at in table.left else plain.right)(cell, size)
            for at, (cell, size) in enumerate(zip(cells, widths))]
        start = '  ' + '  '.join(first) + '  '
        if len(cells) - 1 not in table.left:
            return [(start + last).rstrip()]
        return plain.wrap(cells[-1], plain.width(start) + widths[-1], start,
                          ' ' * plain.width(start)) or [start.rstrip()]

    return [ink.strong(plain.cut(table.title, width)),
            *map(ink.dim, line(table.head)),
            *(text for row in table.rows for text in line(row))]
