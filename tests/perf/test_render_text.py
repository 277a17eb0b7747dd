# SPDX-License-Identifier: MIT
"""Markdown and CSV: what their cells must contain, and what they must not."""
import csv
import io
import math
import re

import sample
from udpmill_perf.render import markdown, trials_csv


def rows(text):
    """The cells of the tables; a bar that is not escaped ends a cell."""
    return [[cell.strip() for cell in
             re.split(r'(?<!\\)\|', line.strip())[1:-1]]
            for line in text.splitlines() if line.startswith('|')]


def test_a_markdown_table_has_as_many_cells_in_each_row():
    for document in sample.compare('REGRESSION'), sample.hostile():
        text = markdown.render([('', document)])
        table = text.split('<details>')[0]
        assert {len(row) for row in rows(table)} == {9}


def test_a_bar_in_a_name_is_escaped():
    document = sample.compare('PASS')
    document['workloads'][0]['name'] = document['verdicts'][0]['workload'] \
        = document['verdicts'][1]['workload'] = 'a|b'
    text = markdown.render([('', document)]).split('<details>')[0]
    assert {len(row) for row in rows(text)} == {9}
    assert 'a\\|b' in text


def test_markdown_has_the_figures():
    document = sample.compare('PASS')
    document['verdicts'][0].update(estimate=0.0198, interval=[0.0, 0.0488])
    row = rows(markdown.render([('', document)]))[2]
    assert row[5:7] == ['+2.0 %', '\\[0.0, +5.0\\]']


def test_text_of_a_document_is_never_markup():
    text = markdown.render([('', sample.hostile())])
    outside = re.sub(r'(`+).*?\1', '', text)
    assert '<script' not in outside
    assert not re.search(r'(?<!\\)[*\[\]]', re.sub(
        r'\*\*:x: REGRESSION\*\*', '', outside))


def test_a_label_mentions_nobody():
    document = sample.compare('PASS')
    document['arms'][0]['label'] = '@somebody'
    assert '@somebody' not in markdown.render([('', document)])


def test_code_with_backticks_stays_code():
    assert markdown.code('a`b``c') == '```a`b``c```'
    assert markdown.code('`a`') == '`` `a` ``'


def parsed(document):
    text = trials_csv.render([('a,"b".json', document)])
    assert text.count('\r\n') >= len(document['trials'])
    return list(csv.DictReader(io.StringIO(text, newline='')))


def test_csv_has_a_line_with_all_numbers_for_each_trial():
    document = sample.compare('REGRESSION')
    found = parsed(document)
    assert len(found) == len(document['trials'])
    for row, trial in zip(found, document['trials']):
        assert int(row['id']) == trial['id']
        for key, value in trial['metrics'].items():
            assert row[f'metrics.{key}'] == ('' if value is None
                                             else repr(value))
        assert float(row['cpu.client_system_s']) \
            == trial['cpu']['client_system_s']
        assert float(row['latency_ns.p999']) == trial['latency_ns']['p999']
        assert int(row['slice9.datagrams']) == trial['slices'][9]['datagrams']


def test_csv_has_the_phase_and_order_of_each_block():
    document = sample.compare('PASS')
    found = parsed(document)
    assert found[0]['phase'] == 'warm'
    assert found[-1]['phase'] == 'screen'
    assert found[0]['order'] == document['blocks'][0]['order']


def test_csv_quotes_values_that_need_it():
    row = parsed(sample.hostile())[0]
    assert row['workload'] == sample.HOSTILE
    assert row['file'] == 'a,"b".json'


def test_csv_contains_no_formulas():
    document = sample.compare('PASS')
    document['arms'][0]['label'] = '=HYPERLINK("x")'
    assert {row['arm_label'][:1] for row in parsed(document)} == {"'", 'p'}


def test_csv_of_a_merge_has_a_line_for_each_boot_and_workload():
    document = sample.merge()
    found = list(csv.DictReader(io.StringIO(
        trials_csv.render([('', document)]), newline='')))
    assert len(found) == 20 * 2
    assert float(found[0]['metrics.datagrams_per_second']) \
        == math.exp(document['boots'][0]['cells'][0]['ln_median'])
