# SPDX-License-Identifier: MIT
"""Reports on counted instructions, in each format."""
import csv
import io
import json
import math
import re
import xml.etree.ElementTree as tree

import pytest
import sample_count
from rendered import DOCUMENTS, all_plots, plots, text
from sample_count import DISCARD, ECHO
from udpmill_perf import human, render
from udpmill_perf.file import history
from udpmill_perf.file.count_view import Counts
from udpmill_perf.file.view import View
from udpmill_perf.judge import exact
from udpmill_perf.render import terminal
from udpmill_perf.render.count import words

TEXTS = ('terminal', 'markdown', 'html', 'ktap', 'junit')


def lines_of(document, **options):
    return terminal.summary(document, False, **options).splitlines()


def lines(name, **options):
    return lines_of(DOCUMENTS[name], **options)


def line(name, start):
    return next(line for line in lines(name) if line.startswith(start))


@pytest.mark.parametrize('verdict', (
    'PASS', 'REGRESSION', 'IMPROVED', 'INCONCLUSIVE', 'A/A', 'INVALID'))
def test_the_verdict_comes_first(verdict):
    name = f'count {verdict}'
    assert DOCUMENTS[name]['verdict'] == verdict
    assert lines(name)[0].split()[0] == verdict


def test_one_arm_is_only_counted():
    assert lines('count alone')[0] == 'COUNT  6.1.0-47-cloud-amd64'
    assert not any('residue' in line for line in lines('count alone'))
    assert line('count alone', ECHO).split() == [ECHO, '5547']


def test_one_arm_tells_what_was_not_counted():
    doc = sample_count.alone()
    for boot in doc['boots']:
        boot['workloads'][ECHO]['windows'].reverse()
    doc.update(exact.judge(doc))
    said = terminal.summary(doc, False)
    assert '1 workload, with 3 seeds. 1 workload could not be counted.' in said
    assert re.search(rf'{ECHO} +- +INCONCLUSIVE', said)
    assert 'Count more datagrams' in ' '.join(said.split())
    page = render.to_text([('', doc)], 'html')
    assert 'Count more datagrams' in page


def test_a_workload_has_its_figures_change_and_residue():
    assert line('count REGRESSION', ECHO).split() == [
        ECHO, '5547', '5703', '+2.83', '%', '0.04', '%', 'REGRESSION']
    said = ' '.join(' '.join(lines('count REGRESSION')).split())
    assert 'user 26.55 -> 26.57; kernel 5520 -> 5677' in said
    assert 'Other tasks, left out: kworker 3.10' in said


@pytest.mark.parametrize('start, cells', (
    ('  kmem_cache_alloc_node', ['242.1', '363.1', '+121.0', '2', '->', '3',
                                 '121']),
    ('  apparmor_socket_sendmsg', ['19.98', '64.02', '+44.03', '2', '9.99',
                                   '->', '32']),
    ('  compute_score', ['-', '91.93', '+91.93', '-', '->', '4', '-', '->',
                         '23'])))
def test_a_function_was_called_more_often_or_got_longer(start, cells):
    assert line('count REGRESSION', start).split()[1:] == cells


def test_what_did_not_move_is_one_line():
    assert re.search(r'\n  21 other functions +\d+ +\d+ +[-+]?0\.\d\d\n',
                     '\n'.join(lines('count REGRESSION')))


def test_groups_are_listed_if_asked_for():
    said = lines('count by group')
    assert line('count by group', '  udp ').split() == [
        'udp', '1901', '2281', '+380.2']
    assert not any(line.startswith('  udp_sendmsg') for line in said)


@pytest.mark.parametrize('form', (*TEXTS, 'annotations'))
def test_what_is_left_out_is_never_silent(form):
    said = ' '.join(text('count by group', form).replace('%0A', ' ').split())
    assert 'Without scheduler and idle, as asked: 18.63 -&gt; 22.36' in said \
        or 'Without scheduler and idle, as asked: 18.63 -> 22.36' in said


@pytest.mark.parametrize('form', (*TEXTS, 'annotations'))
@pytest.mark.parametrize('name', ('count REGRESSION', 'count alone',
                                  'count PASS'))
def test_the_limits_are_told_with_every_report(name, form):
    said = ' '.join(text(name, form).split())
    assert 'Instructions are not time' in said


def test_nothing_is_called_zero_that_is_not():
    assert human.hundredths(0.0) == '0 %'
    assert human.hundredths(1e-5) == '+0.0010 %'
    assert human.hundredths(-4.9e-5) == '-0.0049 %'
    assert human.hundredths(-1e-8) == '<0.0001 %'
    assert human.hundredths(-0.00866) == '-0.86 %'
    assert human.hundredths(0.00866, sign=False) == '0.87 %'
    assert human.hundredths(None) == '-'
    assert [human.figure(value) for value in (
        0, 0.004, 12.345, 99.999, 123.45, 999.96, 22446.6, None)] == [
        '0.00', '0.00', '12.35', '100.0', '123.5', '1000', '22447', '-']
    assert human.figure(-3, sign=True) == '-3.00'
    assert human.figure(0.001, sign=True) == '0.00'


@pytest.mark.parametrize('value, told', (
    (0, '0'), (0.0001, '<.001'), (0.0123, '0.012'), (0.251, '0.25'),
    (0.5, '0.5'), (2, '2'), (18.63, '18.6')))
def test_calls_fit_their_column(value, told):
    assert words.each(value) == told


def cells(said):
    return [[cell.strip() for cell in
             re.split(r'(?<!\\)\|', line.strip())[1:-1]]
            for line in said.splitlines() if line.startswith('|')]


def test_markdown_has_as_many_cells_in_each_row():
    for name in 'count REGRESSION', 'count hostile':
        parts = text(name, 'markdown').split('<details>')
        for part, many in zip(parts, (6, 6)):
            assert {len(row) for row in cells(part)} == {many}
    row = cells(text('count REGRESSION', 'markdown'))[2]
    assert row == [f'`{ECHO}`', '**:x: REGRESSION**', '5547', '5703',
                   '+2.83 %', '0.04 %']


def results(name, choice='skip'):
    said = render.to_text([('', DOCUMENTS[name])], 'ktap',
                          inconclusive=choice)
    return re.findall(r'^(ok|not ok) \d+ - (.*?)(?: # (SKIP).*)?$', said,
                      re.MULTILINE)


def test_ktap_fails_only_regressions():
    assert results('count REGRESSION') == [
        ('not ok', f'{ECHO}: instructions', ''),
        ('ok', f'{DISCARD}: instructions', '')]


@pytest.mark.parametrize('name, found', (
    ('count alone', ('ok', '')), ('count A/A', ('ok', '')),
    ('count INVALID', ('not ok', '')), ('count empty', ('ok', 'SKIP')),
    ('count INCONCLUSIVE', ('ok', 'SKIP'))))
def test_ktap_has_an_outcome_for_every_verdict(name, found):
    outcome, _, skip = results(name)[0]
    assert (outcome, skip) == found


@pytest.mark.parametrize('choice, outcome', (('pass', 'ok'),
                                             ('fail', 'not ok')))
def test_inconclusive_is_reported_as_chosen(choice, outcome):
    assert results('count INCONCLUSIVE', choice)[0][0] == outcome


def test_junit_has_the_numbers_of_the_document():
    row = DOCUMENTS['count REGRESSION']['verdicts'][0]
    case = tree.fromstring(text('count REGRESSION', 'junit')).find(
        './/testcase')
    found = {one.get('name'): one.get('value')
             for one in case.iter('property')}
    for key, name in (('estimate', 'change'), ('residue', 'residue'),
                      ('tolerance', 'tolerance')):
        assert float(found[f'{name}_percent']) == pytest.approx(
            100 * math.expm1(row[key]), rel=1e-5)
    assert found['verdict'] == 'REGRESSION'
    assert 'compute_score' in case.find('system-out').text


def test_annotations_and_code_quality_have_what_regressed():
    said = text('count REGRESSION', 'annotations').splitlines()
    assert len(said) == 1 and said[0].startswith('::error title=REGRESSION')
    issue, = json.loads(text('count REGRESSION', 'codeclimate'))
    assert issue['severity'] == 'major' and ECHO in issue['description']
    assert json.loads(text('count PASS', 'codeclimate')) == []


def test_csv_has_a_line_for_each_boot_and_workload():
    doc = DOCUMENTS['count REGRESSION']
    found = list(csv.DictReader(io.StringIO(
        text('count REGRESSION', 'csv'), newline='')))
    assert len(found) == len(doc['boots']) * len(doc['workloads'])
    window = doc['boots'][0]['workloads'][ECHO]['windows'][1]
    assert int(found[0]['window2.instructions']) == window['instructions']
    assert int(found[0]['window2.left_out']) == sum(
        window['left_out'].values())
    assert [row['twin'] for row in found].count('1') == 4


def test_csv_contains_no_formulas():
    doc = sample_count.copied(DOCUMENTS['count alone'])
    doc['arms'][0]['label'] = '=HYPERLINK("x")'
    rows = csv.DictReader(io.StringIO(
        render.to_text([('', doc)], 'csv'), newline=''))
    assert {row['arm_label'][:2] for row in rows} == {"'="}


def test_plots_show_where_the_instructions_go_and_the_difference():
    found = plots('count REGRESSION')
    assert list(found) == ['Where the difference is',
                           'Where the instructions go']
    moved, = found['Where the difference is']       # DISCARD did not move
    for word in ('kmem_cache_alloc_node', '2 → 3 calls', 'only in B',
                 '9.99 → 32 per call', 'var(--bad)', 'var(--good)'):
        assert word in moved.svg
    assert len(found['Where the instructions go']) == 2
    for plot in found['Where the instructions go']:
        assert 'var(--a)' in plot.svg and 'var(--b)' in plot.svg


def test_one_arm_has_its_largest_functions():
    found = plots('count alone')
    assert list(found) == ['The largest functions',
                           'Where the instructions go']
    for plot in all_plots('count alone'):
        assert 'var(--b)' not in plot.svg


def test_the_page_has_all_functions_boots_and_the_machine():
    said = text('count REGRESSION', 'html')
    for word in ('tick_sched_timer', '1, again', 'Skylake-Client',
                 'kernel sha256', 'kernel image'):
        assert word in said


def test_the_history_has_the_arm_under_test():
    line = history.entry(DOCUMENTS['count REGRESSION'])
    assert [row['workload'] for row in line['rows']] == [ECHO, DISCARD]
    count = DOCUMENTS['count REGRESSION']['counts'][1]
    assert count['arm'] == 'B'
    assert line['rows'][0]['median'] == count['instructions']
    assert line['rows'][0]['metric'] == 'counted_instructions_per_datagram'
    other = sample_count.copied(DOCUMENTS['count REGRESSION'])
    other['machine']['cpu'] = 'Haswell'
    assert history.entry(other)['fingerprint'] != line['fingerprint']


def test_there_is_no_row_for_one_other_group():
    counts = Counts(View(DOCUMENTS['count alone']))
    groups = len(counts.groups(ECHO))
    shown, rest = counts.largest(ECHO, groups - 1)
    assert len(shown) == groups and rest is None
    shown, rest = counts.largest(ECHO, groups - 2)
    assert len(shown) == groups - 2 and rest.name == '2 other groups'


def test_groups_without_those_left_out_add_up():
    counts = Counts(View(DOCUMENTS['count by group']))
    groups = counts.groups(ECHO)
    assert 'scheduler and idle' not in [part.name for part in groups]
    whole = sum(part.a.instructions for part in groups)
    assert whole == pytest.approx(counts.results[0].figure('a'), rel=1e-3)


def test_colour_only_adds_codes():
    doc = DOCUMENTS['count REGRESSION']
    coloured = terminal.summary(doc, True)
    assert '\x1b[31;1m' in coloured
    assert re.sub(r'\x1b\[[\d;]*m', '', coloured) \
        == terminal.summary(doc, False)


@pytest.mark.parametrize('form', ('terminal', 'markdown', 'ktap', 'html'))
def test_a_pass_has_its_sentence_and_the_largest_functions(form):
    said = ' '.join(text('count PASS', form).split())
    assert 'and 0.5 % is tolerated; the seed alone moves the count by' in said
    assert 'udp_sendmsg' in said
    if form in ('terminal', 'markdown'):
        assert f'{ECHO}: the largest functions; none differs by more than ' \
            '0.1' in said


def test_what_both_arms_have_is_told():
    doc = sample_count.two()
    doc['machine']['append'] = 'quiet mitigations=off'
    assert words.common(View(doc)) == 'In both: udpmill 0.1.0 (4f1c2ab), ' \
        'mitigations=off.'
    doc['arms'][1]['append'] = 'mitigations=auto'
    doc['arms'][1]['kernel'] = doc['arms'][0]['kernel']
    assert words.common(View(doc)) == 'In both: Linux ' \
        '6.1.0-47-cloud-amd64, udpmill 0.1.0 (4f1c2ab).'
    alone = sample_count.alone()
    alone['arms'][0]['append'] = 'nosmt'
    assert words.common(View(alone)).endswith(', appended nosmt.')
    assert words.common(View({})) == ''


def test_of_a_file_without_names_no_calls_are_told():
    doc = sample_count.two(sample_count.PATCHED)
    for row in doc['functions']:
        if row['function'] == 'compute_score':
            row['function'] = '[knotd]'
            row['b']['calls'] = 0
    said = terminal.summary(doc, False)
    assert re.search(r'\n  \[knotd\] +- +91.93 +\+91.93\n', said)
    assert '[name] is all code of a file' in said
    page = render.to_text([('', doc)], 'html')
    assert '[name] is all code of a file' in page


def test_an_unfinished_file_is_not_called_stopped():
    doc = sample_count.empty()
    doc.update(stopped=None, seconds=0.0)
    said = lines_of(doc)
    assert said[0].split()[0] == 'UNFINISHED'
    assert said[1].startswith('Not finished: still running, or killed.')
    assert not any(re.search(r'\b0 s\b', line) for line in said)


def test_junit_tells_how_long_boots_took():
    doc = DOCUMENTS['count REGRESSION']
    suites = tree.fromstring(text('count REGRESSION', 'junit'))
    times = [float(suite.get('time')) for suite in suites]
    assert times == [pytest.approx(9.3 * len(doc['boots']) / 2)] * 2
    assert suites.find('.//testcase').get('time') == suites[0].get('time')
