# SPDX-License-Identifier: MIT
"""Files that were damaged or written elsewhere, and disks that are full."""
import copy
import errno
import json
import math
import os
import stat
import subprocess
import sys

import pytest

from udpmill_perf.errors import INVALID, UNFIT, PerfError
from udpmill_perf.file import document

from made_up import comparison

GOOD = comparison()


@pytest.mark.parametrize('kind', ['compare', 'run', 'calibrate', 'selftest',
                                  'merge'])
def test_a_new_document_is_valid(kind):
    made = document.new(kind, '0.1.0', ['udpmill'], 1, {
        'metrics': [], 'ignore': 0.0, 'tolerance': 1.0, 'screen': 1,
        'confirm': 1, 'extend': 1, 'discard': 1})
    made['arms'] = [{'name': 'A'}, {'name': 'B'}]
    document.validate(made)


def test_a_saved_document_can_be_loaded(tmp_path):
    document.save(GOOD, tmp_path / 'a.json')
    assert document.load(tmp_path / 'a.json') == GOOD


def test_unknown_keys_are_accepted():
    made = copy.deepcopy(GOOD)
    made['new'] = made['trials'][0]['new'] = made['design']['new'] = {'a': 1}
    document.validate(made)


@pytest.mark.parametrize('path, value, place', [
    (['trials', 3, 'metrics', 'datagrams_per_second'], 'fast',
     'trials[3].metrics.datagrams_per_second'),
    (['trials', 3, 'validity'], 'FINE', 'trials[3].validity'),
    (['trials', 3, 'ledger'], {'sent': -1}, 'trials[3].ledger.sent'),
    (['trials', 3, 'latency_ns'], {'p50': 'x'}, 'trials[3].latency_ns.p50'),
    (['trials', 3, 'workload'], 'other', 'trials[3].workload'),
    (['trials', 3, 'arm'], 'C', 'trials[3].arm'),
    (['trials', 3, 'id'], 2, 'trials[3]'),
    (['blocks', 2, 'trials', 1], 999, 'blocks[2].trials[1]'),
    (['blocks', 2, 'order'], 'AABB', 'blocks[2].order'),
    (['blocks', 2, 'index'], 1, 'blocks[2]'),
    (['verdicts', 0, 'interval'], [1], 'verdicts[0].interval'),
    (['verdicts', 0, 'p'], 1.5, 'verdicts[0].p'),
    (['verdict'], 'FINE', 'verdict'),
    (['design', 'tolerance'], 0, 'design.tolerance'),
    (['design_sha256'], 'abc', 'design_sha256'),
    (['seed'], '1', 'seed'),
    (['arms', 1, 'name'], 'C', 'arm'),
    (['environment', 'before'], [], 'environment.before'),
])
def test_the_place_of_an_error_is_named(path, value, place):
    made = copy.deepcopy(GOOD)
    part = made
    for key in path[:-1]:
        part = part.setdefault(key, {}) if isinstance(part, dict) \
            else part[key]
    part[path[-1]] = value
    with pytest.raises(PerfError) as error:
        document.validate(made, 'a.json')
    assert str(error.value).startswith(f'a.json: {place}')
    assert error.value.exit_code == INVALID


@pytest.mark.parametrize('key', ['trials', 'blocks', 'design', 'verdicts'])
def test_missing_keys_are_named(key):
    made = copy.deepcopy(GOOD)
    del made[key]
    with pytest.raises(PerfError, match=f"'{key}' is a required property"):
        document.validate(made)


@pytest.mark.parametrize('text, said', [
    ('', 'is empty'), ('{"schema": ', 'not JSON'), ('\udc80', 'not JSON'),
    ('[' * 100000, 'not JSON'), ('{"a": NaN}', 'NaN'),
    ('{"a": 1e999}', 'too large'), ('[1]', 'schema is null'),
    ('{"schema": "udpmill.perf/2"}', 'reads "udpmill.perf/1"')])
def test_other_files_are_refused_in_one_line(tmp_path, text, said):
    path = tmp_path / 'a.json'
    path.write_bytes(text.encode('utf-8', 'surrogateescape'))
    with pytest.raises(PerfError, match=said) as error:
        document.load(path)
    assert '\n' not in str(error.value)


def test_a_missing_file_is_reported():
    with pytest.raises(PerfError, match='/no/such: No such file'):
        document.load('/no/such')


def test_control_characters_in_names_do_not_reach_the_terminal():
    made = copy.deepcopy(GOOD)
    made['environment']['before'] = {}
    made['trials'][0]['metrics']['\x1b[31m\n'] = 'x'
    with pytest.raises(PerfError) as error:
        document.validate(made)
    assert str(error.value).isprintable()


def test_the_hash_of_the_design_is_as_documented():
    # printf '{"a":[1,0.05],"b":"x"}' | sha256sum
    assert document.design_hash({'b': 'x', 'a': [1, 0.05]}) == (
        '605bcfa6d52393ed8351cb731f52031e'
        'e393cc9ab0e79ed5114b4d21f516243c')


def test_infinity_is_not_written(tmp_path):
    path = tmp_path / 'a.json'
    document.save({'a': 1}, path)
    with pytest.raises(PerfError):
        document.save({'a': math.inf}, path)
    assert json.loads(path.read_text()) == {'a': 1}


FULL = '''
import resource, sys
from udpmill_perf.file import document
from udpmill_perf.errors import PerfError
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    document.save({"a": "x" * 100000}, sys.argv[1])
except PerfError as error:
    print(error)
    sys.exit(error.exit_code)
'''


@pytest.mark.parametrize('there', [True, False])
def test_a_full_disk_leaves_the_old_file(tmp_path, there):
    path = tmp_path / 'a.json'
    if there:
        path.write_text('old')
    done = subprocess.run([sys.executable, '-c', FULL, path], text=True,
                          env={'PYTHONPATH': ':'.join(sys.path)},
                          stdout=subprocess.PIPE, timeout=60)
    assert done.returncode == UNFIT
    assert done.stdout.startswith(f'{path}: not written: ')
    assert ('is unchanged' in done.stdout) == there
    assert [p.name for p in tmp_path.iterdir()] == ['a.json'] * there
    assert not there or path.read_text() == 'old'


@pytest.mark.parametrize('call', ['fsync', 'replace', 'fchmod'])
def test_any_failure_leaves_the_old_file(tmp_path, monkeypatch, call):
    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    path = tmp_path / 'a.json'
    path.write_text('old')
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(PerfError, match='No space left on device; the file'):
        document.save({'a': 1}, path)
    monkeypatch.undo()
    assert path.read_text() == 'old'
    assert list(tmp_path.iterdir()) == [path]


def test_file_and_folder_are_synced(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, 'fsync', lambda handle: synced.append(
        stat.S_IFMT(os.fstat(handle).st_mode)))
    document.save({}, tmp_path / 'a.json')
    assert synced == [stat.S_IFREG, stat.S_IFDIR]


def test_a_missing_folder_is_reported(tmp_path):
    with pytest.raises(PerfError, match='No such file'):
        document.save({}, tmp_path / 'none' / 'a.json')


def test_the_mode_is_kept_or_follows_the_umask(tmp_path):
    path = tmp_path / 'a.json'
    document.save({}, path)
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    path.chmod(0o640)
    document.save({}, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_is_written_through(tmp_path):
    (tmp_path / 'real.json').write_text('old')
    (tmp_path / 'a.json').symlink_to('real.json')
    document.save({'a': 1}, tmp_path / 'a.json')
    assert (tmp_path / 'a.json').is_symlink()
    assert json.loads((tmp_path / 'real.json').read_text()) == {'a': 1}


def test_a_device_is_written_to_directly():
    document.save({}, '/dev/null')
    with pytest.raises(PerfError, match='No space left on device'):
        document.save({}, '/dev/full')
    assert stat.S_ISCHR(os.stat('/dev/full').st_mode)
