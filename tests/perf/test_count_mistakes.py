# SPDX-License-Identifier: MIT
"""What goes wrong on the command line of `count`: a line, the right exit code,
and nothing booted for nothing."""
import os
import pathlib
import signal
import struct

import pytest
from udpmill_perf import main
from udpmill_perf.errors import PerfError
from udpmill_perf.guest import kernel
from udpmill_perf.measure import count_arms, counting
from udpmill_perf.verbs import count

pytestmark = pytest.mark.skipif(
    'UDPMILL' not in os.environ, reason='UDPMILL does not name a udpmill')


def image(path, release='6.1.0-1-test', more=b''):
    """The header of a bzImage, and no kernel."""
    head = bytearray(0x1000)
    struct.pack_into('<H', head, 0x1fe, 0xaa55)
    head[0x202:0x206] = b'HdrS'
    struct.pack_into('<H', head, 0x20e, 0x400)
    head[0x600:] = f'{release} (who@where) #1 SMP'.encode() + b'\0' + more
    path.write_bytes(head)
    return str(path)


@pytest.fixture
def kernels(tmp_path):
    return (image(tmp_path / 'a'), image(tmp_path / 'b', '6.2.0-1-test'))


def refused(argv, capsys, code=2):
    assert main.main(['count', '-o', 'none', '-q', *argv]) == code
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith('udpmill perf count: ')
    assert said.err.count('\n') == 1
    return said.err


@pytest.mark.parametrize('argv, told', [
    (['nonsense'], 'there is no workload "nonsense"'),
    (['echo-mmsg-single-64-threads2'], 'threads'),
    (['echo-mmsg-single-64', '--b-set', 'threads=2'], 'threads'),
    (['--b-set', 'path=vet'], 'vet'), (['--b-set', 'x'], 'setting'),
    (['--b-set', 'wokers=2'], 'wokers'),
    (['--b-opts', "'"], '--b-opts'), (['--b-opts', '--nope'], '--nope'),
    (['--b-append', 'a\nb'], 'printable'),
    (['--a-append', 'x' * 1025], '1025 characters'),
    (['--b-label', 'x' * 201], '201 characters'),
    (['--b-label', 'a\x1b[2J'], 'cannot be printed'),
    (['--kernel', '/nope'], '/nope'), (['--b-kernel', '/nope'], '/nope'),
    (['--kernel', __file__], 'is not an x86 kernel image'),
    (['--kernel', str(pathlib.Path(__file__).parent)], 'has no kernel'),
    (['--kernel', ''], '--kernel: is empty'),
    (['--b-kernel', ''], '--b-kernel: is empty'),
    (['--b-bin', ''], '--b-bin: is empty'),
    (['--bin', '/nope'], '/nope'), (['--b-bin', __file__], 'executed'),
    (['--without', 'sched'], 'scheduler and idle'),
    (['--seeds', '0'], '--seeds'), (['--seeds', 'x'], '--seeds'),
    (['--b-label', 'b', '--seeds', '1'], 'at least 2'),
    (['--datagrams', '0'], 'within 1 to'),
    (['--datagrams', '9' * 12], 'within 1 to'), (['--warm', '-1'], '--warm'),
    (['--tolerance', '100'], '--tolerance'), (['--by', 'line'], '--by'),
    (['--report', 'x.doc'], 'x.doc'), (['--nope'], '--nope'),
    (['--history', '/no/such/h.jsonl'], '/no/such')])
def test_a_mistake_is_told_in_a_line(argv, told, capsys):
    assert told in refused(argv, capsys)


def test_a_pipe_is_not_opened_as_a_kernel(tmp_path, capsys):
    pipe = tmp_path / 'vmlinuz'
    os.mkfifo(pipe)
    signal.alarm(60)  # nobody writes to it
    try:
        for path in pipe, tmp_path:
            assert 'is a pipe' in refused(['--kernel', str(path)], capsys)
    finally:
        signal.alarm(0)


@pytest.mark.parametrize('name', ['-o', '--output', '--out'])
def test_the_file_is_checked_before_anything_is_booted(name, capsys):
    assert main.main(['count', name, '/no/such/x']) == 2
    assert '/no/such' in capsys.readouterr().err


def test_a_mistake_is_not_a_bad_commit_for_a_bisection(capsys):
    assert main.main(['count', '--exit-style=bisect', '--kernel',
                      '/nope']) == 255
    assert main.main(['count', '--exit-style', 'meson', '--by', 'x']) == 99
    capsys.readouterr()


def parsed(argv):
    parser = main.parser_of('count', count)
    return parser.parse_args(main.joined(argv))


@pytest.mark.parametrize('argv, names', [
    ([], 'A'), (['--a-label', 'x'], 'A'), (['--kernel', 'x'], 'A'),
    (['--bin', 'x'], 'A'), (['--b-label', 'x'], 'AB'),
    (['--a-kernel', 'x'], 'AB'), (['--b-append', '--x'], 'AB'),
    (['--a-set', 'a.b=1'], 'AB'), (['--a-opts', '--spin'], 'AB'),
    (['--b-bin', 'x'], 'AB')])
def test_there_are_two_arms_if_anything_is_said_of_them(argv, names):
    assert count.names(parsed(argv)) == names


@pytest.mark.parametrize('argv, by', [
    ([], 'group'), (['--b-label', 'b'], 'function'),
    (['--by', 'function'], 'function'), (['--b-label', 'b', '--by', 'group'],
                                         'group')])
def test_one_arm_is_listed_by_group(argv, by):
    assert count.make_design(parsed(argv), [])['by'] == by


def made(argv, both):
    args = parsed(['--a-kernel', both[0], '--b-kernel', both[1], *argv])
    return count.make_arms(args, [count.parse('echo-mmsg-single-64')])


def test_an_arm_is_called_by_what_it_differs_in(kernels):
    def labels(argv, both):
        return [arm.label for arm in made(argv, both)]
    assert labels([], kernels) == ['6.1.0-1-test', '6.2.0-1-test']
    assert labels(['--b-label', 'new'], kernels) == ['6.1.0-1-test', 'new']
    same = kernels[0], kernels[0]
    assert labels(['--b-append', 'x=1'], same) == ['without x=1', 'x=1']
    assert labels(['--b-append', 'mitigations=auto nosmt'], same) == [
        'mitigations=off', 'mitigations=auto nosmt']
    both = made(['--b-append', 'mitigations=auto'], same)
    for arm in both:
        arm.label = ''
    count_arms.name_them(both, 'quiet')     # of a command line without it
    assert both[0].label == 'without mitigations=auto'
    assert labels(['--b-opts', '--batch 8'], same) == [
        'default options', '--batch 8']
    assert labels(['--a-set', 'a.b=1'], same) == ['a.b=1', 'default settings']
    assert labels([], same) == ['6.1.0-1-test'] * 2
    assert count_arms.cut('x' * 61) == '..' + 'x' * 58


@pytest.mark.parametrize('path, other, told', (
    ('/k/old/boot/bzImage', '/k/new/boot/bzImage', 'old'),
    ('/k/a/b/bzImage', '/k/c/bzImage', 'a/b'),
    ('/k/bzImage', '/k/new/bzImage', '/k/bzImage'),
    ('/k/one', '/k/other', 'one')))
def test_of_a_path_only_what_differs_is_a_label(path, other, told):
    assert count_arms.differing(path, other) == told


def test_arms_are_the_same_in_all_that_counts(kernels):
    same = kernels[0], kernels[0]
    a, b = made([], same)
    assert a.same_as(b)
    for argv in (['--b-append', 'x'], ['--b-opts', '--batch 8'],
                 ['--b-set', 'net.core.rmem_max=4096']):
        a, b = made(argv, same)
        assert not a.same_as(b)
    a, b = made([], kernels)
    assert not a.same_as(b)


def test_an_arm_is_written_down(kernels):
    arm = made(['--b-append', 'x=1', '--b-opts', '--batch 8'], kernels)[1]
    found = arm.as_dict()
    assert found['kernel'] == {
        'path': kernels[1], 'sha256': kernel.find(kernels[1]).sha256,
        'release': '6.2.0-1-test', 'version': '#1 SMP'}
    assert found['append'] == 'x=1' and found['options'] == ['--batch', '8']


def test_a_host_that_lacks_an_option_s_backend_refuses_nothing(monkeypatch):
    def unfit(_arm):
        raise PerfError('no io_uring here', 4)
    monkeypatch.setattr(count_arms.arms, 'check', unfit)
    count_arms.check(None)


@pytest.fixture
def no_guest(monkeypatch):
    """Boots are made up: nothing of QEMU is needed."""
    monkeypatch.setattr(counting, 'check', lambda *_: None)


def booted(monkeypatch, boots):
    monkeypatch.setattr(counting, 'boots', boots)


def test_a_guest_that_crashes_leaves_a_file(kernels, tmp_path, monkeypatch,
                                            capsys, no_guest):
    from udpmill_perf.file import document

    def boots(*_):
        raise PerfError('arm A, seed 1: the guest panicked', 4)
    booted(monkeypatch, boots)
    path = tmp_path / 'a.json'
    assert main.main(['count', '--a-kernel', kernels[0], '--b-kernel',
                      kernels[1], '-o', str(path), '-q']) == 4
    assert 'the guest panicked' in capsys.readouterr().err
    kept = document.load(path)
    assert not kept['complete'] and 'panicked' in kept['stopped']
    assert kept['verdict'] == 'INCONCLUSIVE'
    assert main.main(['verify', str(path)]) == 0


@pytest.mark.parametrize('sample, argv, code', [
    ('count REGRESSION', [], 1), ('count PASS', [], 0),
    ('count INCONCLUSIVE', [], 3), ('count INVALID', [], 5),
    ('count INCONCLUSIVE', ['--inconclusive', 'pass'], 0),
    ('count INCONCLUSIVE', ['--exit-style', 'bisect'], 125),
    ('count REGRESSION', ['--exit-style', 'bisect'], 1)])
def test_a_verdict_has_its_exit_code(sample, argv, code, kernels, tmp_path,
                                     monkeypatch, capsys, no_guest):
    from rendered import DOCUMENTS
    from udpmill_perf.file import document

    def boots(made, arms, workloads, progress, keep, *_):
        for boot in DOCUMENTS[sample]['boots']:
            made['boots'].append(boot)
            keep()
            progress.step('a boot')
    booted(monkeypatch, boots)
    path = tmp_path / 'a.json'
    page = tmp_path / 'a.html'
    assert main.main([
        'count', '--a-kernel', kernels[0], '--b-kernel', kernels[1],
        '--out', str(path), '--report', str(page), *argv,
        *(w['name'] for w in DOCUMENTS[sample]['workloads'])]) == code
    assert capsys.readouterr().out.startswith(sample.split()[1])
    assert document.load(path)['complete']
    assert main.main(['verify', str(path)]) == 0
    assert page.read_text().startswith('<!DOCTYPE html>')


def test_ctrl_c_keeps_what_was_counted(kernels, tmp_path, monkeypatch, capsys,
                                       no_guest):
    from rendered import DOCUMENTS
    from udpmill_perf.file import document

    def boots(made, arms, workloads, progress, keep, heed):
        made['boots'] += DOCUMENTS['count REGRESSION']['boots'][:3]
        keep()
        signal.raise_signal(signal.SIGINT)
        heed()
    booted(monkeypatch, boots)
    path = tmp_path / 'a.json'
    assert main.main([
        'count', '--a-kernel', kernels[0], '--b-kernel', kernels[1],
        '-o', str(path), '-q', *(
            w['name'] for w in DOCUMENTS['count REGRESSION']['workloads'])
    ]) == 130
    assert 'interrupted' in capsys.readouterr().err
    kept = document.load(path)
    assert len(kept['boots']) == 3 and not kept['complete']
    assert kept['stopped'] == 'interrupted by SIGINT'
    assert main.main(['verify', str(path)]) == 0
