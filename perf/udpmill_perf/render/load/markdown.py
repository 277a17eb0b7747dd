# SPDX-License-Identifier: MIT
"""Runs of `udpmill load` in Markdown. What only some readers want is folded."""
from ..tabled import in_markdown
from .tables import tables

ROWS = 20


def body(view):
    return [line for table in tables(view, ROWS, every=True)
            for line in in_markdown(table)]
