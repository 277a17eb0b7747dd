# SPDX-License-Identifier: MIT
"""Numbers and lines for people."""
import math

import pytest
from udpmill_perf import human
from udpmill_perf.metrics import metric
from udpmill_perf.render import plain


@pytest.mark.parametrize('value, text', (
    (1.2e6, '1.20 M/s'), (999, '999 /s'), (999.9, '1.00 k/s'),
    (523456, '523 k/s'), (0, '0 /s'), (1.5e9, '1.50 G/s'), (None, '-'),
    (math.nan, '-'), (math.inf, '-'), (True, '-'), ('x', '-'),
    (12, '12.0 /s')))
def test_rates_are_rounded(value, text):
    assert metric('datagrams_per_second').show(value) == text


@pytest.mark.parametrize('value, text', (
    (830, '830 ns'), (1240, '1.24 us'), (3.1e6, '3.10 ms'), (2e9, '2.00 s'),
    (0.5, '0.500 ns'), (999.9, '1.00 us')))
def test_durations_have_a_suitable_unit(value, text):
    assert human.duration(value) == text


@pytest.mark.parametrize('logarithm, text', (
    (math.log(1.05), '+5.0 %'), (-math.log(1.05), '-4.8 %'), (0, '0.0 %'),
    (-0.0001, '0.0 %'), (math.log(2.5), '+150 %'), (1e6, None)))
def test_logarithms_are_shown_in_percent(logarithm, text):
    said = human.percent(logarithm)
    assert said == text if text else said.endswith(' %')


def test_a_margin_is_shown_as_it_was_given():
    assert human.margin(round(math.log(1.05), 6)) == '5 %'
    assert human.margin(round(math.log(1.01), 6)) == '1 %'


@pytest.mark.parametrize('pair, text', (
    ([0.01, 0.02], '[+1.0, +2.0]'), ([None, 0.02], '[-inf, +2.0]'),
    ([None, None], '-'), (None, '-'), ([1], '-')))
def test_intervals_are_shown(pair, text):
    assert human.interval(pair) == text


def test_a_range_has_its_unit_once():
    show = metric('datagrams_per_second').show
    assert human.span(show, 1.4e6, 1.5e6) == '1.40 .. 1.50 M/s'
    assert human.span(show, 9e5, 1.5e6) == '900 k/s .. 1.50 M/s'
    assert human.span(show, None, None) == '-'


@pytest.mark.parametrize('seconds, text', (
    (29, '29 s'), (93.2, '93 s'), (312.4, '5 min 12 s'),
    (3725, '1 h 02 min'), (None, '-')))
def test_times_are_parsed(seconds, text):
    assert human.clock(seconds) == text


def test_an_unknown_metric_is_shown_by_its_name():
    assert metric('tail_ns').show(1500) == '1.50 us'
    assert metric('lost_per_second').title == 'lost per second'


def test_wide_letters_take_two_columns():
    assert plain.width(plain.left('日本', 6)) == 6
    assert plain.cut('日本語日本語', 5) == '日..'


def test_lines_are_not_wrapped_before_a_percent_sign():
    assert plain.wrap('up to 13.2 % more', 12) == ['up to 13.2 %', 'more']
    assert plain.wrap('up to 13.2 % more', 11) == ['up to', '13.2 % more']
    assert plain.wrap('x' * 25, 10) == ['x' * 10, 'x' * 10, 'x' * 5]


def test_terminal_escapes_are_not_printed():
    assert plain.clean('a\x1b[31m\nb\u202ec\x9b') == 'a?[31m b?c?'
