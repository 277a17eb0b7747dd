# SPDX-License-Identifier: MIT
"""`udpmill perf report` reads what `udpmill load` wrote, and refuses the rest
in one line."""
import json

import pytest
import sample
import sample_load
from udpmill_perf import main
from udpmill_perf.errors import INVALID, USAGE, PerfError
from udpmill_perf.file import load_file, readable


def written(folder, name, content):
    path = folder / name
    path.write_text(content if isinstance(content, str)
                    else json.dumps(content))
    return str(path)


def report(*argv):
    return main.main(['report', *map(str, argv)])


def test_runs_are_joined_and_others_stay(tmp_path):
    paths = [written(tmp_path, name, content) for name, content in (
        ('a.json', sample_load.plain()), ('c.json', sample.compare('PASS')),
        ('b.csv', sample_load.csv_of(sample_load.plain()['intervals'])))]
    found = readable.load(paths)
    assert [document['kind'] for _, document in found] == ['load', 'compare']
    assert found[0][0] == ''
    assert [run['label'] for run in found[0][1]['runs']] == ['a', 'b']
    alone = readable.load(paths[:1])
    assert alone[0][0] == paths[0]


def test_files_with_the_same_name_are_told_apart(tmp_path):
    for name in 'x', 'y':
        (tmp_path / name).mkdir()
    paths = [written(tmp_path, f'{name}/run.json', sample_load.plain())
             for name in 'xy']
    (_, document), = readable.load(paths)
    assert [run['label'] for run in document['runs']] == paths


def test_csv_has_the_same_intervals_as_json():
    doc = sample_load.plain(share=0.01)
    text = sample_load.csv_of(doc['intervals'],
                              ('planned_per_second', 'step'))
    found = load_file.of_csv(text, 'a.csv')['intervals']
    for row, told in zip(doc['intervals'], found, strict=True):
        for key in ('start_s', 'seconds', 'omitted', 'sent', 'lost', 'step'):
            assert told[key] == row[key]
        assert told['latency_ns']['p99'] == row['latency_ns']['p99']
        assert told['latency_ns']['count'] == row['sent']


def test_csv_of_steps_is_told_by_its_columns():
    more = 'planned_per_second', 'step', 'rate_first', 'rate_last'
    text = sample_load.csv_of(sample_load.ramp()['steps'], more)
    assert len(load_file.of_csv(text, 'a.csv')['steps']) == 8


def test_csv_without_latency_is_read():
    """As versions wrote it that knew none; a later one may add columns."""
    text = 'start_s,seconds,omitted,sent,answered,lost,news\n' \
        '0,1,0,10,9,,\n1,1,0,10,9,1,7\n'
    found = load_file.of_csv(text, 'a.csv')['intervals']
    assert [row['lost'] for row in found] == [None, 1]
    assert found[0]['latency_ns'] is None


CSV = sample_load.csv_of(sample_load.plain()['intervals'])


def changed(**more):
    return {**sample_load.plain(), **more}


@pytest.mark.parametrize('name, content, told', (
    ('a.json', json.dumps(sample_load.plain())[:400], 'not JSON'),
    ('a.json', '', 'the file is empty'),
    ('a.csv', CSV[:-40], 'columns, and the header 20; is the file complete?'),
    ('a.csv', CSV.replace('1.0,0', '1.0,x', 1), 'omitted: "x" is not a number'),
    ('a.csv', CSV.replace('1.0,0', 'nan,0', 1), '"nan" is not a number'),
    ('a.csv', CSV.replace('1.0,0', '1e99,0', 1), 'outside of what can be'),
    ('a.csv', CSV + '7' * 200_000, 'line 11: field larger than'),
    ('a.json', changed(schema='udpmill.load/2'), 'this program reads'),
    ('a.json', changed(intervals=7), 'intervals: must be a list'),
    ('a.json', changed(intervals=['x']), 'intervals[0]: must be an object'),
    ('a.json', changed(intervals=[{'sent': '7'}]),
     'intervals[0].sent: must be a number'),
    ('a.json', changed(ledger={'dropped': {'a': True}}),
     'ledger.dropped.a: must be a number'),
    ('a.json', changed(argv=[1]), 'argv[0]: must be a text'),
    ('a.json', changed(interrupted='no'), 'interrupted: must be true or'),
    ('a.json', changed(latency_ns={'p50': 1e300}), 'outside of what can be'),
    ('a.json', changed(config={'mode': 'x' * 200_000}), '200000 characters'),
    ('a.json', '[' * 100_000, 'not JSON')))
def test_a_bad_file_is_refused_in_one_line(tmp_path, capsys, name, content,
                                           told):
    assert report(written(tmp_path, name, content)) == INVALID
    said = capsys.readouterr()
    assert said.out == '' and said.err.count('\n') == 1
    assert told in said.err and name in said.err


def test_nothing_is_written_if_one_file_is_bad(tmp_path):
    good = written(tmp_path, 'a.json', sample_load.plain())
    bad = written(tmp_path, 'b.csv', CSV[:-40])
    out = tmp_path / 'r.html'
    assert report(good, bad, '-o', out) == INVALID
    assert not out.exists()


def test_runs_have_no_history(tmp_path, capsys):
    path = written(tmp_path, 'a.json', sample_load.plain())
    assert report(path, '--history', tmp_path / 'h.jsonl') == USAGE
    assert 'no history' in capsys.readouterr().err
    assert not (tmp_path / 'h.jsonl').exists()


@pytest.mark.parametrize('verb', ('verify', 'merge'))
def test_other_verbs_refuse_runs(tmp_path, capsys, verb):
    path = written(tmp_path, 'a.json', sample_load.plain())
    argv = [verb, path, *(['--vs', path] if verb == 'merge' else [])]
    assert main.main(argv) == INVALID
    assert 'schema is "udpmill.load/1"' in capsys.readouterr().err


def test_many_lines_of_csv_are_drawn_as_few(tmp_path):
    rows = [sample_load.interval(place, 1000) for place in range(5000)]
    path = written(tmp_path, 'a.csv', sample_load.csv_of(rows))
    out = tmp_path / 'r.html'
    assert report(path, '-o', out) == 0
    assert out.stat().st_size < 300_000


def test_a_csv_is_named_once_below_the_verdict(tmp_path, capsys):
    path = written(tmp_path, 'a.csv', CSV)
    assert report(path) == 0
    assert capsys.readouterr().out.count('a.csv') == 1


def test_a_text_is_needed(tmp_path):
    path = tmp_path / 'a.csv'
    path.write_bytes(b'start_s,\xff')
    with pytest.raises(PerfError):
        readable.load([str(path)])
