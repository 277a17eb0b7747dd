# SPDX-License-Identifier: MIT
"""Tables of texts that are made once, and laid out for a terminal and in
Markdown; table.html.j2 does it for a page."""
from dataclasses import dataclass

from . import plain
from .markup import escape, folded, table as laid_out

LEAST = 6                   # columns of a cell that is cut


@dataclass
class Table:
    """head and rows: texts; the columns in `left` are not numbers. whole:
    whether it is only of use to who wants every figure. notes: sentences
    below it."""
    title: str
    head: list
    rows: list
    left: tuple = (0,)
    whole: bool = False
    notes: tuple = ()


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


def on_terminal(table, ink, width):
    """Lines. If the last column is not of numbers, its cells are wrapped."""
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
            *map(ink.dim, line(table.head) if table.rows else ()),
            *(text for row in table.rows for text in line(row)),
            *(ink.dim(text) for note in table.notes
              for text in plain.wrap(note, width, '  '))]


def in_markdown(table):
    cells = laid_out(
        list(map(escape, table.head)),
        [list(map(escape, row)) for row in table.rows],
        [at for at in range(len(table.head)) if at not in table.left]) \
        if table.rows else []
    cells += ['', *map(escape, table.notes)] * bool(table.notes)
    return folded(table.title, cells) if table.whole \
        else [f'**{escape(table.title)}**', '', *cells, '']
