# SPDX-License-Identifier: MIT
"""Reports on runs of `udpmill load`, in each format."""
import csv
import io
import json
import re
import xml.etree.ElementTree as tree

import pytest
import sample_load
from rendered import DOCUMENTS, all_plots, plots, text
from udpmill_perf import render
from udpmill_perf.file.load_view import Piece, Run, thinned
from udpmill_perf.render import terminal


def lines(name):
    return terminal.summary(DOCUMENTS[name], False).splitlines()


def line(name, start):
    return next(line for line in lines(name)
                if line.startswith(f'  {start}')).split('  ')


def run(document):
    return Run({'label': 'a', 'file': 'a.json', 'document': document})


@pytest.mark.parametrize('name, said', (
    ('load', 'LOAD  127.0.0.1:7007, window, echo by mmsg'),
    ('load capacity', 'LOAD  127.0.0.1:7007, search, echo by mmsg'),
    ('load stress', 'FAIL  127.0.0.1:7007, stress, echo by mmsg'),
    ('load unexplained', 'FAIL  127.0.0.1:7007, window, echo by mmsg'),
    ('load failed', 'FAIL  127.0.0.1:7'),
    ('load several', 'FAIL  one, two, ramp, search and 5 more')))
def test_the_first_line_says_what_ran_and_whether_it_failed(name, said):
    assert lines(name)[0] == said


@pytest.mark.parametrize('name, said', (
    ('load', '1.00 M/s sent, 1.00 M/s answered, 0 % lost, p50 90.0 us, p99 '
     '360 us, the ledger balances.'),
    ('load capacity', '47.0 k/s with a loss of at most 0.1 %.'),
    ('load stages', '0 % lost, p50 6.40 us, p99 25.6 us.'),
    ('load stress', 'Cases: 1 as expected, 1 otherwise, 1 failed, 1 skipped.'),
    ('load unexplained', '12 datagrams unexplained. 1.00 M/s sent'),
    ('load failed', 'nobody listens. Nothing was measured.'),
    ('load interrupted', 'Note: interrupted was interrupted'),
    ('load several', '2 of them failed: stress: 1 case of --stress failed;')))
def test_a_sentence_says_what_was_found(name, said):
    assert said in ' '.join(' '.join(lines(name)).split())


def test_every_run_has_a_line_of_figures():
    assert [cell.strip() for cell in line('load several', 'two ') if cell] == [
        'two', '900 k/s', '892 k/s', '0.851 %', '90.0 us', '360 us', '810 us',
        '1.92 ms']


def test_the_ledger_says_what_became_of_all():
    said = '\n'.join(lines('load lossy'))
    sent = DOCUMENTS['load lossy']['runs'][0]['document']['ledger']['sent']
    amounts = [int(found.replace(' ', '')) for found in re.findall(
        r'(?:answered|server socket)  +([\d ]+\d)  ', said)]
    assert sum(amounts) == sent and len(amounts) == 2


def test_steps_and_trials_have_a_line_each():
    said = lines('load ramp')
    at = said.index('Steps of the ramp')
    assert said[at + 9].split() == [
        '80.0', 'k/s', '80.0', 'k/s', '64.0', 'k/s', '20', '%', '1.72', 'ms',
        '6.87', 'ms']
    said = lines('load capacity')
    at = said.index('Trials, by rate')
    assert [row.split()[0] for row in said[at + 2:at + 7]] == [
        '20.0', '40.0', '47.0', '56.0', '80.0']
    assert said[at + 6].endswith('lossy, server_socket')


def test_all_cases_of_a_stress_are_on_the_page_only():
    for form in 'html', 'markdown':
        assert 'sizes all of them' in text('load stress', form)
    assert 'sizes all of them' not in text('load stress', 'terminal')
    assert 'checksum all of them' in text('load stress', 'terminal')


def test_only_what_differs_between_runs_is_listed():
    doc = sample_load.runs(a=sample_load.plain(train=1),
                           b=sample_load.plain(train=64))
    said = terminal.summary(doc, False).splitlines()
    at = said.index('What differs')
    assert [row.split() for row in said[at + 1:at + 4]] == [
        ['a', 'b'], ['train', '1', '64'], []]


def test_many_intervals_are_few_lines():
    said = '\n'.join(lines('load several'))
    assert 'one: over time, 9 intervals in 5' in said


def test_neighbours_become_one_without_losing_datagrams():
    pieces = [Piece(place, 1.0, 10 + place, 9, 1 + place, 100.0,
                    {'p50': place + 1.0, 'p99': 10.0 * place + 1},
                    place == 0) for place in range(10)]
    found = thinned(pieces, 4)
    assert [piece.start for piece in found] == [0, 1, 4, 7]
    assert sum(piece.sent for piece in found) == sum(
        piece.sent for piece in pieces)
    assert sum(piece.lost for piece in found) == sum(
        piece.lost for piece in pieces)
    assert found[1].planned == 100 and found[1].seconds == 3
    assert found[1].latency == {'p50': 3, 'p99': 31}
    assert thinned(pieces, 10) == pieces


def test_what_cannot_be_is_not_drawn():
    row = sample_load.interval(1, 100)
    row.update(seconds=0, lost=1000, latency_ns={'p50': 0, 'p99': -4})
    doc = {'intervals': [row]}
    piece, = run(doc).intervals
    assert piece.sent_rate is None and piece.loss == 1 and not piece.latency
    assert run(doc).rate('sent') is None and run({}).lost is None


TITLES = {
    'load': ['Rate over time', 'Latency over time', 'Latency by percentile',
             'All datagrams'],
    'load lossy': ['Rate over time', 'Loss over time', 'Latency over time',
                   'Latency by percentile', 'All datagrams',
                   'What was not answered'],
    'load ramp': ['Rate over time', 'Latency over time',
                  'Latency by percentile', 'Latency by rate', 'Loss by rate',
                  'All datagrams'],
    'load capacity': ['Latency by rate', 'Loss by rate'],
    'load stages': ['Latency by percentile', 'Stages of a round trip'],
    'load old': ['Rate over time', 'Loss over time', 'Latency by percentile',
                 'All datagrams', 'What was not answered'],
    'load stress': [], 'load failed': [], 'load empty': []}


@pytest.mark.parametrize('name', TITLES)
def test_there_is_a_plot_for_what_was_measured(name):
    assert [plot.title for plot in all_plots(name)] == TITLES[name]


def test_several_runs_share_their_plots():
    found = plots('load several')
    rate, loss, latency = found['Over time']
    assert [label for _, _, label in rate.legend] == [
        'one, answered', 'two, answered', 'ramp, answered']
    assert len({role for role, _, _ in rate.legend}) == 3
    assert 'two' in [label for _, _, label in loss.legend]
    assert 'one, p50' in [label for _, _, label in latency.legend]
    by_rate = found['By rate'][0]
    assert '47.0 k/s' in by_rate.svg and '40.0 k/s' in by_rate.svg
    assert [label for _, _, label in found['The ledger'][1].legend] == [
        'dropped: server socket 68 806']


def test_rates_that_were_not_kept_stay_in_their_place():
    doc = sample_load.ramp()
    doc['steps'][5]['sent'] = 7
    latency, = [plot for plot in plots_of(doc)
                if plot.title == 'Latency by rate']
    assert 'p50: 10.0 k/s, 20.0 k/s, 30.0 k/s, 40.0 k/s, 50.0 k/s, 60.0 k/s' \
        in latency.svg


def test_csv_of_steps_knows_what_was_lost():
    doc = {'steps': sample_load.ramp()['steps']}
    assert run(doc).lost == pytest.approx(16_000 / 360_000)


def test_the_only_line_of_several_runs_has_its_label():
    from udpmill_perf.file.view import View
    from udpmill_perf.render.plots import sections
    doc = sample_load.runs(one=sample_load.plain(), other=sample_load.failed())
    found = [plot for _, part in sections(View(doc), 'p') for plot in part]
    assert [plot.legend[0][2] for plot in found if 'percentile' in plot.title
            or 'Rate' in plot.title] == ['one, answered', 'one']


def test_the_bar_has_the_amounts():
    bar, rest = plots('load lossy')['The ledger']
    assert bar.legend[0][0] == 'good'
    assert bar.legend[0][2].startswith('answered 8 ')
    assert rest.legend[0][2].startswith('dropped: server socket ')


def test_many_causes_share_a_colour():
    doc = sample_load.plain()
    doc['ledger']['dropped'] = {f'cause {n}': n + 1 for n in range(12)}
    found = [plot for plot in plots_of(doc) if plot.title == 'All datagrams']
    labels = [label for _, _, label in found[0].legend]
    assert labels[-1] == f'other causes {sum(range(1, 7))}'


def plots_of(doc):
    from udpmill_perf.file.view import View
    from udpmill_perf.render.plots import sections
    return [plot for _, part in sections(View(sample_load.runs(a=doc)), 'p')
            for plot in part]


def test_the_page_has_every_figure_and_how_to_repeat_it():
    said = text('load ramp', 'html')
    for word in ('Steps of the ramp', 'udpmill load 127.0.0.1:7007 \\',
                 '<summary>Settings', 'udpmill load 0.1.0', '1.72 ms'):
        assert word in said
    assert 'udpmill perf load' not in said
    both = text('load several', 'html')
    assert both.count('udpmill load 127.0.0.1:7007 \\') == 8
    assert '<tr class="differ"><td class="key">train' in both


def test_ktap_has_a_result_for_each_run_and_case():
    said = text('load several', 'ktap')
    found = re.findall(r'^(ok|not ok) \d+ - (.*?)(?: # (SKIP).*)?$', said,
                       re.MULTILINE)
    assert ('ok', 'one: load', '') in found
    assert ('not ok', 'failed: load', '') in found
    assert ('not ok', 'stress: checksum all of them', '') in found
    assert ('ok', 'stress: churn all of them', 'SKIP') in found
    assert ('ok', 'stress: bursts all of them', '') in found


def test_junit_has_the_figures():
    case = tree.fromstring(text('load lossy', 'junit')).find('.//testcase')
    found = {one.get('name'): one.get('value')
             for one in case.iter('property')}
    assert float(found['sent_per_second']) == 1_000_000
    assert 0 < float(found['lost_percent']) < 2
    assert float(found['latency_p99_ns']) == 360_000


def test_annotations_are_errors_only_for_runs_that_failed():
    assert text('load', 'annotations').startswith('::notice title=LOAD')
    assert text('load unexplained', 'annotations').startswith(
        '::error title=FAIL')
    assert json.loads(text('load', 'codeclimate')) == []


def test_csv_has_a_line_for_each_interval_step_and_trial():
    rows = list(csv.DictReader(io.StringIO(text('load several', 'csv'),
                                           newline='')))
    parts = [(row['arm_label'], row['part']) for row in rows]
    assert parts.count(('one', 'interval')) == 9
    assert parts.count(('ramp', 'step')) == 8
    assert parts.count(('search', 'trial')) == 5
    first = next(row for row in rows if row['phase'] != 'warm')
    assert float(first['window_s']) == 1.0
    assert float(first['latency_ns.p50']) > 0


def test_json_is_what_load_wrote():
    doc = DOCUMENTS['load ramp']
    assert json.loads(text('load ramp', 'json')) \
        == doc['runs'][0]['document']
    both = render.to_text([('', DOCUMENTS['load several']),
                           ('b', DOCUMENTS['compare PASS'])], 'json')
    assert len(json.loads(both)) == 10
