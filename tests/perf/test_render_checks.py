# SPDX-License-Identifier: MIT
"""KTAP, JUnit XML and annotations: parsed again, as a CI does."""
import json
import math
import re
import xml.etree.ElementTree as tree

import pytest
import sample
from udpmill_perf.render import annotations, codeclimate, junit, ktap

RESULT = re.compile(r'(ok|not ok) (\d+) - (.*?)(?: # (SKIP) ?(.*))?$')
DOCUMENTS = sample.all_documents()


def results(document, choice='skip'):
    """(outcome, number, name, skipped, reason) of each result line."""
    lines = ktap.render([('', document)], choice).splitlines()
    assert lines[0] == 'KTAP version 1'
    found = [RESULT.match(line) for line in lines[2:]
             if not line.startswith('# ')]
    assert all(found)
    plan = re.match(r'1\.\.(\d+)', lines[1])
    assert int(plan[1]) == len(found)
    assert [int(match[2]) for match in found] == [
        *range(1, len(found) + 1)]
    return [match.groups() for match in found]


@pytest.mark.parametrize('name', DOCUMENTS)
def test_ktap_has_its_plan_and_a_line_for_each_check(name):
    results(DOCUMENTS[name])


def test_ktap_fails_only_regressions():
    found = results(sample.compare('REGRESSION'))
    assert [(row[0], row[2]) for row in found] == [
        ('not ok', 'echo-trains-64: delivered'),
        ('not ok', 'echo-trains-64: CPU per datagram'),
        ('ok', 'discard-flood-64: delivered'),
        ('ok', 'discard-flood-64: CPU per datagram')]


def test_ktap_has_the_numbers_before_the_result():
    document = sample.compare('PASS')
    document['verdicts'][0].update(estimate=0.0198, interval=[0, 0.0488])
    lines = ktap.render([('', document)]).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith('ok 1'))
    assert '# B worse by +2.0 %, 90 % interval [0.0, +5.0] %' \
        in '\n'.join(lines[:at])


@pytest.mark.parametrize('choice, outcome, skip', (
    ('skip', 'ok', 'SKIP'), ('pass', 'ok', None), ('fail', 'not ok', None)))
def test_ktap_reports_inconclusive_as_chosen(choice, outcome, skip):
    row = results(sample.compare('INCONCLUSIVE'), choice)[0]
    assert (row[0], row[3]) == (outcome, skip)


def test_equal_arms_fail_in_no_format():
    document = sample.compare('A/A')
    for row in document['verdicts']:
        row['verdict'] = 'REGRESSION'
    assert {row[0] for row in results(document)} == {'ok'}
    assert suites(document).get('failures') == '0'
    assert '::error' not in annotations.render([('', document)])


def test_a_hash_in_a_name_is_no_directive():
    document = sample.compare('REGRESSION')
    document['workloads'][0]['name'] = document['verdicts'][0]['workload'] \
        = 'x # SKIP y'
    found = results(document)
    assert [row for row in found if row[0] == 'not ok' and row[3]] == []


def suites(document, choice='skip'):
    return tree.fromstring(junit.render([('f.json', document)], choice))


def test_junit_has_the_numbers_of_the_document():
    document = sample.compare('REGRESSION')
    cases = suites(document).findall('.//testcase')
    assert len(cases) == len(document['verdicts'])
    for case, row in zip(cases, document['verdicts']):
        found = {one.get('name'): one.get('value')
                 for one in case.iter('property')}
        assert case.get('classname') == f'udpmill.perf.{row["workload"]}'
        for key, ln in (('worse', row['estimate']), ('sd', row['sd']),
                        *zip(('low', 'high'), row['interval'])):
            assert float(found[f'{key}_percent']) == pytest.approx(
                100 * math.expm1(ln), rel=1e-5)
        assert int(found['blocks']) == row['blocks']


@pytest.mark.parametrize('name, counts', (
    ('compare PASS', ('4', '0', '0', '0')),
    ('compare REGRESSION', ('4', '2', '0', '0')),
    ('compare INCONCLUSIVE', ('4', '0', '0', '2')),
    ('compare INVALID', ('4', '0', '4', '0')),
    ('interrupted', ('4', '0', '0', '4')),
    ('run', ('77', '0', '0', '1'))))
def test_junit_counts_agree_with_its_cases(name, counts):
    root = suites(DOCUMENTS[name])
    keys = ('tests', 'failures', 'errors', 'skipped')
    assert tuple(root.get(key) for key in keys) == counts
    for key, kind in zip(keys, ('testcase', 'failure', 'error', 'skipped')):
        assert int(root.get(key)) == len(root.findall(f'.//{kind}'))


def test_junit_has_a_suite_for_each_workload():
    names = [suite.get('name') for suite in
             suites(sample.compare('PASS')).findall('testsuite')]
    assert names == ['echo-trains-64', 'discard-flood-64']


def test_junit_quotes_hostile_text_on_one_line():
    suite = suites(sample.hostile()).find('testsuite')
    assert suite.get('name') == sample.HOSTILE.replace(
        '\x1b', '?').replace('\n', ' ')


def unescaped(text):
    for code, char in (('%0A', '\n'), ('%0D', '\r'), ('%3A', ':'),
                       ('%2C', ','), ('%25', '%')):
        text = text.replace(code, char)
    return text


def test_each_regression_is_an_annotation_of_one_line():
    lines = annotations.render(
        [('', sample.compare('REGRESSION'))]).splitlines()
    assert [re.match(r'::(\w+) title=', line)[1] for line in lines] \
        == ['error', 'error']


@pytest.mark.parametrize('choice, command', (
    ('skip', 'warning'), ('pass', 'notice'), ('fail', 'error')))
def test_annotations_report_inconclusive_as_chosen(choice, command):
    text = annotations.render([('', sample.compare('INCONCLUSIVE'))], choice)
    assert text.startswith(f'::{command} ')


def test_passes_are_one_notice():
    lines = annotations.render([('', sample.compare('PASS'))]).splitlines()
    assert len(lines) == 1 and lines[0].startswith('::notice title=PASS')


def test_an_annotations_title_cannot_end_early():
    lines = annotations.render([('', sample.hostile())]).splitlines()
    for line in lines:
        match = re.fullmatch(r'::error title=([^:,]*)::(.*)', line)
        assert sample.HOSTILE.split('\x1b')[0] in unescaped(match[1])
        assert not re.search('%(?!25|0A|3A|2C)', match[2])


def test_code_climate_has_failures_with_stable_fingerprints():
    first, again = (json.loads(codeclimate.render(
        [('f.json', sample.compare('REGRESSION', seed))]))
        for seed in (7, 8))
    assert [issue['severity'] for issue in first] == ['major', 'major']
    assert [issue['fingerprint'] for issue in first] \
        == [issue['fingerprint'] for issue in again]
    assert len({issue['fingerprint'] for issue in first}) == 2
    assert json.loads(codeclimate.render(
        [('', sample.compare('PASS'))])) == []
