# SPDX-License-Identifier: MIT
"""A page of results with pictures beside it, from a run of the preset results
and counted instructions."""
import os
from dataclasses import dataclass

from ...file.view import View
from . import counted, document, figures, pictures


@dataclass
class Page:
    """text: Markdown. pictures: the SVG of each, by its name."""
    text: str
    pictures: dict


def render(documents, folder):
    """documents: [(name, document), ...]. folder: of the pictures, as seen from
    the page."""
    views = [View(made, name) for name, made in documents]
    runs = [figures.Run(view) for view in views if view.kind == 'run']
    counts = counted.Counted([v for v in views if v.kind == 'count'])
    drawn = [plot for run in runs for plot in pictures.plots(run)]
    return Page(
        document.write(runs, counts, {
            (plot.run, plot.section, plot.kind): os.path.join(
                folder, plot.name) for plot in drawn}),
        {plot.name: plot.svg for plot in drawn})
