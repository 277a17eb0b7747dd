# SPDX-License-Identifier: MIT
"""Runs of `udpmill load` in Markdown. What only some readers want is folded."""
from ..markup import escape, folded, table as laid_out
from .tables import tables

ROWS = 20


def body(view):
    lines = []
    for table in tables(view, ROWS):
        cells = laid_out(
            list(map(escape, table.head)),
            [list(map(escape, row)) for row in table.rows],
            [at for at in range(len(table.head)) if at not in table.left])
        lines += folded(table.title, cells) if table.whole \
            else [f'**{escape(table.title)}**', '', *cells, '']
    return lines
