# SPDX-License-Identifier: MIT
"""Mistakes and mishaps of users: one line, the right exit code, and no time
wasted on measuring."""
import copy
import os

import pytest
from udpmill_perf import main
from udpmill_perf.file import calibration, document
from udpmill_perf.judge import recheck
from udpmill_perf.measure import latency, workload
from udpmill_perf.verbs import doctor as verb_doctor

from made_up import comparison

LINES = [
    (['compare', '-w', 'echo-mmsg-trains-1472-bach8'], 'bach8'),
    (['compare', '--b-set', 'path=vet'], 'vet'),
    (['compare', '--b-opts', "--cpus '1"], '--b-opts'),
    (['compare', '--history', '/no/such/place/h.jsonl'], '/no/such/place'),
    (['run', '--backend', 'recvfrom', '--batch', '8', '--peers', 'none'],
     'recvfrom has no batch'),
    (['run', 'echo-xdp-single-64'], 'echo-xdp-single-64: backend xdp needs a '
     'path with a device; append -veth'),
    (['compare', '-w', 'echo-mmsg-single-64-enginekernel'],
     'engine kernel needs a path with a device; append -veth'),
    (['run', '--bytes', '6\u00b2'], 'list of numbers'),
    (['selftest', '--inject', ','], '3,5,10'),
    (['selftest', '--aa', '1', '--keep', '/proc/none'], '/proc/none'),
]


@pytest.mark.parametrize('argv, told', LINES)
def test_a_mistake_is_reported_in_one_line_and_nothing_is_measured(argv, told,
                                                             capsys):
    assert main.main([*argv, '-o', 'none', '-q']) == 2
    said = capsys.readouterr()
    assert told in said.err and said.err.count('\n') == 1
    assert not said.out


def test_a_mistake_is_reported_before_the_hosts_noise(monkeypatch,
                                                               capsys):
    monkeypatch.setattr(calibration, 'floor', lambda *_: 0.5)
    assert main.main(['compare', '-o', 'none', '-q']) == 4
    assert 'quieten the host' in capsys.readouterr().err
    assert main.main(['compare', '--history', '/no/such/place/h.jsonl',
                      '-o', 'none', '-q']) == 2
    assert '/no/such/place' in capsys.readouterr().err


def test_a_mistake_is_not_a_bad_commit_for_a_bisection(capsys):
    assert main.main(['compare', '--exit-style=bisect', '--b-opts', "'",
                      '-o', 'none']) == 255
    capsys.readouterr()


def test_a_full_disk_is_a_fault_of_the_host(tmp_path, capsys):
    path = tmp_path / 'a.json'
    document.save(comparison(), path)
    assert main.main(['report', str(path), '-o', '/dev/full',
                      '--format', 'markdown']) == 4
    assert '/dev/full' in capsys.readouterr().err


@pytest.mark.parametrize('error, code, told', [
    (KeyboardInterrupt(), 130, 'interrupted'),
    (OSError(28, 'No space left on device', 'x'), 4, 'x: No space left'),
    (ZeroDivisionError(), 5, 'Traceback')])
def test_whatever_ends_a_verb_has_its_exit_code(error, code, told, capsys,
                                                monkeypatch):
    def fail(_args):
        raise error
    monkeypatch.setattr(verb_doctor, 'run', fail)
    assert main.main(['doctor']) == code
    assert told in capsys.readouterr().err


@pytest.mark.parametrize('text', ['', '[]', '{"schema": 1}', '{', '{"schema":'
                                  ' "udpmill.perf.calibration/1", "rows": 3}'])
def test_a_damaged_calibration_is_reported_and_replaced(text, tmp_path,
                                                     monkeypatch):
    monkeypatch.setenv('XDG_STATE_HOME', str(tmp_path))
    path = calibration.path('abc')
    os.makedirs(os.path.dirname(path))
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    with pytest.raises(calibration.PerfError):
        calibration.load('abc')
    row = {'workload': 'echo', 'metric': 'm', 'sd': 0.02, 'floor': None}
    calibration.store('abc', [row])
    assert calibration.load('abc') == [row]


def test_an_endless_calibration_file_is_reported(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_STATE_HOME', str(tmp_path))
    monkeypatch.setattr(calibration, 'MOST_BYTES', 1000)
    path = calibration.path('abc')
    os.makedirs(os.path.dirname(path))
    os.symlink('/dev/zero', path)
    with pytest.raises(calibration.PerfError, match='more than 1000 bytes'):
        calibration.load('abc')


def test_without_replies_there_is_no_latency():
    trial = {'validity': 'VALID', 'latency_ns': {'count': 0}}
    row = latency.row(workload.parse(workload.DEFAULT), 'A', 1000, [trial])
    assert (row['trials'], row['count'], row['interval']) == (0, 0, {})


def test_a_file_of_a_killed_harness_passes_verify():
    doc = copy.deepcopy(comparison(most=7))
    doc.update(verdicts=[], verdict=None, stopped=None)
    assert not [line for check in recheck.of(doc) for line in check(doc)]
    doc['complete'] = True
    assert [line for check in recheck.of(doc) for line in check(doc)]


@pytest.mark.parametrize('verb, mapped', [
    ('compare', True), ('merge', True), ('run', False), ('report', False)])
def test_the_help_of_verbs_with_verdicts_has_exit_styles(verb, mapped):
    parser = main.parser_of(verb, main.load(verb))
    assert ('--exit-style maps' in parser.format_help()) == mapped
