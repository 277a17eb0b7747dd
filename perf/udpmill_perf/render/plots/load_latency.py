# SPDX-License-Identifier: MIT
"""Latency of runs of `udpmill load` by percentile."""
from ...file.load_view import Runs
from .load_time import look
from .percentiles import curve_of, described, painter
from .svg import Plot, draw

CAPTION = ('Round trips of whole runs, without the warm-up. Lines that '
           'diverge at the right differ only in the tail.')


def plots(view, prefix):
    runs = Runs(view).all
    curves = [(*look(place), run.label, curve_of(run.latency))
              for place, run in enumerate(runs)]
    curves = [one for one in curves if one[3]]
    if not curves:
        return
    name = f'{prefix}latency'
    alt = 'Latency by percentile: ' + '; '.join(
        f'{label}: {described(curve)}' for _, _, label, curve in curves)
    yield Plot(name, 'Latency by percentile', CAPTION, draw(
        name, 2.9, alt, painter([(role, marker, curve) for role, marker, _,
                                 curve in curves])),
        [one[:3] for one in curves] if len(runs) > 1 else [])
