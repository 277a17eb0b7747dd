# SPDX-License-Identifier: MIT
"""The command udpmill perf report."""
import argparse
import json
import os

import pytest
import sample
from udpmill_perf import render
from udpmill_perf.errors import PerfError
from udpmill_perf.verbs import report as verb_report


@pytest.fixture
def file(tmp_path):
    path = tmp_path / 'found.json'
    path.write_text(json.dumps(sample.compare('REGRESSION')))
    return path


def report(*words):
    parser = argparse.ArgumentParser()
    verb_report.add_arguments(parser)
    return verb_report.run(parser.parse_args([str(word) for word in words]))


def refused(*words, code=2):
    with pytest.raises(PerfError) as caught:
        report(*words)
    assert caught.value.exit_code == code
    assert '\n' not in str(caught.value)
    return str(caught.value)


def test_without_options_it_prints_the_summary(file, capsys):
    assert report(file) == 0
    assert capsys.readouterr().out.startswith('REGRESSION  base -> patched')


@pytest.mark.parametrize('suffix, start', (
    ('html', '<!DOCTYPE html>'), ('md', '### :x: REGRESSION'),
    ('xml', '<?xml'), ('tap', 'KTAP version 1'), ('csv', 'file,kind,id'),
    ('json', '{'), ('txt', 'REGRESSION')))
def test_the_outputs_suffix_chooses_the_format(file, tmp_path, suffix, start):
    out = tmp_path / f'out.{suffix}'
    assert report(file, '-o', out) == 0
    assert out.read_text().startswith(start)


@pytest.mark.parametrize('form', render.FORMATS)
def test_every_format_can_be_requested(file, tmp_path, form):
    out = tmp_path / 'out.file'
    assert report(file, '--format', form, '-o', out) == 0
    assert out.stat().st_size > 100


def test_json_is_the_unchanged_document(file, tmp_path):
    report(file, '-o', tmp_path / 'out.json')
    assert json.loads((tmp_path / 'out.json').read_text()) \
        == json.loads(file.read_text())


def test_several_files_are_one_json_array(file, tmp_path):
    other = tmp_path / 'other.json'
    other.write_text(json.dumps(sample.run()))
    report(file, other, '-o', tmp_path / 'out.json')
    found = json.loads((tmp_path / 'out.json').read_text())
    assert [one['kind'] for one in found] == ['compare', 'run']


def test_csv_keeps_its_line_ends_in_a_file(file, tmp_path):
    report(file, '-o', tmp_path / 'out.csv')
    assert (tmp_path / 'out.csv').read_bytes().count(b'\r\n') == 297


def test_an_input_is_never_overwritten(file, tmp_path):
    before = file.read_bytes()
    (tmp_path / 'link.json').symlink_to(file)
    os.link(file, tmp_path / 'hard.json')
    for name in 'found.json', '../' + tmp_path.name + '/found.json', \
            'link.json', 'hard.json':
        assert 'overwritten' in refused(file, '-o', tmp_path / name)
    assert file.read_bytes() == before


def test_the_history_neither_overwrites_nor_is_overwritten(file, tmp_path):
    before = file.read_bytes()
    log = tmp_path / 'h.jsonl'
    assert 'overwritten' in refused(file, '--history', file)
    assert 'overwritten' in refused(file, '--history', log, '--format',
                                    'json', '-o', log)
    assert file.read_bytes() == before


def test_an_unknown_suffix_lists_the_known_ones(file, tmp_path):
    said = refused(file, '-o', tmp_path / 'out.pdf')
    assert 'out.pdf' in said and '.html' in said


def test_a_missing_input_is_reported(tmp_path):
    assert 'none.json' in refused(tmp_path / 'none.json')


def test_an_unwritable_output_is_reported(file, tmp_path):
    assert 'no/out.html' in refused(file, '-o', tmp_path / 'no/out.html')


def test_a_failed_write_leaves_the_old_report(file, tmp_path, monkeypatch):
    out = tmp_path / 'out.txt'
    out.write_text('old')

    def fail(*_):
        raise OSError(28, 'No space left on device')
    monkeypatch.setattr(os, 'fsync', fail)
    assert 'No space left' in refused(file, '-o', out, code=4)
    assert out.read_text() == 'old'
    assert sorted(os.listdir(tmp_path)) == ['found.json', 'out.txt']


def test_a_report_may_go_to_a_device(file):
    assert report(file, '--format', 'html', '-o', '/dev/null') == 0
    assert not os.path.isfile('/dev/null')


def test_a_history_is_appended_and_its_errors_reported(file, tmp_path, capsys):
    log = tmp_path / 'h.jsonl'
    log.write_text('nonsense\n')
    assert report(file, '--history', log) == 0
    assert capsys.readouterr().err \
        == f'{log}:1: not JSON; ignored, and kept in the file\n'
    assert len(log.read_text().splitlines()) == 2


def test_inconclusive_is_reported_as_chosen(tmp_path):
    path = tmp_path / 'f.json'
    path.write_text(json.dumps(sample.compare('INCONCLUSIVE')))
    report(path, '--inconclusive', 'fail', '-o', tmp_path / 'o.tap')
    assert '\nnot ok 1 ' in (tmp_path / 'o.tap').read_text()


def test_text_that_cannot_be_encoded_is_escaped(tmp_path):
    document = sample.compare('PASS')
    document['arms'][0]['label'] = '\ud800'
    path = tmp_path / 'f.json'
    path.write_text(json.dumps(document))
    report(path, '-o', tmp_path / 'o.csv')
    assert '\\ud800' in (tmp_path / 'o.csv').read_text()
