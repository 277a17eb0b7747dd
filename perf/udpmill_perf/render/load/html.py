# SPDX-License-Identifier: MIT
"""What the page of runs needs, beside what every page does."""
from ...file.load_view import Runs
from ...file.view import listed
from ..plain import clean
from . import words
from .tables import tables

ROWS = 120                  # over time, of a run


class Loaded:
    """The texts that load.html.j2 needs."""

    def __init__(self, view):
        self.runs = Runs(view).all
        self.tables = tables(view, ROWS, every=True)

    def commands(self):
        return [list(map(clean, map(str, listed(run.document.get('argv')))))
                for run in self.runs if run.document.get('argv')]

    def settings(self):
        """Heads, and rows of (key, values, whether they differ)."""
        runs = [run for run in self.runs if run.config]
        keys = dict.fromkeys(key for run in runs for key in run.config)
        rows = [(str(key), [words.setting(run.config.get(key))
                            for run in runs]) for key in keys]
        return [run.label for run in runs], [
            (key, values, len(set(values)) > 1) for key, values in rows]
