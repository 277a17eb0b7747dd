# SPDX-License-Identifier: MIT
"""All plots of a document, in reading order."""
from . import (boots, cpu, forest, functions, groups, latency, load_latency,
               load_ledger, load_rate, load_stages, load_time, overview,
               paired, run_order, scaling)

SECTIONS = (
    ('The difference', (forest.plots,)),
    ('The figures', (overview.plots,)),
    ('Block by block', (paired.plots,)),
    ('Boot by boot', (boots.plots,)),
    ('Over the matrix', (scaling.plots,)),
    ('Where the CPU time goes', (cpu.plots,)),
    ('Latency', (latency.plots,)),
    ('In the order of the run', (run_order.plots,)))
LOADED = (
    ('Over time', (load_time.plots,)),
    ('By percentile', (load_latency.plots,)),
    ('By rate', (load_rate.plots,)),
    ('The ledger', (load_ledger.plots,)),
    ('Stages', (load_stages.plots,)))


def counted(view):
    """Of a document of `count`, which may have one arm only."""
    two = len(view.arm_names) > 1
    return (
        ('Where the difference is' if two else 'The largest functions',
         (functions.plots,)),
        ('Where the instructions go', (groups.plots,)))


def sections(view, prefix):
    """Yields (title, plots) for everything the document has numbers for."""
    makers_of = {'count': counted, 'load': lambda _: LOADED}
    for title, makers in makers_of.get(view.kind, lambda _: SECTIONS)(view):
        found = [plot for make in makers for plot in make(view, prefix)]
        if found:
            yield title, found
