# SPDX-License-Identifier: MIT
"""`count` where something is hostile or unlucky: full disks, closed outputs,
two runs at a time, words that nobody would type."""
import errno
import io
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest
from udpmill_perf import main
from udpmill_perf.errors import UNFIT, PerfError
from udpmill_perf.file import document, whole_file
from udpmill_perf.host import sysctl
from udpmill_perf.measure import arms, counting
from rendered import DOCUMENTS
from test_count_mistakes import (booted, kernels, no_guest,  # noqa: F401
                                 refused)

pytestmark = pytest.mark.skipif(
    'UDPMILL' not in os.environ, reason='UDPMILL does not name a udpmill')

SAMPLE = DOCUMENTS['count REGRESSION']
PROGRAM = pathlib.Path(main.__file__).parents[1] / 'udpmill-perf'


@pytest.fixture
def run(kernels, monkeypatch, no_guest):  # noqa: F811
    """Returns a function that counts, with made up boots; its exit code."""
    def boots(made, arms, workloads, progress, keep, heed):
        made['boots'] += SAMPLE['boots']
        keep()
    booted(monkeypatch, boots)
    return lambda *argv: main.main([
        'count', '--a-kernel', kernels[0], '--b-kernel', kernels[1], '-q',
        *argv, *(w['name'] for w in SAMPLE['workloads'])])


@pytest.mark.parametrize('argv, told', [
    (['--seeds', '1001'], 'within 1 to 1000'),
    (['--seeds', str(2 ** 53)], 'within 1 to 1000'),
    (['--a-cmd', 'cat', '--pcap', __file__], 'send one of them by --payload'),
    (['--datagrams', str(10 ** 7 + 1)], 'within 1 to 10000000'),
    (['--b-set', 'net/../../x=1'], 'not the name of a sysctl'),
    (['--b-set', 'net/../../x.y=1'], 'not the name of a sysctl'),
    (['--b-set', 'net.core/../../x=1'], 'not the name of a sysctl'),
    (['--b-set', '../x=1'], 'not the name of a sysctl'),
    (['--b-set', 'net..core.x=1'], 'not the name of a sysctl'),
    (['--b-set', 'net.core.=1'], 'not the name of a sysctl'),
    (['--b-set', '.net.core=1'], 'not the name of a sysctl'),
    (['--b-set', 'net.co\x1bre=1'], 'not the name of a sysctl')])
def test_a_mistake_is_told_before_a_boot(argv, told, capsys):
    assert told in refused(argv, capsys)


@pytest.mark.parametrize('key, path', [
    ('net.core.rmem_max', 'net/core/rmem_max'),
    ('net.ipv4.conf.eth0/1.forwarding', 'net/ipv4/conf/eth0.1/forwarding'),
    ('net.ipv6.conf.a-b@c:1.mtu', 'net/ipv6/conf/a-b@c:1/mtu')])
def test_a_sysctl_is_named_as_for_sysctl(key, path):
    arms.check_sysctl(key)
    assert sysctl.path_of(key) == f'/proc/sys/{path}'


def test_a_message_that_nobody_would_read_is_shortened(capsys):
    told = refused(['--kernel', 'x' * 100_000], capsys)
    assert len(told) < 1300 and '[...]' in told and 'no such kernel' in told


def test_a_file_for_which_there_is_no_room_at_the_end(run, tmp_path, capsys,
                                                      monkeypatch):
    save, path = document.save, str(tmp_path / 'a.json')

    def full_at_the_end(made, where):
        if made['complete']:
            raise PerfError(f'{where}: not written: full', UNFIT)
        save(made, where)
    monkeypatch.setattr(document, 'save', full_at_the_end)
    assert run('-o', path) == UNFIT
    said = capsys.readouterr()
    assert said.err == f'udpmill perf count: {path}: not written: full\n'
    assert said.out.startswith('REGRESSION')
    assert not document.load(path)['complete']


class Full(io.StringIO):
    def write(self, _):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize('more', [(), ('-J',)])
def test_a_full_standard_output_is_named(run, tmp_path, capsys, monkeypatch,
                                         more):
    path = tmp_path / 'a.json'
    monkeypatch.setattr(sys, 'stdout', Full())
    assert run('-o', str(path), *more) == UNFIT
    assert capsys.readouterr().err == (
        f'udpmill perf count: standard output: {os.strerror(errno.ENOSPC)}\n')
    assert document.load(path)['complete']


def test_too_little_memory_takes_a_line(run, monkeypatch, capsys):
    def boots(*_):
        raise MemoryError
    monkeypatch.setattr(counting, 'boots', boots)
    assert run('-o', 'none') == UNFIT
    said = capsys.readouterr().err
    assert 'not enough memory' in said and said.count('\n') == 1


def test_runs_that_begin_at_once_have_files_of_their_own(run, tmp_path,
                                                         monkeypatch):
    there = tmp_path / 'there'
    there.mkdir()
    monkeypatch.chdir(there)
    monkeypatch.setattr('time.strftime', lambda form, *_: re.sub(
        '%.*S', 'NOW', form))
    assert run() == run() == 1
    assert sorted(os.listdir()) == [f'udpmill-count-NOW{n}.json'
                                    for n in ('-2', '')]
    assert all(os.path.getsize(name) > 1000 for name in os.listdir())


def test_a_name_is_claimed_once(tmp_path):
    path = str(tmp_path / 'a.b.json')
    assert whole_file.claim(path) == path
    assert whole_file.claim(path) == str(tmp_path / 'a.b-2.json')


def test_a_current_directory_that_was_removed(run, tmp_path, monkeypatch,
                                              capsys):
    gone = tmp_path / 'gone'
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert run() == 2
    assert 'current directory has been removed' in capsys.readouterr().err


def test_what_was_not_written_is_not_said_to_be_kept(run, monkeypatch, capsys):
    def boots(*rest):
        signal.raise_signal(signal.SIGINT)
        rest[-1]()
    monkeypatch.setattr(counting, 'boots', boots)
    assert run('-o', 'none') == 130
    assert capsys.readouterr().err == 'udpmill perf: interrupted\n'


def test_ctrl_c_while_modules_are_imported(tmp_path):
    (tmp_path / 'argparse.py').write_text(
        'import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\n'
        'time.sleep(60)\n')
    done = subprocess.run(
        [sys.executable, PROGRAM, 'count'], capture_output=True, check=False,
        timeout=60, env={**os.environ, 'PYTHONPATH': str(tmp_path)})
    assert (done.returncode, done.stderr) == (-signal.SIGINT, b'')


def started(argv, **streams):
    """The exit code of the program itself."""
    return subprocess.run([sys.executable, PROGRAM, *argv], check=False,
                          timeout=60, stdin=subprocess.DEVNULL,
                          **{'stdout': subprocess.DEVNULL,
                             'stderr': subprocess.DEVNULL, **streams}
                          ).returncode


@pytest.mark.parametrize('argv, stream, code', [
    (['count', '-o', '/no/such/x'], 'stderr', 2), ([], 'stderr', 2),
    (['--help'], 'stdout', UNFIT), (['--list-options'], 'stdout', UNFIT),
    (['count', '--help'], 'stdout', UNFIT)])
def test_a_full_stream_is_no_regression(argv, stream, code):
    with open('/dev/full', 'wb') as full:
        assert started(argv, **{stream: full}) == code


def test_progress_that_nobody_reads_stops_nothing(run, monkeypatch, tmp_path):
    """A terminal that is gone, or a log on a full disk."""
    with open('/dev/full', 'w', buffering=1,
              encoding='ascii') as full:
        monkeypatch.setattr(sys, 'stderr', full)
        assert run('-o', str(tmp_path / 'a.json')) == 1
