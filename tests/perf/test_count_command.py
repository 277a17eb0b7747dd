# SPDX-License-Identifier: MIT
"""Servers that are not udpmill's in a guest: what is packed, what is run, and
the names of what they execute."""
import os
import shutil
from types import SimpleNamespace

import pytest
from udpmill_perf import main
from udpmill_perf.errors import INVALID, PerfError
from udpmill_perf.file.count_document import ARM_KEYS
from udpmill_perf.guest import (attribution, counts, groups, initramfs, mapped,
                                plan, programs, results)
from udpmill_perf.host.seats import Seat
from udpmill_perf.judge import recount
from udpmill_perf.measure import command, count_arms
from udpmill_perf.measure.requests import Requests

from guest_made_up import counts as counted
from guest_made_up import elf, program

pytestmark = pytest.mark.skipif(
    'UDPMILL' not in os.environ, reason='UDPMILL does not name a udpmill')

SEAT = Seat((0,), (0,), host='192.0.2.1', port=10600)
LIBRARY = '/lib/libx.so.1'
MAPS = f"""\
555555554000-555555555000 r--p 00000000 00:02 10 /bin/server
555555555000-555555556000 r-xp 00001000 00:02 10 /bin/server
7ffff7800000-7ffff7801000 r--p 00000000 00:02 11 {LIBRARY}
7ffff7801000-7ffff7803000 r-xp 00001000 00:02 11 {LIBRARY}
7ffff7fc1000-7ffff7fc3000 r-xp 00000000 00:00 0 [vdso]
"""


def arm(text='sh -c {dir}/x {host} {port}', files=(), settings=None):
    made = command.parse('--a-cmd', text, files)
    return count_arms.CountCommandArm(
        'A', made.program, [], settings or {}, '', command=made,
        kernel=SimpleNamespace(sha256='0' * 64, image='/k', release='6.1',
                               version='#1'))


@pytest.fixture
def files(tmp_path):
    """A stripped program, and a library that exports a function."""
    paths = {name: tmp_path / name.split('/')[-1]
             for name in ('/bin/server', LIBRARY)}
    paths['/bin/server'].write_bytes(elf([], 3, ((1, 0),)))
    paths[LIBRARY].write_bytes(
        program([('x_parse', 0x1100, 0x80)], 3).replace(b'.symtab', b'.dynsym'))
    return {name: str(path) for name, path in paths.items()}


def test_a_server_is_run_where_it_lies_and_listens(tmp_path):
    path = tmp_path / 'x'
    path.write_text('{host}')
    made = arm(files=[command.needed_file('--a-file', str(path))])
    shell = shutil.which('sh')
    server, port = made.server(Requests(b'q'), SEAT)
    assert server == [shell, '-c', '/srv/192.0.2.1/x', '192.0.2.1', '10600']
    assert (port, made.programs) == (10600, {shell: shell})
    assert made.files(Requests(b'q'), SEAT) == {
        '/srv/192.0.2.1/x': (b'192.0.2.1', 0o644),
        count_arms.PAYLOAD_FILE: (b'q', 0o644)}
    text = plan.write(plan.Plan([plan.Job('a', ['/s'], ['/l'], port)]), False)
    assert '\nlisten 10600\n' in text and 'ready' not in text


def test_its_files_are_in_the_guest():
    shell = shutil.which('sh')
    made = initramfs.compose(shell, {shell: shell}, '', {}, files={
        '/srv/1/x': (b'text', 0o755)})
    assert b'srv/1/x\0' in made and shell[1:].encode() + b'\0' in made
    for library in programs.libraries(shell):
        assert os.path.normpath(library)[1:].encode() + b'\0' in made


def test_arms_that_are_commands_are_compared_by_what_they_run(tmp_path):
    one, other = tmp_path / 'one', tmp_path / 'other'
    for path in one, other:
        path.write_text('same')
    a, b = (arm(files=[command.needed_file('--a-file', f'f={path}')])
            for path in (one, other))
    assert a.same_as(b)
    made = [x.as_dict() for x in (a, b)]
    assert not list(recount.equal_arms({'aa': True, 'arms': made}))
    b = arm('sh -x {port}', a.command.files)
    assert not a.same_as(b)
    made = [x.as_dict() for x in (a, b)]
    assert ['command' in line for line in recount.equal_arms(
        {'aa': True, 'arms': made})] == [True]
    assert set(ARM_KEYS) <= set(made[0])
    count_arms.name_them([a, b])
    assert (a.label, b.label) == (a.command.text, b.command.text)


def test_names_are_of_libraries_or_of_files(files):
    table = mapped.of_server(MAPS, files)
    assert table.find(0x7ffff7801100) == ('x_parse', True)
    assert table.find(0x7ffff7801104) == ('x_parse', False)
    assert table.find(0x7ffff7802000) == ('[libx.so.1]', False)
    assert table.find(0x555555555040) == ('[server]', False)
    assert table.find(0x7ffff7fc1000) is None
    with pytest.raises(PerfError, match='mappings is damaged'):
        mapped.of_server(MAPS.replace('555555554000', 'x'), files)


def test_what_a_server_executes_is_of_its_own_group(files):
    windows = counts.parse(counted(*[[
        [(0x7ffff7801100, 0, 3, n, 0), (0x555555555040, 0, 2, n, 0)]
        for n in (1, 3)]]).splitlines())[0]
    names = SimpleNamespace(
        of_kernel=None, program_of=lambda _: mapped.of_server(MAPS, files),
        of_user=lambda table, address: table.find(address))
    made = attribution.of_workload(windows, [1, 3], names)
    assert made['functions'] == [
        ['x_parse', groups.SERVER, 6, 2, 0],
        ['[server]', groups.SERVER, 4, 0, 0]]
    assert groups.SERVER in groups.GROUPS


def test_how_a_server_ended_matters_only_if_the_load_failed():
    frames = [('begin', 'dns'), ('server', '143\nstopped'), ('load', '0\n'),
              ('json', '{}')]
    assert results.workloads(frames, False)[0].server == '143\nstopped'
    with pytest.raises(PerfError, match='serve ended with exit code 143'):
        results.workloads(frames)
    frames[1:3] = [('server', '139\na\nbad zone\n'), ('load', '4\nno reply\n')]
    with pytest.raises(PerfError, match='no reply; the server ended with '
                                        'exit code 139 and wrote: a; bad '
                                        'zone') as error:
        results.workloads(frames, False)
    assert error.value.exit_code == INVALID


GOOD = ['--a-cmd', 'cat {port}']


@pytest.mark.parametrize('argv, told', [
    (['--a-cmd', 'cat'], '{port} is in neither'),
    (['--b-cmd', 'cat {port}'], '--b-cmd needs --a-cmd'),
    (['--payload', 'text:x'], '--payload needs --a-cmd'),
    ([*GOOD, '--bin', '/bin/sh'], '--bin is for udpmill servers'),
    ([*GOOD, '--b-opts', '--batch 8'], '--b-opts is for udpmill servers'),
    ([*GOOD, '--b-set', 'batch=8'], 'no setting "batch"'),
    ([*GOOD, 'threads2'], 'one thread'),
    ([*GOOD, 'echo-mmsg-single-64'], 'echo-mmsg-single-64'),
    (['--a-cmd', f'{__file__} {{port}}'], 'cannot be executed')])
def test_a_mistake_is_told_in_a_line(argv, told, capsys):
    assert main.main(['count', *argv, '-o', 'none', '-q']) == 2
    said = capsys.readouterr()
    assert told in said.err and said.err.count('\n') == 1
    assert not said.out
