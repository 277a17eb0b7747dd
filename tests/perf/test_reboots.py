# SPDX-License-Identifier: MIT
"""Two kernels in virtual machines, with a made emulator in the place of QEMU:
the order, the machine, what is refused, and what a whole comparison says."""
import json
import os
import pathlib
import signal
import sys
import textwrap
import threading
import time

import pytest
from guest_made_up import frame, image
from udpmill_perf import main
from udpmill_perf.errors import UNFIT, PerfError
from udpmill_perf.file import document
from udpmill_perf.guest import kernel, parts, qemu, timing
from udpmill_perf.guest.results import Told
from udpmill_perf.judge import coin, recheck
from udpmill_perf.measure import reboots
from udpmill_perf.measure.arms import own_binary
from udpmill_perf.measure.count_arms import CountArm
from udpmill_perf.measure.workload import parse
from udpmill_perf.verbs import compare_kernels

# Sends what lies beside the kernel; its rate differs a little in each boot.
# Without an initramfs, it is asked whether KVM runs a kernel.
EMULATOR = '''\
#!{python}
import os, re, sys, time
words, there = ' '.join(sys.argv[1:]), {folder!r}
if '--version' in words:
    print('QEMU emulator version 9.1.2 (made up)')
    sys.exit()
console = re.search(r'file:(\\S+)', words)[1]
if '-initrd' not in words:
    with open(console, 'w') as f:
        f.write('Linux' if os.path.exists(there + '/kvm') else '')
    time.sleep(60)
image = re.search(r'-kernel (\\S+)', words)[1]
with open(there + '/log', 'a+') as f:
    f.write(words + '\\n')
    f.seek(0)
    n = len(f.readlines())
with open(image + '.told', 'rb') as f:
    told = f.read()
if told == b'panic':
    with open(console, 'w') as f:
        f.write('Kernel panic - not syncing: no root\\n')
    sys.exit()
if told == b'hang' and n > 3:
    time.sleep(60)
if told == b'hang':
    with open(image + '.fine', 'rb') as f:
        told = f.read()
rate, cost = re.search(rb'rate": (\\d+).*"cost": (\\d+)', told).groups()
noise = 1 + (n * 7 % 13) / 10000
told = told.replace(b'"RATE"', b'%6d' % (float(rate) * noise)).replace(
    b'"COST"', b'%6d' % (float(cost) / noise))
with open(re.search(r'path=(\\S+)', words)[1], 'wb') as f:
    f.write(told)
'''
WORKLOAD = 'echo-mmsg-single-64'
LEDGER = {'balances': True, 'server_seen': True, 'corrupt': 0, 'sent': 1000,
          'refused': {'a': 0}, 'unexplained': 0}


def report(rate, cost, **ledger):
    return {'ledger': {**LEDGER, **ledger}, 'rate': rate, 'cost': cost,
            'delivered': {'datagrams_per_second': 'RATE'},
            'cpu': {'machine_ns_per_datagram': 'COST'}}


def guest(rate=200000, cost=5000, trials=2, lost=0):
    """What a guest sends. lost: how many of its trials are INVALID."""
    made = frame('hello', '6.1.0-1-x\n#1 SMP\nCPU')
    for i in range(trials):
        bad = {'server_seen': False} if i < lost else {}
        text = json.dumps(report(rate, cost, **bad))
        made += frame('begin', WORKLOAD) + frame('server', '0\n')
        made += frame('load', '0\n') + frame('json', text) + frame('end')
    return made + frame('off')


@pytest.fixture
def emulator(tmp_path, monkeypatch):
    """Returns a function that puts a kernel there, which then does as it is
    told."""
    folder = tmp_path / 'made'
    folder.mkdir()
    program = folder / qemu.PROGRAM
    program.write_text(textwrap.dedent(EMULATOR.format(
        python=sys.executable, folder=str(folder))))
    program.chmod(0o755)
    (folder / parts.INIT).write_text('')
    monkeypatch.setattr(parts, 'look', lambda name: str(folder / name))
    monkeypatch.setattr(parts, 'udpmill', own_binary)
    monkeypatch.setattr(timing, 'DEVICE', str(folder / 'no-kvm'))
    monkeypatch.setattr(reboots, 'cores', lambda: [0, 1])
    monkeypatch.setenv('PATH', f'{folder}:{os.environ["PATH"]}')
    monkeypatch.setenv('TMPDIR', str(tmp_path))
    monkeypatch.setattr('tempfile.tempdir', None)
    monkeypatch.chdir(tmp_path)

    def kernel_of(name, told, release='6.1.0-1-x'):
        path = folder / name
        path.write_bytes(image(release, '#1 SMP'))
        (folder / f'{name}.told').write_bytes(told)
        (folder / f'{name}.fine').write_bytes(guest())
        return str(path)

    return kernel_of


def compare(a, b, *more):
    return main.main(['compare', '-q', '--a-kernel', a, '--b-kernel', b,
                      '--accel', 'tcg', '--trials', '2', '--seed', '1', '-w',
                      WORKLOAD, '-o', 'made.json', *more])


def left(tmp_path):
    return [path.name for path in tmp_path.iterdir()
            if path.name.startswith('udpmill-')]


def test_the_coin_of_a_pair_is_that_of_a_block():
    tossed = [coin.turns(3, i) for i in range(40)]
    assert set(tossed) == {'AB', 'BA'}
    assert tossed == [coin.coin(3, 'boots', i)[:2] for i in range(40)]
    assert [arm for _, _, arm in reboots.turns(3, 40)] == list(''.join(tossed))


@pytest.mark.parametrize('b, more, code, said', [
    (guest(), (), 0, 'PASS'),
    (guest(rate=180000, cost=5600), (), 1, 'REGRESSION'),
    (guest(rate=180000, cost=5600), ('--exit-style=bisect',), 1,
     'REGRESSION'),
    (guest(rate=230000, cost=4400), (), 0, 'IMPROVED')],
    ids=['equal', 'slower', 'bisect', 'faster'])
def test_a_comparison(b, more, code, said, emulator, tmp_path, capsys):
    a, b = emulator('a', guest()), emulator('b', b, '6.2.0-1-x')
    assert compare(a, b, *more) == code
    made = document.load(tmp_path / 'made.json')
    assert made['verdict'] == said and made['complete']
    assert made['verdicts'][0]['boots'] == [8, 8]
    assert not any(list(check(made)) for check in recheck.of(made))
    assert ''.join(boot['arm'] for boot in made['boots']) == ''.join(
        coin.turns(1, i) for i in range(8))
    assert made['environment']['changed'] == ['kernel.release']
    assert made['machine']['accelerator'] == 'tcg'
    shown = capsys.readouterr().out
    assert '6.1.0-1-x -> 6.2.0-1-x' in shown and '(TCG)' in shown
    assert not left(tmp_path)


def test_the_same_kernel_cannot_fail(emulator, tmp_path):
    a = emulator('a', guest())
    assert compare(a, a) == 0
    made = document.load(tmp_path / 'made.json')
    assert made['aa'] and made['verdict'] == 'A/A'


def test_a_command_line_is_a_difference(emulator, tmp_path, capsys):
    a = emulator('a', guest())
    assert compare(a, a, '--b-append', '-x y=1') == 0
    made = document.load(tmp_path / 'made.json')
    assert not made['aa'] and made['verdict'] == 'PASS'
    assert made['environment']['changed'] == ['kernel.cmdline']
    assert [arm['label'] for arm in made['arms']] == ['without -x y=1',
                                                      '-x y=1']
    log = (tmp_path / 'made' / 'log').read_text().splitlines()
    assert sum(line.endswith(f'-append {timing.APPEND} -x y=1')
               for line in log) == 8
    assert len(log) == 16 and not any('-plugin' in line or '-icount' in line
                                      for line in log)
    capsys.readouterr()


def test_options_reach_the_guest(emulator):
    a = kernel.find(emulator('a', guest()))
    arm = CountArm('A', own_binary(), ['--burn', '1us'], {'workers': '2'},
                   kernel=a)
    workloads = [parse(WORKLOAD), parse('discard-mmsg-trains-64')]
    assert reboots.cpus_of([arm], workloads) == 3
    made = reboots.guests_of([arm], workloads, {
        'trials': 3, 'warm_s': 0.3, 'window_s': 0.5})
    jobs = made['A'].plan.jobs
    assert [job.name for job in jobs] == [w.name for w in workloads] * 3
    server, load = jobs[0].server, jobs[0].load
    assert server[server.index('--cpus') + 1] == '1,2' and '--burn' in server
    assert load[-6:] == ['--cpus', '0', '--time', '0.5s', '--omit', '0.3s']


def test_too_few_cpus_are_told_before_a_boot(emulator, capsys):
    a = emulator('a', guest())
    assert compare(a, a, '--b-set', 'workers=2') == UNFIT
    said = capsys.readouterr().err
    assert 'need 3 CPUs' in said and said.count('\n') == 1


MISTAKES = [
    (['--a-kernel', 'a'], '--a-kernel: give --b-kernel, too'),
    (['--b-kernel', 'a'], '--b-kernel: give --a-kernel, too'),
    (['--boots', '9'], '--boots is for two kernels'),
    (['--b-append', 'quiet'], '--b-append is for two kernels'),
    (['--accel', 'kvm'], '--accel is for two kernels'),
    (['--a-kernel', 'a', '--b-kernel', 'a', '--boots', '7'],
     '"7" is not a whole number within 8 to 10000'),
    (['--a-kernel', 'a', '--b-kernel', 'a', '--screen', '8'],
     '--screen is for blocks'),
    (['--a-kernel', 'a', '--b-kernel', 'a', '--no-latency'],
     '--no-latency is for blocks'),
    (['--a-kernel', 'a', '--b-kernel', 'a', '--a-cmd', 'x {port}'],
     '--a-cmd: virtual machines run udpmill only'),
    (['--a-kernel', 'a', '--b-kernel', 'none'], 'none: there is no such'),
    (['--a-kernel', 'a', '--b-kernel', 'a', '--b-append', 'a\nb'],
     '--b-append: only printable'),
]


@pytest.mark.parametrize('argv, said', MISTAKES)
def test_what_does_not_fit_is_refused(argv, said, emulator, tmp_path, capsys):
    path = emulator('a', guest())
    argv = [path if word == 'a' else word for word in argv]
    assert main.main(['compare', '-o', 'none', '-q', *argv]) == 2
    told = capsys.readouterr()
    assert said in told.err and told.err.count('\n') == 1
    assert not told.out and not (tmp_path / 'made' / 'log').exists()


@pytest.mark.parametrize('told, style, code, said', [
    (guest(lost=1), 'plain', 5, 'arm B: echo-mmsg-single-64: 1 of 2 trials '
     'cannot be used: the generator did not see'),
    (b'panic', 'plain', 4, 'B: the guest crashed: Kernel panic'),
    (b'panic', 'bisect', 125, 'B: the guest crashed: Kernel panic'),
    (guest(trials=1), 'plain', 4, 'B: the guest made 1 trials, not 2')],
    ids=['invalid', 'panic', 'bisect', 'short'])
def test_a_boot_that_fails_ends_it_and_the_others_stay(told, style, code,
                                                       said, emulator,
                                                       tmp_path, capsys):
    a, b = emulator('a', guest()), emulator('b', told)
    assert compare(a, b, '--exit-style', style) == code
    assert said in capsys.readouterr().err
    made = document.load(tmp_path / 'made.json')
    assert said in made['stopped'] and not made['complete']
    assert {boot['arm'] for boot in made['boots']} <= {'A'}
    assert not any(list(check(made)) for check in recheck.of(made))
    assert not left(tmp_path)


def test_a_signal_keeps_the_boots_so_far(emulator, tmp_path, capsys):
    a = emulator('a', b'hang')
    log = tmp_path / 'made' / 'log'

    def stop():
        while not log.exists() or log.read_text().count('\n') < 4:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    asking = threading.Thread(target=stop)
    asking.start()
    assert compare(a, a, '--b-append', 'x') == 128 + signal.SIGTERM
    asking.join()
    made = document.load(tmp_path / 'made.json')
    assert len(made['boots']) == 3 and made['stopped'] == (
        'interrupted by SIGTERM')
    assert made['verdict'] == 'INCONCLUSIVE'
    assert not any(list(check(made)) for check in recheck.of(made))
    assert not left(tmp_path)
    capsys.readouterr()


def test_a_report_that_lacks_a_figure_is_no_trial():
    fine = report(1, 1)
    fine['delivered']['datagrams_per_second'] = 2.0
    fine['cpu']['machine_ns_per_datagram'] = 3.0
    found = reboots.of_trial(Told('w', fine), 'A')
    assert list(found['metrics'].values()) == [2.0, 3.0]
    for load in ({}, {**fine, 'delivered': None}, {**fine, 'cpu': {}},
                 {**fine, 'ledger': {}},
                 {**fine, 'cpu': {'machine_ns_per_datagram': 0.0}}):
        found = reboots.of_trial(Told('w', load), 'A')
        assert found['validity'] == 'INVALID' and len(found['reasons']) == 1
        assert not found['metrics']


def test_an_order_that_no_coin_decided_is_found(emulator, tmp_path):
    a, b = emulator('a', guest()), emulator('b', guest(), '6.2.0-1-x')
    assert compare(a, b) == 0
    made = document.load(tmp_path / 'made.json')
    first = made['boots'][:2]
    made['boots'][:2] = first[::-1]
    assert 'they were made as' in next(recheck.turns(made))
    made['boots'] = first
    assert list(recheck.turns(made)) == [
        'boots: marked as complete, but 14 are missing']
    made.update(complete=False)
    assert not list(recheck.turns(made))
    first[0]['pair'] = 1
    assert 'pair and place' in next(recheck.turns(made))


def test_kvm_is_taken_if_a_kernel_prints_by_it(emulator, tmp_path,
                                               monkeypatch):
    a, made = emulator('a', guest()), tmp_path / 'made'
    there = timing.find(None, 2, a)
    assert there.accelerator == 'tcg' and there.why.startswith('there is no')
    assert compare_kernels.notes(there)[0].count('because there is no') == 1
    device = pathlib.Path(timing.DEVICE)
    device.write_text('')
    monkeypatch.setattr(timing, 'TRY_S', 0.5)
    silent = timing.find(None, 2, a)
    assert silent.accelerator == 'tcg' and 'printed nothing' in silent.why
    with pytest.raises(PerfError, match='--accel kvm: a kernel by') as caught:
        timing.find('kvm', 2, a)
    assert caught.value.exit_code == UNFIT
    monkeypatch.setattr(timing, 'TRY_S', 15)
    (made / 'kvm').write_text('')
    found = timing.find(None, 2, a)
    assert (found.accelerator, found.why) == ('kvm', '')
    assert compare_kernels.notes(found) == []
    argv = found.command('k', 'i', 'x=1', 1, 'c', 'r', '')
    assert argv[argv.index('-accel') + 1] == 'kvm' and 'host' in argv
    assert timing.find('tcg', 2, a).accelerator == 'tcg'
    assert not left(tmp_path)
