# SPDX-License-Identifier: MIT
"""All plots of a document, in reading order."""
from . import boots, cpu, forest, latency, overview, paired, run_order, scaling

SECTIONS = (
    ('The difference', (forest.plots,)),
    ('The figures', (overview.plots,)),
    ('Block by block', (paired.plots,)),
    ('Boot by boot', (boots.plots,)),
    ('Over the matrix', (scaling.plots,)),
    ('Where the CPU time goes', (cpu.plots,)),
    ('Latency', (latency.plots,)),
    ('In the order of the run', (run_order.plots,)))


def sections(view, prefix):
    """Yields (title, plots) for everything the document has numbers for."""
    for title, makers in SECTIONS:
        found = [plot for make in makers for plot in make(view, prefix)]
        if found:
            yield title, found
