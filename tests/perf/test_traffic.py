# SPDX-License-Identifier: MIT
"""The harness on real traffic: short runs, judged only by what does not depend
on the speed of this machine."""
import fcntl
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from udpmill_perf.errors import INVALID
from udpmill_perf.file import document
from udpmill_perf.host.process import Program, Server
from udpmill_perf.host.seats import Places
from udpmill_perf.measure import arms, foreign, trial
from udpmill_perf.measure.segment import Segment
from udpmill_perf.measure.workload import parse

TOP = pathlib.Path(__file__).parents[2]
PERF, LAB = TOP / 'perf/udpmill-perf', TOP / 'tools/lab'
QUICK = ['--window', '250ms', '--warm-up', '50ms', '--seed', '7', '-q']

pytestmark = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2,
    reason='server and generator want a CPU each')


def perf(*argv, **more):
    return subprocess.run([sys.executable, PERF, *argv], text=True,
                          capture_output=True, timeout=200, check=False,
                          **more)


def left():
    """Namespaces and segments that a run might leave behind."""
    nets = (os.listdir('/run/netns') if os.path.isdir('/run/netns') else [])
    return {n for n in nets if n.startswith('lab-')} | {
        n for n in os.listdir('/dev/shm') if n.startswith('udpmill.')}


@pytest.fixture(scope='module')
def compared(tmp_path_factory):
    path = tmp_path_factory.mktemp('perf') / 'aa.json'
    done = perf('compare', *QUICK, '--screen', '6', '--confirm', '0',
                '--extend', '0', '-o', str(path))
    return done, path


def test_the_program_passes_against_itself(compared):
    done, path = compared
    assert done.returncode == 0, done.stderr
    assert 'A/A' in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    made = document.load(path)
    assert made['complete'] and made['aa'] and made['verdict'] == 'A/A'
    assert {t['arm'] for t in made['latency']} == {'A', 'B'}
    lost = blocks_lost(made)
    # Up to three lost ones are replaced.
    assert used(made) == 6 or lost == 3
    assert len(made['blocks']) == 1 + used(made) + lost


def used(made):
    return sum(b['used'] for b in made['blocks'])


def blocks_lost(made):
    """The number of blocks with an invalid trial. All trials are in the file:
    four in each block, and each has figures, or a reason why it has none."""
    trials = {t['id']: t for t in made['trials'] if t['block'] is not None}
    assert sum(len(b['trials']) for b in made['blocks']) == len(trials)
    lost = 0
    for block in made['blocks']:
        four = [trials.pop(number) for number in block['trials']]
        assert ''.join(t['arm'] for t in four) == block['order']
        assert {t['block'] for t in four} == {block['index']}
        good = [is_good(t) for t in four]
        assert block['used'] == (block['phase'] != 'warm' and all(good))
        lost += block['phase'] != 'warm' and not all(good)
    assert not trials
    return lost


def is_good(trial):
    """A window may close too late on a busy host."""
    if trial['validity'] == 'INVALID':
        assert trial['reasons'] and all(trial['reasons'])
        return False
    assert trial['ledger']['balances']
    assert trial['metrics']['datagrams_per_second'] > 0
    assert len(trial['slices']) == 10
    n = sum(s['datagrams'] for s in trial['slices'])
    assert n / trial['window_s'] == pytest.approx(
        trial['metrics']['datagrams_per_second'], rel=1e-4)
    return True


def workloads_judged(made, done):
    """Those with a valid trial. The exit code and the messages follow from the
    others: on a busy host, a workload may have none."""
    names = {t['workload'] for t in made['trials']}
    good = {t['workload'] for t in made['trials'] if is_good(t)}
    assert done.returncode == (0 if good == names else INVALID), done.stderr
    for name in names - good:
        assert name in done.stderr.split('no valid trial of')[1]
    return good


def test_its_file_is_verified(compared):
    done = perf('verify', str(compared[1]))
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_file_is_rendered(compared, tmp_path):
    for suffix in 'html', 'md', 'csv', 'xml', 'tap':
        out = tmp_path / f'report.{suffix}'
        done = perf('report', str(compared[1]), '-o', str(out))
        assert done.returncode == 0, done.stderr
        assert out.stat().st_size > 100


def test_a_run_interleaves_workloads_and_makes_a_table(tmp_path):
    path = tmp_path / 'run.json'
    done = perf('run', 'echo-recvfrom-single-64', 'echo-mmsg-single-64',
                *QUICK, '--rounds', '2', '--peers', 'none', '-o', str(path))
    made = document.load(path)
    good = workloads_judged(made, done)
    assert len(made['trials']) == 4
    halves = [{t['workload'] for t in made['trials'][i:i + 2]}
              for i in (0, 2)]
    assert halves[0] == halves[1] and len(halves[0]) == 2
    assert {c['workload'] for c in made['cells']} == good


def test_a_large_injected_delay_shows_in_the_servers_time(tmp_path):
    path = tmp_path / 'burn.json'
    perf('compare', *QUICK, '--screen', '6', '--confirm', '0', '--extend',
         '0', '--no-latency', '--b-opts', '--burn 5000', '-o', str(path))
    made = document.load(path)
    assert not made['aa']
    cost = {arm: sorted(t['metrics']['server_ns_per_datagram']
                        for t in made['trials'] if t['arm'] == arm
                        and t['validity'] != 'INVALID')
            for arm in 'AB'}
    if not all(cost.values()):  # too busy a host
        assert made['verdict'] == 'INVALID'
        return
    middle = {arm: values[len(values) // 2] for arm, values in cost.items()}
    assert middle['B'] - middle['A'] > 3000


def test_trains_of_a_peer_are_counted_as_by_our_own_server():
    """From the kernel's octets alone, compared with our own server's counters.
    """
    workload = parse('discard-mmsg-trains-1000')
    binary = arms.own_binary()
    with Places() as places:
        seat = places.place('loopback').seat(workload)
        if seat.server_netns is None:
            pytest.skip('no namespace of its own: others move the counters')
        with Server(trial.server_argv(arms.Arm('A', binary), workload, seat),
                    seat.server_cpus, seat.server_netns) as server, \
                Segment(f'/dev/shm/udpmill.{server.pid}') as segment:
            counted = foreign.DeliveredTrains(server.pid, 1000)
            counted.read()
            argv = trial.load_argv(binary, workload, seat,
                                   trial.Timing(0.05, 0.2), 1)
            with Program(argv, seat.client_cpus, seat.client_netns) as load:
                assert load.wait(30) in (0, 1), load.complaint()
            # Queries for consent and counters are datagrams, too.
            assert counted.read()['rx_datagrams'] == pytest.approx(
                segment.read()['rx_datagrams'], rel=0.05)


@pytest.mark.skipif(os.geteuid() != 0, reason='labs need root')
def test_a_path_is_opened_and_closed(tmp_path):
    lab = subprocess.run([LAB, 'run', '--', 'true'], text=True,
                           capture_output=True, check=False)
    if lab.returncode == 3:
        pytest.skip(lab.stderr.strip())
    path, before = tmp_path / 'veth.json', left()
    done = perf('run', 'echo-mmsg-trains-64-veth', *QUICK, '--rounds', '2',
                '-o', str(path))
    made = document.load(path)
    workloads_judged(made, done)
    assert len(made['trials']) == 2
    assert all(t['ledger']['answered'] for t in made['trials']
               if t['validity'] != 'INVALID')
    assert left() == before


@pytest.mark.skipif(os.geteuid() != 0, reason='sysctls need root')
def test_sysctls_differ_by_arm_and_are_restored(tmp_path):
    """One that each namespace has, and one of the whole host."""
    path = tmp_path / 'sysctl.json'
    host = pathlib.Path('/proc/sys/net/core/rmem_max')
    if not os.access(host, os.W_OK):
        pytest.skip('net.core.rmem_max is set in the first namespace only')
    done = None
    # Another run of this test, in another checkout, may have changed it.
    while not done or 'another run has changed it' in done.stderr:
        with host.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = host.read_text()
        done = perf('compare', *QUICK, '--screen', '6', '--confirm', '0',
                    '--extend', '0', '--no-latency', '--a-set', 'net.ipv4.udp_early_demux=1',
                    '--b-set', 'net.ipv4.udp_early_demux=0', '--b-set',
                    f'net.core.rmem_max={int(before) + 4096}', '-o', str(path))
    with host.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert host.read_text() == before
    made = document.load(path)
    assert done.returncode != 4, done.stderr
    assert made['complete'] and not made['aa']
    assert made['verdict'] in ('PASS', 'INCONCLUSIVE', 'IMPROVED', 'INVALID')


def test_an_interrupted_run_keeps_what_was_measured(tmp_path):
    path, before = tmp_path / 'cut.json', left()
    process = subprocess.Popen(
        [sys.executable, PERF, 'compare', '--seed', '7', '-o', str(path)],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # It prints its plan once it can be interrupted.
    assert 'trials' in process.stderr.readline()
    deadline = time.monotonic() + 60
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert 'interrupted' in error
    made = document.load(path)
    assert not made['complete'] and 'SIGINT' in made['stopped']
    assert left() == before


def test_invalid_server_options_are_reported_at_once():
    done = perf('compare', '--b-opts', '--batch 0', '-o', 'none', '-q')
    assert (done.returncode, done.stdout) == (2, '')
    assert 'B: ' in done.stderr and '--batch' in done.stderr
    assert done.stderr.count('\n') == 1


def test_a_server_that_dies_is_reported(tmp_path):
    """A program that claims to be udpmill, and then does not serve."""
    fake = tmp_path / 'udpmill'
    fake.write_text('#!/bin/sh\n[ "$1" = --version ] && echo udpmill 0.0.1 '
                    '|| { echo "cannot today" >&2; exit 9; }\n')
    fake.chmod(0o755)
    path = tmp_path / 'dead.json'
    done = perf('compare', str(fake), str(fake), *QUICK, '--screen', '6',
                '-o', str(path))
    made = json.loads(path.read_text())
    assert blocks_lost(made) == 3 and used(made) == 0
    # Trials of a warm-up block and of lost blocks.
    trials = [t for t in made['trials'] if t['block'] is not None]
    assert len(trials) == 16
    for trial in trials:
        assert trial['validity'] == 'INVALID'
        assert 'cannot today' in trial['error']
    assert (done.returncode, made['verdict']) == (0, 'A/A'), done.stderr
