# SPDX-License-Identifier: MIT
r"""Files from strangers: one line and an exit code, never a traceback, and
quickly.

A seed decides what is changed in a valid document. To run it longer, by hand:
UDPMILL=build/src/cli/udpmill PYTHONPATH=perf \
    python3 tests/perf/test_strangers.py SECONDS [SEED]
"""
import contextlib
import copy
import io
import json
import math
import os
import random
import re
import sys
import tempfile
import time
from unittest import mock

import pytest
from udpmill_perf import main
from udpmill_perf.file import calibration, history

import sample
import sample_count
import sample_load
import test_claims

RUN, CLAIMS = sample.run(), test_claims.made(rounds=6)
DOCUMENTS = [*sample.all_documents().values(), CLAIMS]
COUNTS = list(sample_count.all_documents(sample.HOSTILE).values())
LOADS = [run['document'] for made in sample_load.all_documents(
    sample.HOSTILE).values() for run in made.get('runs', ())]
HOSTILE = [None, True, False, 0, -1, 1, 0.0, -0.5, 0.5, 1e-320, 1e-290, 1e-29,
           1e17, 1e308, -1e308, 2 ** 53, 2 ** 63 - 1, 2 ** 63, -2 ** 63,
           2 ** 64, 10 ** 400, '', 'x', 'A', 'x' * 201, 'x' * 100_001,
           '\x1b[31m', '\u202e', '\ud800', '<script>', '%s', '../../x', [], {},
           [[]], [None], {'a': 1}, '1', '2026-02-30T99:99:99Z', '1e5']
FORMS = ('terminal', 'markdown', 'html', 'junit', 'ktap', 'csv', 'annotations',
         'codeclimate', 'json')
VERBS = (['verify', 'FILE'], ['report', 'FILE', '--format'],
         ['report', 'FILE', '--format'], ['report', 'FILE', '--format'],
         ['merge', 'FILE', '--vs', 'OTHER', '-o', '/dev/null'],
         ['selftest', '--replay', 'FILE', '--rounds', '2', '-o', 'none', '-q'])
# What a run of another boot has, so that it can be merged with.
OTHER = json.dumps({**RUN, 'environment': {
    **RUN['environment'], 'before': {
        **RUN['environment']['before'], 'boot.id': 'other'}}})


def places(value, path=()):
    """The path to every value in it."""
    if path:
        yield path
    items = (value.items() if isinstance(value, dict) else
             enumerate(value) if isinstance(value, list) else ())
    for key, item in items:
        yield from places(item, (*path, key))


def place(rng, document):
    """A path; () if there is none. What there is many of, such as a figure of
    each trial, is drawn no more often than what there is one of."""
    alike = {}
    for path in places(document):
        alike.setdefault(tuple(key for key in path if isinstance(key, str)),
                         []).append(path)
    return rng.choice(rng.choice(list(alike.values()) or [[()]]))


def change(rng, document):
    found = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 2, 5))):
        path = place(rng, found)
        if not path:
            break
        at = found
        for key in path[:-1]:
            at = at[key]
        what = rng.random()
        if what < 0.7:
            at[path[-1]] = copy.deepcopy(rng.choice(HOSTILE))
        elif what < 0.85:
            del at[path[-1]]
        elif isinstance(at, list):
            at.append(copy.deepcopy(at[path[-1]]))
        elif isinstance(at[path[-1]], (int, float)):
            at[path[-1]] *= rng.choice((-1, 0, 10 ** 3, 10 ** 9, 10 ** 15))
    return found


def read(data, argv):
    """The exit code and output for a file with this data."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'a.json')
        other = os.path.join(folder, 'other.json')
        with open(path, 'wb') as file:
            file.write(data)
        with open(other, 'w', encoding='ascii') as file:
            file.write(OTHER)
        out, err = io.StringIO(), io.StringIO()
        # Whatever is only caught as a last resort was not foreseen.
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(
                err), mock.patch.dict(os.environ, UDPMILL_PERF_TRACEBACK='1'):
            code = main.main([w.replace('FILE', path).replace('OTHER', other)
                              for w in argv])
    return code, err.getvalue()


def draw(rng, documents):
    verb = list(rng.choice(VERBS))
    document = rng.choice(documents)
    if verb[0] == 'report':
        verb = [*verb, rng.choice(FORMS)]
        if verb[-1] == 'html' and rng.random() < 0.9:
            verb[-1] = 'terminal'       # plots take a second
    if verb[0] == 'merge' and rng.random() < 0.8:
        document = json.loads(OTHER)
        document['environment']['before']['boot.id'] = 'one'
    return verb, change(rng, document)


def check(seed, documents=DOCUMENTS):
    rng = random.Random(seed)
    verb, document = draw(rng, documents)
    data = json.dumps(document).encode()
    if rng.random() < 0.1:
        at = rng.randrange(len(data))
        data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1:]
    start = time.monotonic()
    code, said = read(data, verb)
    assert code in (0, 1, 2, 3, 4, 5), (seed, code)
    assert 'Traceback' not in said, (seed, said)
    assert len(said.splitlines()) <= 1, (seed, said)
    assert time.monotonic() - start < 60, (seed, verb)


@pytest.mark.parametrize('documents', (DOCUMENTS, COUNTS, LOADS),
                         ids=('trials', 'counts', 'loads'))
@pytest.mark.parametrize('first', range(0, 120, 10))
def test_any_change_is_reported_in_one_line_with_an_exit_code(first, documents):
    for seed in range(first, first + 10):
        check(seed, documents)


TRIAL, LOOSE = ('trials', 5), object()
VERIFY, REPORT = ['verify', 'FILE'], ['report', 'FILE', '--format', 'html']
REPLAY = ['selftest', '--replay', 'FILE', '--rounds', '2', '-o', 'none', '-q']


def put(document, path, value):
    """A copy of the document with this value, or with nothing, at a path."""
    found = copy.deepcopy(document)
    *way, last = path
    at = found
    for key in way:
        at = at[key]
    if value is LOOSE:
        del at[last]
    else:
        at[last] = value
    return found


@pytest.mark.parametrize('argv, document, path, value', [
    (VERIFY, sample.calibrate(), ('blocks',), LOOSE),
    (VERIFY, sample.calibrate(), ('calibration', 'rows', 0), []),
    (VERIFY, sample.calibrate(), ('calibration', 'rows', 0, 'metric'), {}),
    (REPORT, sample.selftest(), ('selftest', 'inject', 0), []),
    (REPORT, sample.selftest(), ('selftest', 'replay', 0, 'rounds'), None),
    # What has no number that could be measured has none of its logarithm.
    (REPORT, sample.merge(), ('boots', 3, 'cells', 1, 'ln_median'), 6763.2),
    (VERIFY, sample.compare(), ('blocks', 9, 'd', 'datagrams_per_second'),
     2 ** 53),
    (REPORT, sample.compare(), ('verdicts', 0, 'estimate'), 1e17),
    (VERIFY, sample.compare(), ('design', 'tolerance'), 1e17),
    (VERIFY, CLAIMS, (*TRIAL, 'metrics', 'datagrams_per_second'), -1),
    (VERIFY, CLAIMS, (*TRIAL, 'metrics', 'server_ns_per_datagram'), 1e-299),
    (VERIFY, CLAIMS, ('design', 'claims', 0, 'bound'), 1e-299),
    # A level at which everything is wrong, and blocks without an end.
    (VERIFY, sample.compare('REGRESSION'), ('design', 'alpha_red'), 1),
    (REPLAY, sample.compare(), ('design', 'screen'), 2 ** 62),
    (VERIFY, sample.compare(), ('design', 'extend'), 2 ** 62)])
def test_what_cannot_be_computed_with_is_refused(argv, document, path, value):
    code, said = read(json.dumps(put(document, path, value)).encode(), argv)
    assert code == 5 and path[0] in said, said
    assert said.count('\n') == 1


@pytest.mark.parametrize('path', [
    (*TRIAL, 'cpu'), (*TRIAL, 'block'), (*TRIAL, 'cpu', 'server_user_s'),
    (*TRIAL, 'cpu', 'server_system_s'), (*TRIAL, 'server_peak_bytes')])
@pytest.mark.parametrize('value', [None, LOOSE])
def test_a_claim_is_judged_without_what_a_trial_lacks(path, value):
    data = json.dumps(put(CLAIMS, path, value)).encode()
    code, said = read(data, VERIFY)  # its claims may come out otherwise
    assert code in (0, 5) and not said


def test_a_trial_as_short_as_can_be_told_is_drawn():
    document = copy.deepcopy(RUN)
    for trial in document['trials']:
        trial['window_s'] = 1e-30
        trial['metrics']['datagrams_per_second'] = 1e-30
    assert read(json.dumps(document).encode(), REPORT) == (0, '')


def test_margins_without_room_between_them_need_no_blocks():
    document = sample.compare('INCONCLUSIVE')
    document['design']['ignore'] = document['design']['tolerance']
    assert read(json.dumps(document).encode(), VERIFY) == (5, '')


def test_a_boot_without_a_name_is_not_merged():
    for boot in None, [], {}, 1, '':
        document = put(RUN, ('environment', 'before', 'boot.id'), boot)
        code, said = read(json.dumps(document).encode(), VERBS[4])
        assert code == 2 and 'boot.id' in said


@pytest.mark.parametrize('value', [
    None, -1, math.nan, 1e308, 2 ** 63, 10 ** 400, '1', []])
def test_no_history_and_no_calibration_of_such_numbers(value):
    row = {'workload': 'w', 'metric': 'm', 'who': 'A', 'median': value}
    assert history.series([{'time': 'x', 'rows': [row] * 9}]) == []
    point, = history.series([{'rows': [{**row, 'median': 1, 'low': value}]}])
    assert point.points[0].low is None
    for key in 'floor', 'sd':
        row = {'workload': 'w', 'metric': 'm', 'floor': 0.01, 'sd': 0.01}
        row[key] = value
        assert not calibration.well_formed({
            'schema': calibration.SCHEMA, 'rows': [row]}) or (
                key == 'floor' and value is None)


def test_only_blocks_are_replayed():
    for document in RUN, sample.merge(), COUNTS[0]:
        code, said = read(json.dumps(document).encode(), REPLAY)
        assert code == 2 and 'has no blocks' in said


def test_what_could_not_be_read_again_is_not_taken(capsys):
    for words in (['--screen', '1001'], ['--seed', str(2 ** 63)],
                  ['--confirm', '9' * 5000], ['--window', '9' * 400 + 's']):
        assert main.main(['compare', *words, '-o', 'none', '-q']) == 2
        assert words[0] in capsys.readouterr().err


@pytest.mark.parametrize('value, told', [
    (1e308, 'what can be measured'), (2 ** 63, 'beyond 2^63'),
    (10 ** 400, 'beyond 2^63')])
def test_an_impossible_number_is_reported_as_such(value, told):
    document = copy.deepcopy(DOCUMENTS[0])
    document['seconds'] = value
    for verb in ['verify', 'FILE'], ['report', 'FILE']:
        code, said = read(json.dumps(document).encode(), verb)
        assert code == 5 and told in said and 'seconds' in said


@pytest.mark.parametrize('length', (201, 100_000))
def test_a_long_label_is_refused_quickly(length):
    document = copy.deepcopy(DOCUMENTS[0])
    document['arms'][0]['label'] = 'x' * length
    start = time.monotonic()
    code, said = read(json.dumps(document).encode(), ['report', 'FILE'])
    assert code == 5
    assert re.search(rf'arms\[0\]\.label: a text of {length} characters; 200',
                     said)
    assert time.monotonic() - start < 20


def test_a_label_that_could_not_be_read_back_is_refused(capsys):
    assert main.main(['compare', '--b-label', 'x' * 201, '-o', 'none',
                      '-q']) == 2
    assert '200' in capsys.readouterr().err


def test_endless_and_special_files_are_refused(tmp_path, capsys):
    pipe = str(tmp_path / 'pipe')
    os.mkfifo(pipe)
    deep = tmp_path / 'deep.json'
    deep.write_text('[' * 200_000)
    for path in pipe, str(tmp_path), '/dev/zero', '/dev/null', str(deep):
        assert main.main(['report', path]) in (2, 5), path
        said = capsys.readouterr().err
        assert path in said and said.count('\n') == 1, said


if __name__ == '__main__':
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    end, done = time.monotonic() + float(sys.argv[1]), 0
    while time.monotonic() < end:
        check(seed + done, (DOCUMENTS, COUNTS, LOADS)[done % 3])
        done += 1
    print(f'{done} documents from seed {seed}')
