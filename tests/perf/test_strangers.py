# SPDX-License-Identifier: MIT
"""Files from strangers: one line and an exit code, never a traceback, and
quickly.

A seed decides what is changed in a valid document. To run it longer, by hand:
PYTHONPATH=perf python3 tests/perf/test_strangers.py SECONDS [SEED]"""
import contextlib
import copy
import io
import json
import os
import random
import re
import sys
import tempfile
import time
from unittest import mock

import pytest
from udpmill_perf import main

import sample
import sample_count

DOCUMENTS = list(sample.all_documents().values())
COUNTS = list(sample_count.all_documents(sample.HOSTILE).values())
HOSTILE = [None, True, False, 0, -1, 1, 0.0, -0.5, 1e-320, 1e17, 1e308, -1e308,
           2 ** 53, 2 ** 63 - 1, 2 ** 63, -2 ** 63, 2 ** 64, 10 ** 400, '',
           'x', 'A', 'x' * 201, 'x' * 100_001, '\x1b[31m', '\u202e', '\ud800',
           '<script>', '%s', '../../x', [], {}, [[]], [None], {'a': 1}, '1',
           '2026-02-30T99:99:99Z', '1e5']
FORMS = ('terminal', 'markdown', 'html', 'junit', 'ktap', 'csv', 'annotations',
         'codeclimate', 'json')


def places(value, path=()):
    """The path to every value in it."""
    if path:
        yield path
    items = (value.items() if isinstance(value, dict) else
             enumerate(value) if isinstance(value, list) else ())
    for key, item in items:
        yield from places(item, (*path, key))


def change(rng, document):
    found = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 2, 5))):
        path = rng.choice(list(places(found)) or [()])
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
        with open(path, 'wb') as file:
            file.write(data)
        out, err = io.StringIO(), io.StringIO()
        # Whatever is only caught as a last resort was not foreseen.
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(
                err), mock.patch.dict(os.environ, UDPMILL_PERF_TRACEBACK='1'):
            code = main.main([w.replace('FILE', path) for w in argv])
    return code, err.getvalue()


def draw(rng, documents):
    verb = rng.choice((['verify', 'FILE'], ['report', 'FILE', '--format']))
    if verb[0] == 'report':
        verb = [*verb, rng.choice(FORMS)]
        if verb[-1] == 'html' and rng.random() < 0.9:
            verb[-1] = 'terminal'       # plots take a second
    return verb, change(rng, rng.choice(documents))


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


@pytest.mark.parametrize('documents', (DOCUMENTS, COUNTS),
                         ids=('trials', 'counts'))
@pytest.mark.parametrize('first', range(0, 120, 10))
def test_any_change_is_reported_in_one_line_with_an_exit_code(first, documents):
    for seed in range(first, first + 10):
        check(seed, documents)


def test_a_calibration_without_blocks_is_accepted():
    check(20268691)


def test_noise_that_no_number_of_blocks_could_overcome():
    check(20265056)


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
        check(seed + done, (DOCUMENTS, COUNTS)[done % 2])
        done += 1
    print(f'{done} documents from seed {seed}')
