# SPDX-License-Identifier: MIT
"""The history: whole lines are appended, bad ones are tolerated, and it never
decides a verdict."""
import fcntl
import json
import multiprocessing
import os

import numpy
import pytest
import sample
from udpmill_perf.errors import PerfError
from udpmill_perf.file import history
from udpmill_perf.file.changes import changes
from udpmill_perf.render import html


@pytest.fixture
def file(tmp_path):
    return tmp_path / 'history.jsonl'


def test_a_document_is_one_line_with_its_medians(file):
    document = sample.run()
    assert history.append(file, document) is True
    line, = file.read_text().splitlines()
    found = json.loads(line)
    assert found['schema'] == history.SCHEMA
    assert found['time'] == document['started']
    assert found['fingerprint'] == 'c0ffee123456'
    cell = document['cells'][4]
    row = found['rows'][4]
    assert (row['workload'], row['metric'], row['median'], row['low'],
            row['high']) == (cell['workload'], cell['metric'],
                             cell['median'], cell['low'], cell['high'])
    assert row['git'] == '4f1c2ab'


@pytest.mark.parametrize('made', (sample.compare, sample.merge))
def test_a_comparison_keeps_the_arm_under_test(file, made):
    document = made('REGRESSION')
    history.append(file, document)
    rows = json.loads(file.read_text())['rows']
    assert len(rows) == 4
    assert {row['who'] for row in rows} == {'B'}
    assert all(row['low'] < row['median'] < row['high'] for row in rows)


def test_the_same_document_is_appended_once(file):
    document = sample.compare('PASS')
    assert history.append(file, document) is True
    assert history.append(file, document) is False
    assert history.append(file, sample.compare('PASS', 8)) is True
    assert len(file.read_text().splitlines()) == 2


def test_without_measurements_nothing_is_appended(file):
    assert history.append(file, sample.empty()) is False


def test_a_torn_line_is_reported_kept_and_harmless(file):
    history.append(file, sample.compare('PASS'))
    with open(file, 'a') as out:
        out.write('{"schema":"udpmill.perf-hist')
    history.append(file, sample.compare('PASS', 8))
    before = file.read_bytes()
    entries, complaints = history.load(file)
    assert len(entries) == 2
    assert complaints == [f'{file}:2: not JSON; ignored, and kept in the file']
    assert file.read_bytes() == before


@pytest.mark.parametrize('line', (
    '[]', '{}', '{"schema":"udpmill.perf-history/2","rows":[]}',
    '{"schema":"udpmill.perf-history/1"}', 'NaN', '[' * 100000, '\udcff'))
def test_a_line_of_another_kind_is_reported(file, line):
    file.write_bytes(line.encode(errors='surrogateescape') + b'\n')
    entries, complaints = history.load(file)
    assert entries == []
    assert complaints[0].startswith(f'{file}:1: ')


@pytest.mark.parametrize('row', (
    None, {}, {'median': 'x'}, {'median': None}, {'median': -1},
    {'median': True}))
def test_a_row_without_a_number_is_not_drawn(row):
    line = {'schema': history.SCHEMA, 'time': 'x', 'rows': [row]}
    assert history.series([line]) == []


def test_a_missing_history_is_empty(file):
    assert history.load(file) == ([], [])


def test_an_unwritable_history_is_reported_in_one_line(tmp_path):
    with pytest.raises(PerfError) as caught:
        history.append(tmp_path / 'no' / 'such', sample.compare('PASS'))
    assert caught.value.exit_code == 2
    assert '\n' not in str(caught.value)


def append_many(path, start):
    for number in range(start, start + 10):
        document = sample.bare('run')
        document['seed'] = number
        document['cells'] = [{'workload': 'w' * 5000, 'arm': 'A',
                              'metric': 'm', 'median': 1.0}]
        history.append(path, document)


def test_two_jobs_do_not_tear_lines(file):
    jobs = [multiprocessing.Process(target=append_many, args=(file, start))
            for start in (0, 100, 200)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)
        assert job.exitcode == 0
    entries, complaints = history.load(file)
    assert (len(entries), complaints) == (30, [])


def test_a_job_waits_while_another_reads_and_then_writes(file):
    """Otherwise both would find that a document is not there yet."""
    with open(file, 'w') as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        job = multiprocessing.Process(target=append_many, args=(file, 0),
                                      daemon=True)
        job.start()
        job.join(0.5)
        waits = job.is_alive() and file.read_text() == ''
        # The job has inherited the open file, so closing it is not enough.
        fcntl.flock(held, fcntl.LOCK_UN)
    job.join(60)
    assert waits and job.exitcode == 0
    assert len(history.load(file)[0]) == 10


@pytest.mark.parametrize('size, places', (
    (5, None), (6, (0, 5)), (20, (5, 14)), (37, (12, 24))))
def test_the_medians_interval_agrees_with_published_tables(size, places):
    """The order statistics of the sign test, two-sided at 5 %."""
    wanted = (None, None) if places is None else places
    assert history.median_interval(list(range(size))) == wanted


def noise(size, seed, step=None):
    rng = numpy.random.default_rng(seed)
    values = 1e6 * numpy.exp(rng.normal(0, 0.01, size))
    if step:
        values[step:] *= 0.95
    return values


def test_a_step_is_found_at_its_place():
    found, = changes(noise(40, 1, step=23))
    assert found.index == 23
    assert found.after / found.before == pytest.approx(0.95, abs=0.01)


def test_two_steps_are_found():
    values = noise(60, 2, step=20)
    values[40:] *= 1.08
    assert [step.index for step in changes(values)] == [20, 40]


def test_noise_alone_hardly_ever_shows_a_step():
    found = [bool(changes(noise(40, seed))) for seed in range(200)]
    assert sum(found) <= 5          # 0.5 % of 200 is 1: 6 or more, 1 in 1000


def test_an_outlier_is_no_step():
    values = noise(40, 3)
    values[20] *= 3
    assert changes(values) == []


@pytest.mark.parametrize('values', ([], [1.0], [1.0] * 7, [1.0] * 50))
def test_short_and_flat_series_have_no_step(values):
    assert changes(values) == []


def test_the_same_series_gives_the_same_answer():
    values = noise(40, 4, step=20)
    assert changes(values) == changes(list(values))


def entries(step):
    rows = []
    for number, value in enumerate(noise(40, 1, step)):
        rows.append({
            'schema': history.SCHEMA, 'fingerprint': 'c0ffee123456',
            'time': f'2026-{1 + number // 20:02d}-{1 + number % 20:02d}',
            'rows': [{'workload': 'echo-trains-64', 'who': 'B',
                      'metric': 'datagrams_per_second', 'git': f'g{number}',
                      'median': value, 'low': None, 'high': None}]})
    return rows


def test_the_report_shows_the_history_with_advice():
    document = sample.compare('PASS')
    text = html.render([('', document)], entries(23))
    assert 'Over time' in text
    assert 'at 2026-02-04 g23' in text
    assert 'never a verdict' in text
    assert text.index('PASS') < text.index('Over time')


def test_another_machines_history_is_not_drawn():
    document = sample.compare('PASS')
    document['environment']['fingerprint'] = '0' * 12
    assert 'Over time' not in html.render([('', document)], entries(23))


def test_a_history_has_the_usual_mode(file):
    mask = os.umask(0o022)
    try:
        history.append(file, sample.compare('PASS'))
    finally:
        os.umask(mask)
    assert os.stat(file).st_mode & 0o777 == 0o644
