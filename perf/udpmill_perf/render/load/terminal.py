# SPDX-License-Identifier: MIT
"""Runs of `udpmill load` on a terminal: small tables, one below the other."""
from ...file.load_view import Runs
from ..tabled import on_terminal
from .tables import tables

ROWS, FEW = 12, 6           # over time: of one run, of each of several


def body(view, ink, width):
    most = ROWS if len(Runs(view).all) == 1 else FEW
    lines = []
    for table in tables(view, most):
        lines += [''] * bool(lines) + on_terminal(table, ink, width)
    return lines
