# SPDX-License-Identifier: MIT
"""Command lines, and how invalid ones are reported."""
import argparse
import re

import pytest
from udpmill_perf import main
from udpmill_perf.errors import PerfError
from udpmill_perf.verbs import quantity

VERBS = sorted(main.VERBS)


@pytest.mark.parametrize('text, value', [
    ('1s', 1), ('500ms', 0.5), ('2m', 120), ('0.25', 0.25)])
def test_times_are_parsed(text, value):
    assert quantity.seconds(text) == value


@pytest.mark.parametrize('parse, text', [
    (quantity.seconds, '-1s'), (quantity.seconds, '0'),
    (quantity.seconds, 'soon'), (quantity.percent, '100'),
    (quantity.percent, '-1'), (quantity.percent, 'x'),
    (quantity.count(6), '5'), (quantity.count(1), '1.5')])
def test_invalid_quantities_are_refused(parse, text):
    with pytest.raises(argparse.ArgumentTypeError):
        parse(text)


@pytest.mark.parametrize('verb', VERBS)
def test_help_fits_a_terminal(verb, capsys, monkeypatch):
    monkeypatch.setenv('COLUMNS', '80')
    with pytest.raises(SystemExit) as end:
        main.main([verb, '--help'])
    out = capsys.readouterr().out
    assert end.value.code == 0
    assert f'udpmill perf {verb}' in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize('argv', [
    ['fly'], ['compare', '/none'], ['compare', '--screen', 'x'],
    ['compare', '-w', 'x'], ['compare', '--a-set', 'x'],
    ['compare', '-o', '/none/such/file'], ['run', '--preset', 'x'],
    ['run', '--service', 'x'], ['run', '--bytes', 'x'],
    ['run', '--preset', 'smoke', '--bytes', '64'],
    ['run', '--peers', 'hping', '--list'], ['run', 'none.ini'],
    ['compare', '--report', 'x.doc'], ['selftest'],
    ['selftest', '--inject', 'x'], ['selftest', '--replay', '/none'],
    ['calibrate', '--blocks', '1'], ['verify', '/none'], ['report', '/none'],
    ['merge', '/none', '--vs', '/none']])
def test_bad_arguments_are_reported_in_one_line(argv, capsys):
    assert main.main(argv) == 2
    said = capsys.readouterr()
    assert said.out == ''
    assert re.fullmatch(r'udpmill perf \w+: [^\n]+\n', said.err)


@pytest.mark.parametrize('argv, found', [
    (['--b-opts', '--spin'], ['--b-opts=--spin']),
    (['--a-opts', '--batch 8', 'x'], ['--a-opts=--batch 8', 'x']),
    (['--a-opts=--spin', '-q'], ['--a-opts=--spin', '-q']),
    (['--b-opts'], ['--b-opts'])])
def test_options_for_an_arm_may_begin_with_a_dash(argv, found):
    assert main.joined(argv) == found


def test_without_arguments_the_verbs_are_listed(capsys):
    assert main.main([]) == 2
    assert 'compare' in capsys.readouterr().err
    assert main.main(['--help']) == 0
    assert 'compare' in capsys.readouterr().out


def test_bad_usage_stops_a_bisection():
    assert main.main(['compare', '/none', '--exit-style', 'bisect']) > 127


@pytest.mark.parametrize('argv, code', [
    (['compare', '--no-such', '--exit-style', 'bisect'], 255),
    (['compare', '--no-such', '--exit-style=meson'], 99),
    (['compare', '--no-such', '--exit-style', 'none'], 2)])
def test_unreadable_options_exit_in_the_chosen_style(argv, code):
    assert main.main(argv) == code


def test_a_bug_of_the_harness_is_no_regression(monkeypatch):
    monkeypatch.setattr(main, 'load', lambda verb: 1 / 0)
    assert main.main(['compare']) == 5


@pytest.mark.parametrize('verb, said', (
    ('rn', 'did you mean "run"?'), ('comprae', 'did you mean "compare"?'),
    ('xyzzy', 'choose one of run, compare, ')))
def test_a_mistyped_verb_is_answered_by_the_nearest(verb, said):
    with pytest.raises(PerfError, match=re.escape(
            f'there is no verb "{verb}"; {said}')):
        main.load(verb)
