# SPDX-License-Identifier: MIT
"""An axis is logarithmic if a linear one would hide something, and says so."""
import copy
import functools
import re

import pytest
import sample

from matplotlib.figure import Figure
from udpmill_perf.file.view import View
from udpmill_perf.metrics import MACHINE_NS, RATE, metric
from udpmill_perf.render.plots import axes, sections


@pytest.mark.parametrize('values, wide', [
    ([1, 10], False), ([1, 10.1], True), ([3], False), ([], False),
    ([0, 5], False), ([-1, 50], False)])
def test_values_are_wide_from_a_factor_of_ten(values, wide):
    assert axes.is_wide(values) == wide


def scaled(values, which='x'):
    """(title, ticks with their labels) of an axis."""
    one = Figure().add_subplot()
    title = axes.scale(one, which, metric(RATE), values)
    axis = getattr(one, f'{which}axis')
    low, high = axis.get_view_interval()
    assert low <= min(values) and max(values) <= high
    places = [t for t in axis.get_majorticklocs() if low <= t <= high]
    return title, list(zip(places, axis.get_major_formatter().format_ticks(
        places)))


def test_a_linear_axis_begins_at_zero():
    title, ticks = scaled([4e5, 2e6])
    assert 'logarithmic' not in title and ticks[0] == (0, '0')


@pytest.mark.parametrize('values, labels', [
    ([9e4, 1.1e6], ['100 k/s', '200 k/s', '500 k/s', '1 M/s']),
    ([9e3, 6e6], ['10 k/s', '100 k/s', '1 M/s'])])
def test_a_logarithmic_axis_has_ticks_at_1_2_5_or_powers_of_ten(values,
                                                                labels):
    title, ticks = scaled(values)
    assert title.endswith(', logarithmic')
    assert [label for _, label in ticks] == labels


@functools.lru_cache(maxsize=None)
def plots_of(factor):
    """All plots of such a run, since they take a while."""
    return [plot for _, plots in sections(View(run(factor)), 'p-')
            for plot in plots]


def drawn(factor, title):
    return next(plot for plot in plots_of(factor)
                if plot.title.startswith(title))


def run(factor):
    """The sample with one worker, and with one workload faster by this factor.
    """
    made = copy.deepcopy(sample.all_documents()['run'])
    made['workloads'] = [w for w in made['workloads'] if '-w1-' in w['name']]
    names = {w['name'] for w in made['workloads']}
    fast = made['workloads'][0]['name']
    for part in 'cells', 'trials', 'latency':
        made[part] = [e for e in made[part] if e['workload'] in names]
    for cell in made['cells']:
        by = factor if cell['workload'] == fast else 1
        by = by if cell['metric'] == RATE else 1 / by
        for key in 'median', 'low', 'high':
            cell[key] *= by
    for trial in made['trials']:
        if trial['workload'] == fast:
            trial['metrics'][RATE] *= factor
    return made


def test_one_fast_workload_does_not_flatten_the_others():
    slow, fast = (drawn(factor, 'Delivered') for factor in (1, 100))
    assert 'equal ratios' in fast.caption and 'logarithmic' in fast.svg
    assert 'equal ratios' not in slow.caption
    # No bars from zero there, because their length would mean nothing.
    assert 'opacity: 0.4' in slow.svg and 'opacity: 0.4' not in fast.svg
    throughput = drawn(100, 'Throughput over batch')
    assert 'equal ratios' in throughput.caption and \
        'logarithmic' in throughput.svg


def test_cpu_time_is_shown_in_shares_if_bars_would_hide_some():
    narrow, wide = (drawn(factor, 'CPU time') for factor in (1, 100))
    assert 'shares of' not in narrow.svg
    assert 'same length' in wide.caption
    assert 'shares of' in wide.svg and '100 %' in wide.svg
    # Both show the total of each.
    assert len(re.findall(r'>[\d.]+ (?:ns|us)<', wide.svg)) >= 10
    assert metric(MACHINE_NS).axis in wide.svg
