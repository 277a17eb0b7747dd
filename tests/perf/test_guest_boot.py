# SPDX-License-Identifier: MIT
"""Boots, with a made emulator in the place of QEMU: how they are watched, what
is said of those that fail, and in which order a count makes them."""
import errno
import os
import re
import signal
import sys
import textwrap
import threading
import time
from types import SimpleNamespace

import pytest
from udpmill_perf.errors import UNFIT, USAGE, PerfError
from udpmill_perf.guest import boot as boots
from udpmill_perf.guest import kernel, parts, qemu
from udpmill_perf.guest.boot import Boot, console_lines, panic_of
from udpmill_perf.host.signals import handled
from udpmill_perf.measure import counting
from udpmill_perf.measure.arms import own_binary
from udpmill_perf.measure.count_arms import CountArm
from udpmill_perf.measure.workload import parse
from guest_made_up import (KALLSYMS, counts, frame, image, load_report)

# Answers as QEMU does, and then does what MODE says.
EMULATOR = '''\
#!{python}
import os, re, sys, time
words, there = ' '.join(sys.argv[1:]), {folder!r}
if '--version' in words:
    print('QEMU emulator version 9.1.2 (made up)')
    sys.exit()
if '-machine none' in words:
    sys.exit('count-1' in words and 'plugin requires API 1')
console, results, plugin = (re.search(what, words)[1] for what in (
    r'file:(\\S+)', r'path=(\\S+)', r'out=(\\S+)'))
seed = re.search(r'-seed (\\d+)', words)[1]
with open(re.search(r'-initrd (\\S+)', words)[1], 'rb') as f:
    is_asked = b'\\nnames\\n' in f.read()
with open(there + '/log', 'a') as f:
    f.write(seed + (' names' if is_asked else '') + '\\n')
def put(path, name):
    with open(there + '/' + name, 'rb') as source, open(path, 'ab') as f:
        f.write(source.read())
with open(there + '/mode') as f:
    mode = f.read()
open(results, 'w').close()
if mode == 'panic':
    with open(console, 'w') as f:
        f.write('\\x1bc[    0.1] first\\r\\n[    0.2] Kernel panic - not '
                'syncing: no root\\r\\n')
    sys.exit()
if mode == 'hang' or mode == 'slow':
    with open(console, 'w') as f:
        f.write('[    0.1] still here\\n')
    while True:
        time.sleep(0.01)
        with open(console, 'a') as f:
            f.write('.' if mode == 'slow' else '')
if mode == 'refused':
    sys.exit('qemu: no such CPU')
put(results, mode if mode == 'error' else 'told')
if is_asked:
    put(results, 'names')
if mode != 'early':
    put(results, 'off')
put(plugin, 'counts')
'''
TOLD = (frame('hello', '6.1.0-1-x\n#1 SMP\nCPU') + frame('begin', 'echo-mmsg-'
        'single-64') + frame('server', '0\n') + frame('load', '0\n')
        + frame('json', load_report(100, 200, 400)) + frame('end'))
BLOCKS = [(0xffffffff81004000, 0, 5, 3, 0), (0x401000, 0, 1, 1, 0)]
FILES = {'told': TOLD, 'off': frame('off'),
         'names': frame('kallsyms', KALLSYMS) + frame('modules'),
         'error': frame('hello') + frame('error', 'veth.ko: no such file'),
         'counts': counts([BLOCKS, BLOCKS * 2]).encode()}


@pytest.fixture
def emulator(tmp_path, monkeypatch):
    """Returns a function that sets what the emulator does next."""
    folder = tmp_path / 'made'
    folder.mkdir()
    program = folder / qemu.PROGRAM
    program.write_text(textwrap.dedent(EMULATOR.format(
        python=sys.executable, folder=str(folder))))
    program.chmod(0o755)
    for name, data in FILES.items():
        (folder / name).write_bytes(data)
    (folder / 'vmlinuz').write_bytes(image('6.1.0-1-x', '#1 SMP'))
    for name in (*parts.PLUGINS.values(), parts.INIT):
        (folder / name).write_text('')
    monkeypatch.setattr(parts, 'look', lambda name: str(folder / name))
    monkeypatch.setattr(parts, 'udpmill', own_binary)
    monkeypatch.setenv('PATH', f'{folder}:{os.environ["PATH"]}')
    monkeypatch.setenv('TMPDIR', str(tmp_path))
    monkeypatch.setattr('tempfile.tempdir', None)

    def does(mode, **files):
        (folder / 'mode').write_text(mode)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return folder

    return does


def left(folder):
    return [path for path in folder.parent.iterdir()
            if path.name.startswith('udpmill-count-')]


def start(folder):
    return Boot('arm A', qemu.find(), str(folder / 'vmlinuz'), b'initramfs',
                '', 1, 600, 600)


def booted(folder):
    with start(folder) as boot:
        while not boot.is_done():
            pass
        return boot.frames()


def test_the_plugin_that_fits_is_found(emulator):
    folder = emulator('fine')
    found = qemu.find()
    assert (found.version, found.api, found.plugin) == (
        '9.1.2', 2, str(folder / parts.PLUGINS[2]))


def test_missing_keys_are_named(emulator, monkeypatch):
    folder = emulator('fine')
    monkeypatch.setattr(parts, 'look', lambda name: None)
    with pytest.raises(PerfError, match='-Dcount=enabled') as caught:
        qemu.find()
    assert caught.value.exit_code == UNFIT
    monkeypatch.setattr(parts, 'look', lambda name: str(folder / name)
                        if '1' in name else None)
    with pytest.raises(PerfError, match='plugin requires API 1'):
        qemu.find()
    monkeypatch.setenv('PATH', '/nonexistent')
    with pytest.raises(PerfError, match='apt-get install qemu-system-x86'):
        qemu.find()


def test_an_old_emulator_is_refused(emulator):
    folder = emulator('fine')
    program = folder / qemu.PROGRAM
    program.write_text(program.read_text().replace('9.1.2', '6.2.0'))
    with pytest.raises(PerfError, match='is version 6.2.0, but 7.0'):
        qemu.find()


def test_an_emulator_that_speaks_no_utf_8_is_refused(tmp_path):
    program = tmp_path / 'qemu'
    program.write_text("#!/bin/sh\nprintf '\\377\\n'\n")
    program.chmod(0o755)
    with pytest.raises(PerfError, match='--version names none') as told:
        qemu.version_of(str(program))
    assert told.value.exit_code == UNFIT


def test_a_full_disk_is_told_with_its_file(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, 'No space left on device')
    monkeypatch.setattr(boots, 'open', full, raising=False)
    with pytest.raises(PerfError, match='initrd: No space.*TMPDIR') as told:
        with Boot('a', None, '/x', b'', '', 1, 1, 1):
            pass
    assert told.value.exit_code == UNFIT


def test_a_boot_leaves_nothing_behind(emulator):
    folder = emulator('fine')
    assert [tag for tag, _ in booted(folder)] == [
        'hello', 'begin', 'server', 'load', 'json', 'end', 'off']
    assert not left(folder)


@pytest.mark.parametrize('mode, why', [
    ('panic', 'crashed: Kernel panic - not syncing: no root; the last of its '
     'console: first | Kernel panic'),
    ('error', 'in the guest: veth.ko: no such file'),
    ('early', 'ended too early; its console is empty'),
    ('refused', 'ended with exit code 1: qemu: no such CPU')])
def test_a_boot_that_fails_says_why(emulator, mode, why):
    folder = emulator(mode)
    with pytest.raises(PerfError, match=re.escape(why)) as caught:
        booted(folder)
    assert caught.value.exit_code == UNFIT and not left(folder)


@pytest.mark.parametrize('mode, bound, why', [
    ('hang', 'stall_s', 'hangs: it has told nothing for -1 s of CPU'),
    ('slow', 'seconds', 'did not end within -1 s of CPU'),
    ('hang', 'STILL_S', 'hangs: it has not run for -1 s')])
def test_a_guest_that_hangs_is_ended(emulator, monkeypatch, mode, bound, why):
    folder = emulator(mode)
    monkeypatch.setattr(boots, 'STILL_CPU_S', 600)
    with pytest.raises(PerfError, match=f'{why}.*still here') as caught, \
            start(folder) as boot:
        while 'still here' not in boot.text('console'):
            assert not boot.is_done()
        if bound == 'STILL_S':
            monkeypatch.setattr(boots, bound, -1)
        else:
            setattr(boot, bound, -1)
        while not boot.is_done():
            pass
    assert caught.value.exit_code == UNFIT and not left(folder)


def test_a_console_s_last_lines():
    lines = console_lines('\x1b[2J\x1bc[    1.000000] a\r\n\r\n b \n')
    assert lines == ['a', 'b'] and panic_of(lines) is None
    assert panic_of(['x Oops: 0000 [#1]']) == 'Oops: 0000 [#1]'


def arm(name, folder, **more):
    return CountArm(name, own_binary(),
                    kernel=kernel.find(str(folder / 'vmlinuz')), **more)


class Steps(list):
    def waiting(self, text):
        self.waited = text

    def expect(self, seconds):
        self.expected = seconds

    def step(self, text):
        self.append(text)


def count(arms, seeds=(1, 2, 3), workloads=('echo-mmsg-single-64',)):
    made = {'design': {'warm': 10, 'datagrams': 100, 'seeds': list(seeds)},
            'boots': [], 'arms': [{'name': a.name, 'kernel': {
                'release': None, 'version': 'known'}} for a in arms]}
    steps, kept = Steps(), []
    counting.boots(made, arms, [parse(text) for text in workloads], steps,
                   lambda: kept.append(len(made['boots'])))
    assert kept == list(range(1, len(made['boots']) + 1))
    assert len(steps) == len(made['boots'])
    return made


def test_a_count_of_two_arms(emulator):
    folder = emulator('fine')
    made = count([arm('A', folder), arm('B', folder)])
    assert [(b['arm'], b['seed'], b['twin']) for b in made['boots']] == [
        (name, *which) for name in 'AB' for which in (
            (1, False), (1, True), (2, False), (3, False))]
    (workload,) = made['boots'][0]['workloads'].values()
    assert workload['functions'] == [['udp_sendmsg', 'udp', 15, 3, 0],
                                     ['[unknown code]', 'udpmill', 1, 0, 0]]
    assert [w['datagrams'] for w in workload['windows']] == [100, 200]
    assert made['machine']['qemu'] == '9.1.2'
    assert made['arms'][1]['kernel'] == {'release': '6.1.0-1-x',
                                         'version': 'known'}
    assert not left(folder)
    log = sorted((folder / 'log').read_text().splitlines())
    assert log == sorted(['1', '1', '2', '3 names'] * 2)


def test_of_one_seed_both_boots_are_asked_for_names(emulator):
    folder = emulator('fine')
    made = count([arm('A', folder)], [7])
    assert [b['twin'] for b in made['boots']] == [False, True]
    assert (folder / 'log').read_text().splitlines() == ['7 names'] * 2


def test_a_failure_ends_the_other_boots(emulator):
    folder = emulator('error')
    with pytest.raises(PerfError, match='arm A, seed 3: in the guest'):
        count([arm('A', folder), arm('B', folder)])
    assert not left(folder)


def test_a_guest_without_names(emulator):
    folder = emulator('fine', names=b'')
    with pytest.raises(PerfError, match='no names') as caught:
        count([arm('A', folder)])
    assert caught.value.exit_code == UNFIT


class Stopped(Exception):
    pass


def test_a_signal_ends_all_boots(emulator):
    folder = emulator('hang')

    def stop(*_):
        raise Stopped

    def ask():
        while not (folder / 'log').exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    with handled(stop), pytest.raises(Stopped):
        asking = threading.Thread(target=ask)
        asking.start()
        count([arm('A', folder)])
    asking.join()
    assert not left(folder)


@pytest.mark.parametrize('workload, why', [
    ('echo-mmsg-single-64-threads2', 'one thread'),
    ('echo-mmsg-single-64-spin', 'never sleeps'),
    ('echo-mmsg-single-64-veth', 'veth is neither built in nor')])
def test_what_a_guest_cannot_run_is_refused(emulator, workload, why):
    folder = emulator('fine')
    with pytest.raises(PerfError, match=why) as caught:
        counting.check([arm('A', folder)], [parse(workload)],
                       {'warm': 1, 'datagrams': 1})
    assert caught.value.exit_code in (USAGE, UNFIT)


def test_options_and_sysctls_reach_the_plan(emulator):
    folder = emulator('fine')
    one = arm('A', folder, options=['--burn', '1us'], settings={
        'net.ipv4.udp_early_demux': '0', 'batch': '8'})
    (guest,) = counting.guests_of([one], [parse('discard-mmsg-trains-64')],
                                  {'warm': 10, 'datagrams': 20})
    (job,) = guest.plan.jobs
    assert job.name == 'discard-mmsg-trains-64'
    assert job.server[:3] == ['/bin/udpmill', 'serve', '127.0.0.1:10600']
    assert '--burn' in job.server and job.server[-1] == '/tmp/ready'
    assert job.server[job.server.index('--batch') + 1] == '8'
    assert job.load[-2:] == ['--count-windows', '10,20']
    assert '--flood' in job.load and job.priorities == (2, 1)
    assert guest.plan.sysctls == {'net.ipv4.udp_early_demux': '0'}


def test_boots_side_by_side(tmp_path):
    cpus, meminfo = len(os.sched_getaffinity(0)), tmp_path / 'meminfo'
    for mib, most in ((10, 1), (800, 1), (1 << 30, cpus)):
        meminfo.write_text(f'MemTotal: 1 kB\nMemAvailable: {mib * 1024} kB\n')
        assert counting.at_once(meminfo, tmp_path / 'none') == most
    assert counting.at_once(tmp_path / 'none') == cpus
    bound = tmp_path / 'memory.max'
    for text, most in (('max', cpus), (str(900 << 20), 1)):
        bound.write_text(f'{text}\n')
        assert counting.at_once(meminfo, bound) == most


def test_the_time_left_knows_of_boots_side_by_side():
    queue = counting.Queue(['waiting'] * 3, None, 1)
    queue.most = 2
    assert queue.left_s(0) is None
    queue.took = [8, 12]
    queue.running = [SimpleNamespace(started=began) for began in (100, 104)]
    # Of 10 s each: 4 and 8 of those that run, and three more, by two.
    assert queue.left_s(106) == (4 + 8 + 3 * 10) / 2
    queue.waiting = []
    assert queue.left_s(106) == 8       # of the slower one
    assert queue.left_s(130) == 0
