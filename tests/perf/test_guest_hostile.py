# SPDX-License-Identifier: MIT
"""Boots where something is hostile or unlucky: directories with strange names,
that vanish or are full; emulators that die; guests that give up and run on;
harnesses that are killed or stopped. An emulator is made up."""
import fcntl
import os
import signal
import subprocess
import sys
import time
import tracemalloc

import pytest
from udpmill_perf.errors import UNFIT, USAGE, PerfError
from udpmill_perf.guest import boot as boots
from udpmill_perf.guest import frames, kernel, parts, qemu
from udpmill_perf.host import scratch
from udpmill_perf.host.process import how_ended
from udpmill_perf.measure import counting
from udpmill_perf.measure.workload import parse
from guest_made_up import frame, image
from test_guest_boot import (arm, booted, count, emulator,  # noqa: F401
                             start)

pytestmark = pytest.mark.skipif(
    'UDPMILL' not in os.environ, reason='UDPMILL does not name a udpmill')

DYING = '''\
#!/bin/sh
case "$*" in
*--version*) echo version 9.1.2 ;;
*"-machine none"*) exit 0 ;;
*) {} ;;
esac
'''


def dies(folder, how):
    """Replace the emulator by a script that does this in a boot."""
    (folder / qemu.PROGRAM).write_text(DYING.format(how))


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Returns a function that makes a directory, and has temporary ones made
    in it."""
    def chosen(name, is_there=True):
        path = tmp_path / name
        if is_there:
            path.mkdir()
        monkeypatch.setenv('TMPDIR', str(path))
        monkeypatch.setattr('tempfile.tempdir', None)
        return path
    return chosen


@pytest.mark.parametrize('name', ['a,b', "it's a ,,id=x"])
def test_any_name_of_a_temporary_directory_will_do(emulator, place, name):
    folder = emulator('fine')
    there = place(name)
    assert len(count([arm('A', folder)], [1])['boots']) == 2
    assert not list(there.iterdir())


def test_commas_in_paths_are_doubled_where_they_separate_options():
    made = qemu.Qemu('/q', '9', '/p,1.so', 2).command(
        '/k,1', 'i', '', 1, '/c,1', '/r,1', '/n,1')
    assert made[-1] == 'file=/p,,1.so,out=/n,,1'
    assert 'file,id=results,path=/r,,1' in made
    assert 'file:/c,1' in made and '/k,1' in made  # each takes the whole word


@pytest.mark.parametrize('wanted, is_there, told, code', [
    (0, False, 'TMPDIR: .*no file can be made', USAGE),
    (1 << 60, True, 'MiB are free, but', UNFIT)])
def test_room_is_looked_for_before_a_boot(emulator, place, monkeypatch, wanted,
                                          is_there, told, code):
    folder = emulator('fine')
    place('there', is_there)
    monkeypatch.setattr(counting, 'LEFT_BEHIND', wanted)
    with pytest.raises(PerfError, match=told) as caught:
        counting.check([arm('A', folder)], [parse('echo-mmsg-single-64')],
                       {'warm': 1, 'datagrams': 1})
    assert caught.value.exit_code == code
    assert not (folder / 'log').exists()


@pytest.mark.parametrize('how, told', [
    ('exit 0', 'arm A: the guest ended too early; its console is empty'),
    ('echo "qemu: terminating on signal 15 from pid 7" >&2', 'ended too early '
     r'\(qemu: terminating on signal 15 from pid 7\)'),
    ('kill -KILL $$', 'SIGKILL, as the kernel does when memory'),
    ('rm -rf "$PWD"', 'udpmill-count-.* has been removed'),
    ('echo garbage > results', 'arm A: the guest\'s results are damaged')])
def test_an_emulator_that_dies(emulator, how, told):
    folder = emulator('fine')
    dies(folder, how)
    with pytest.raises(PerfError, match=told) as caught:
        booted(folder)
    assert caught.value.exit_code == UNFIT


@pytest.mark.parametrize('code, told', [
    (0, 'with exit code 0'), (-11, 'by signal SIGSEGV'),
    (-99, 'by signal 99')])
def test_how_a_program_ended(code, told):
    assert how_ended(code) == f'ended {told}'


def test_a_signal_by_which_an_emulator_refused_a_plugin_is_named(emulator):
    folder = emulator('fine')
    (folder / qemu.PROGRAM).write_text(DYING.replace('exit 0', 'kill -SEGV $$'))
    with pytest.raises(PerfError, match='no plugin of ours: .*SIGSEGV'):
        qemu.find()


@pytest.mark.parametrize('line, told', [
    ('Kernel panic - not syncing: x', 'crashed: Kernel panic - not syncing: x'),
    ('reboot: System halted', 'cannot switch its machine off')])
def test_a_guest_that_gave_up_but_runs_on_is_ended(emulator, monkeypatch, line,
                                                   told):
    folder = emulator('fine')
    dies(folder, f'echo "[    0.1] {line}" > console; while :; do :; done')
    monkeypatch.setattr(boots, 'PANIC_S', 0)
    with pytest.raises(PerfError, match=told):
        booted(folder)


def test_a_harness_that_was_stopped_does_not_blame_the_guest(emulator):
    folder = emulator('hang')
    with start(folder) as boot:
        while 'still here' not in boot.text('console'):
            assert not boot.is_done()
        boot.looked -= 10 * boots.STILL_S
        assert not boot.is_done()


def is_running(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as f:
            return f.read().rpartition(')')[2].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def test_a_stopped_emulator_ends_with_a_harness_that_was_killed():
    with subprocess.Popen(
            [sys.executable, '-c', 'import signal, time\n'
             'from udpmill_perf.host.process import Program\n'
             'program = Program(["sleep", "600"], at_death=signal.SIGKILL)\n'
             'print(program.pid, flush=True)\ntime.sleep(600)'],
            stdout=subprocess.PIPE,
            env={**os.environ, 'PYTHONPATH': ':'.join(sys.path)}) as harness:
        pid = int(harness.stdout.readline())
        os.kill(pid, signal.SIGSTOP)
        harness.kill()
    deadline = time.monotonic() + 60
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_a_killed_harness_left_is_removed_by_the_next_one(place):
    there = place('there')
    names = 'left', 'locked', 'young', 'other', 'target'
    paths = {name: there / f'udpmill-count-{name}' for name in names}
    paths['other'] = there / 'udpmill-perf-other'
    paths['target'] = there.parent / 'target'
    for path in paths.values():
        path.mkdir()
        (path / 'initrd').write_text('')
    os.symlink(paths['target'], there / 'udpmill-count-link')
    for name, path in paths.items():
        if name != 'young':
            os.utime(path, (1, 1))
    held = os.open(paths['locked'], os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with scratch.Scratch('count') as own:
        os.utime(own, (1, 1))
        with scratch.Scratch('count'):
            assert os.path.isdir(own)
    os.close(held)
    assert {name for name, path in paths.items() if path.is_dir()} == {
        'locked', 'young', 'other', 'target'}
    assert (paths['target'] / 'initrd').exists()
    assert not os.path.exists(own)


def test_results_take_no_more_memory_than_they_are_long(tmp_path):
    path = tmp_path / 'results'
    path.write_bytes(frame('off'))
    tracemalloc.start()
    try:
        assert frames.read(str(path)) == [('off', '')]
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_generator_of_another_version_is_refused(tmp_path, monkeypatch):
    stale = tmp_path / 'udpmill-static'
    stale.write_text('#!/bin/sh\necho udpmill 0.0.1\n')
    stale.chmod(0o755)
    monkeypatch.setattr(parts, 'udpmill', lambda: str(stale))
    with pytest.raises(PerfError, match='is udpmill 0.0.1, but .* is ') as told:
        counting.find_generator()
    assert told.value.exit_code == UNFIT


def test_a_kernel_that_is_cut_off_is_not_booted(tmp_path):
    path = tmp_path / 'vmlinuz'
    whole = bytearray(image('6.1.0-1-x', '#1 SMP'))
    whole[0x1f4] = 255  # paragraphs: 4080 bytes after the first sector
    path.write_bytes(whole + bytes(496))
    assert kernel.find(str(path)).release == '6.1.0-1-x'
    path.write_bytes(whole + bytes(495))
    with pytest.raises(PerfError, match='is cut off: it has 4591 bytes, but '
                                        'its header says 4592') as caught:
        kernel.find(str(path))
    assert caught.value.exit_code == USAGE
