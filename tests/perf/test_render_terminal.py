# SPDX-License-Identifier: MIT
"""The summary at the end of a run."""
import copy
import re

import pytest
import sample
from udpmill_perf.render import terminal


class Stream:
    def __init__(self, tty):
        self.tty = tty

    def isatty(self):
        return self.tty


def lines(document, **options):
    return terminal.summary(document, False, **options).splitlines()


@pytest.mark.parametrize('verdict', ('PASS', 'REGRESSION', 'IMPROVED',
                                     'INCONCLUSIVE', 'A/A', 'INVALID'))
def test_the_verdict_comes_first(verdict):
    assert lines(sample.compare(verdict))[0].split()[0] == verdict


def test_a_measure_has_its_estimate_interval_blocks_and_sd():
    document = sample.compare('REGRESSION')
    document['verdicts'][0].update(estimate=0.0488, interval=[-0.01, 0.0953],
                                   blocks=24, sd=0.02, level=0.9)
    said = lines(document)
    row = next(line for line in said if line.startswith('  delivered'))
    assert row.split() == ['delivered', 'REGRESSION', '+5.0', '%', '[-1.0,',
                           '+10.0]', '24', '2.0', '%']
    assert any('90 % interval' in line for line in said)


def test_the_analysis_without_suspect_trials_follows_below():
    document = sample.compare('PASS')
    document['verdicts'][0]['without_suspect'].update(
        blocks=10, estimate=-0.01, interval=[-0.02, 0.0], verdict='IMPROVED')
    said = lines(document)
    at = next(i for i, line in enumerate(said)
              if line.startswith('  delivered'))
    assert said[at + 1].split() == ['without', '2', 'suspect', 'IMPROVED',
                                    '-1.0', '%', '[-2.0,', '0.0]', '10']


def test_without_suspect_trials_there_is_no_second_analysis():
    document = sample.compare('PASS')
    for row in document['verdicts']:
        row['without_suspect'] = None
    assert not any('without' in line for line in lines(document))


def test_an_unclear_verdict_says_what_is_needed():
    document = sample.compare('INCONCLUSIVE')
    document['verdicts'][0]['why'] = 'It is noisy.'
    said = ' '.join(' '.join(lines(document)).split())
    assert 'to decide: 96 blocks' in said
    assert 'isible with 24 blocks: from' in said


def test_each_changed_key_of_the_environment_has_a_line():
    document = sample.compare('PASS')
    document['environment']['changed'] = ['cpu.governor', 'lo.qdisc']
    document['environment']['after'].update(
        {'cpu.governor': 'powersave', 'lo.qdisc': 'fq'})
    said = lines(document)
    assert '  cpu.governor: performance -> powersave' in said
    assert '  lo.qdisc: noqueue -> fq' in said


def test_a_skipped_row_has_its_reason():
    assert '  netperf  not installed: sudo apt-get install netperf' \
        in lines(sample.run())


def test_a_run_has_median_interval_and_ratio():
    document = sample.run()
    cell = document['cells'][1]
    cell.update(median=1.5e6, low=1.4e6, high=1.6e6)
    cell['ratio']['value'] = 2.5
    row = next(line for line in lines(document) if '2.50x' in line)
    assert row.split() == ['mmsg', '1.50', 'M/s', '1.40', '..', '1.60',
                           'M/s', '2.50x']


def test_a_peer_is_shown_by_its_name():
    row = next(line for line in lines(sample.run())
               if line.startswith('peer-iperf3'))
    assert row.split()[1] == 'iperf3'


def test_a_selftest_shows_its_rates():
    said = '\n'.join(lines(sample.selftest()))
    assert '1 of 40 called worse' in said
    assert '17 of 20 found' in said


def test_a_calibration_shows_its_floor_and_blocks():
    row = next(line for line in lines(sample.calibrate())
               if line.startswith('echo-trains-64'))
    assert row.split()[-4:] == ['0.8', '%', '12', 'blocks']


def test_latency_is_shown_by_percentile_and_arm():
    document = sample.compare('PASS')
    said = lines(document)
    at = next(i for i, line in enumerate(said)
              if 'an open loop' in line)
    assert [line.split()[0] for line in said[at + 2:at + 7]] == [
        'p50', 'p90', 'p99', 'p99.9', 'max']
    assert said[at + 2].count('us (') == len(document['arms'])


def test_colour_only_adds_codes():
    document = sample.compare('REGRESSION')
    coloured = terminal.summary(document, True)
    assert '\x1b[31;1m' in coloured
    assert re.sub(r'\x1b\[[\d;]*m', '', coloured) \
        == terminal.summary(document, False)


@pytest.mark.parametrize('tty, environment, wanted', (
    (True, {}, True), (False, {}, False), (True, {'NO_COLOR': '1'}, False),
    (True, {'NO_COLOR': ''}, True), (True, {'TERM': 'dumb'}, False)))
def test_colour_is_only_for_terminals_that_want_it(
        monkeypatch, tty, environment, wanted):
    monkeypatch.delenv('NO_COLOR', raising=False)
    monkeypatch.setenv('TERM', 'xterm')
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    assert terminal.wants_colour(Stream(tty)) is wanted


def test_rendering_does_not_change_the_document():
    document = sample.compare('REGRESSION')
    before = copy.deepcopy(document)
    lines(document)
    assert document == before
