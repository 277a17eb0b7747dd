# SPDX-License-Identifier: MIT
"""The summary at the end of a run."""
import copy
import re

import pytest
import sample
from udpmill_perf import render
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


def told(document, workload='echo-trains-64'):
    """What the summary says of a workload's delivered datagrams."""
    said = lines(document)
    at = said.index(workload)
    return said[at + 1:at + 4]


def with_rates(document, blocks):
    """Gives the blocks that decide these rates, as (A, B), and makes all other
    trials say the opposite."""
    rates = {id: pair for block, pair in zip(
        [block for block in document['blocks']
         if block['workload'] == 'echo-trains-64'
         and block['phase'] == 'confirm'], blocks)
        for id in block['trials']}
    for trial in document['trials']:
        a, b = rates.get(trial['id'], (100e3, 900e3))
        trial['metrics']['datagrams_per_second'] = \
            a if trial['arm'] == 'A' else b
    for block in document['blocks']:
        block['used'] = not rates.keys().isdisjoint(block['trials'])
    return document


@pytest.mark.parametrize('form', ('terminal', 'markdown', 'junit'))
def test_the_figures_of_the_arms_are_from_the_blocks_that_decide(form):
    document = with_rates(sample.compare('INCONCLUSIVE'), [(800e3, 700e3)] * 2)
    document['verdicts'][0].update(blocks=2, estimate=0.1335)
    said = render.to_text([('a.json', document)], form) \
        .replace('\N{NO-BREAK SPACE}', ' ')
    a, b = ('800000', '700000') if form == 'junit' else ('800 k/s', '700 k/s')
    assert a in said and b in said
    assert '900 k/s' not in said


def test_figures_that_contradict_the_estimate_are_left_out():
    """Medians of few trials may, when the host changes between blocks."""
    document = with_rates(sample.compare('INCONCLUSIVE'),
                          [(100e3, 50e3), (400e3, 500e3)])
    row = document['verdicts'][0]
    row.update(blocks=2, estimate=0.2350, why='It is noisy.')
    assert '250 k/s -> 275 k/s' not in ' '.join(told(document))
    row['estimate'] = -0.2350
    assert '250 k/s -> 275 k/s' in ' '.join(told(document))


def test_figures_that_differ_by_what_is_ignored_contradict_nothing():
    document = with_rates(sample.compare('INCONCLUSIVE'),
                          [(800e3, 801e3)] * 2)
    document['verdicts'][0].update(blocks=2, estimate=0.001)
    assert '800 k/s -> 801 k/s' in ' '.join(told(document))


@pytest.mark.parametrize('why', ('It is noisy.', 'It takes about 5560.'))
def test_a_host_may_be_too_noisy_for_any_number_of_blocks(why):
    document = sample.compare('INCONCLUSIVE')
    document['verdicts'][0].update(why=why, blocks_needed=5560)
    said = ' '.join(' '.join(lines(document)).split())
    assert 'this host is too noisy to decide on 5 %' in said.replace('T', 't')
    assert '--extend adds no more than 1000' in said
    assert said.count('5560') == 1
    assert 'to decide: 5560' not in said


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
