# SPDX-License-Identifier: MIT
"""Servers that are not udpmill's, measured: short, and judged by what does not
depend on how fast this machine is."""
import json
import os
import pathlib
import shlex
import signal
import sys
import time

import pytest
from udpmill_perf import main
from udpmill_perf.errors import PerfError
from udpmill_perf.file import document
from udpmill_perf.host.foreign_server import ForeignServer, marked
from udpmill_perf.host.seats import Places
from udpmill_perf.measure import arms, command, commanded, trial as trials
from udpmill_perf.measure.requests import Requests
from udpmill_perf.measure.trial import Timing
from udpmill_perf.measure.window import Watch

SERVER = pathlib.Path(__file__).with_name('strange_server.py')
QUICK = ['--window', '250ms', '--warm-up', '50ms', '--seed', '7', '-q',
         '--screen', '6', '--confirm', '0', '--extend', '0']

pytestmark = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2,
    reason='server and generator want a CPU each')


def line(*words):
    return shlex.join([sys.executable, str(SERVER), '{host}', '{port}',
                       *map(str, words)])


def measure(text, requests, timing=Timing(0.05, 0.25), ready_s=30):
    arm = command.CommandArm.of('A', command.parse('--a-cmd', text, []), {},
                                'A', ready_s)
    with Places() as places:
        seat = places.place(requests.path).seat(requests)
        return commanded.measure(arm, requests, seat, timing,
                                 arms.own_binary(), 7), seat


class PatientWatch(Watch):
    """Its window lasts until something has arrived, on any host."""
    before = None

    def moment(self):
        end = time.monotonic() + 60
        while (self.before is not None and time.monotonic() < end
               and self.datagrams()[1] < self.before + 100):
            time.sleep(0.01)
        made = super().moment()
        self.before = made.counters['rx_datagrams']
        return made


@pytest.fixture
def patient(monkeypatch):
    """The generator goes on until the window has ended."""
    cut = trials.cut

    def cut_and_end(watch, load, timing):
        found = cut(watch, load, timing)
        load.popen.send_signal(signal.SIGINT)
        return found

    monkeypatch.setattr(trials, 'cut', cut_and_end)
    monkeypatch.setattr(trials, 'FIRST_S', 60)
    monkeypatch.setattr(trials, 'TAIL_S', 90)
    monkeypatch.setattr(commanded, 'Watch', PatientWatch)


def measured(text, requests):
    """A trial that a busy host has not spoiled; the last one otherwise."""
    for _ in range(5):
        try:
            trial, seat = measure(text, requests)
        except PerfError as error:
            failed = error
            continue
        if seat.server_netns is None:
            pytest.skip('no namespace of its own: others move the counters')
        return trial
    raise failed


@pytest.mark.parametrize('replies, share', [('1', 1), ('half', 2)])
@pytest.mark.usefixtures('patient')
def test_what_the_server_received_is_counted(replies, share, tmp_path):
    told = tmp_path / 'told'
    trial = measured(line(replies, 0, told), Requests(b'0123456789'))
    assert trial['validity'] in ('VALID', 'SUSPECT'), trial['reasons']
    ledger = trial['ledger']
    # Requests of load that ask whether it is ready come first.
    assert 1 <= int(told.read_text()) - ledger['delivered'] <= 20
    assert ledger['delivered'] == pytest.approx(ledger['answered'] * share,
                                                rel=0.05, abs=10)
    rate = trial['metrics']['datagrams_per_second']
    assert rate * trial['window_s'] == pytest.approx(
        sum(s['datagrams'] for s in trial['slices']), rel=1e-3, abs=10)
    assert 0 < rate * trial['window_s'] <= ledger['answered'] * 1.01
    assert trial['metrics']['server_ns_per_datagram'] > 0
    assert trial['server_peak_bytes'] > 1 << 20


@pytest.mark.usefixtures('patient')
def test_probes_are_checked_when_nothing_is_said():
    trial = measured(line(1), Requests())
    assert trial['validity'] in ('VALID', 'SUSPECT'), trial['reasons']
    assert trial['ledger']['answered'] > 0


@pytest.mark.usefixtures('patient')
def test_of_a_server_that_is_silent_the_received_count(tmp_path):
    told = tmp_path / 'told'
    trial = measured(line(0, 0, told), Requests(b'x', expect='none'))
    assert trial['validity'] in ('VALID', 'SUSPECT'), trial['reasons']
    assert trial['ledger']['answered'] == 0
    assert 0 < trial['ledger']['delivered'] <= int(told.read_text())


@pytest.mark.usefixtures('patient')
def test_all_processes_of_a_server_are_counted(tmp_path):
    """The shell does nothing: its child does the work."""
    trial = measured('sh -c ' + shlex.quote(line(1, 200) + '; true'),
                     Requests(b'x'))
    assert trial['metrics']['server_ns_per_datagram'] > 500
    assert trial['server_peak_bytes'] > 4 << 20


def test_what_a_server_left_running_is_ended(tmp_path):
    path = tmp_path / 'up'
    text = f'setsid sh -c "touch {path}; exec sleep 300" & exec sleep 300'
    with ForeignServer(['sh', '-c', text]) as server:
        server.wait_until(path.exists, 30, 'not started')
        assert len(list(marked(server.mark))) >= 2
    assert not list(marked(server.mark))


def test_a_server_that_dies_is_reported():
    dying = line(1) + ' & sleep 0.6; echo tired >&2; kill $!; exit 7'
    with pytest.raises(PerfError, match='exit code 7; it wrote: tired'):
        measure('sh -c ' + shlex.quote(dying), Requests(b'x'),
                Timing(0.05, 30))


def test_a_server_that_dies_before_the_load_is_reported(monkeypatch):
    real = commanded.Received

    def late(pid):
        while os.path.exists(f'/proc/{pid}/net/snmp'):
            time.sleep(0.01)
        return real(pid)

    monkeypatch.setattr(commanded, 'Received', late)
    test_a_server_that_dies_is_reported()


def test_a_capture_is_replayed(tmp_path):
    """Over and over if no speed is given, else once."""
    path = tmp_path / 'a.pcap'
    path.write_bytes(capture(5000, 100e-6))
    for speed in '', '0.2':
        trial = measured(line(1), Requests(pcap=str(path), speed=speed))
        assert trial['ledger']['answered'] > 0
    with pytest.raises(PerfError, match='the capture ended before'):
        measure(line(1), Requests(pcap=str(path), speed='1'), Timing(0.05, 5))


def capture(n, apart):
    """A pcap file of raw IPv4: n datagrams, so many seconds apart."""
    def record(i):
        at = i * apart
        payload = i.to_bytes(4, 'big')
        packet = (bytes([0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1,
                         10, 0, 0, 2, 0x10, i % 8, 0, 53, 0, 12, 0, 0])
                  + payload)
        head = (int(at), int(at % 1 * 1e6), len(packet), len(packet))
        return b''.join(v.to_bytes(4, 'little') for v in head) + packet
    head = (0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 101)
    return b''.join([*(v.to_bytes(4, 'little') for v in head),
                     *map(record, range(n))])


def not_ready(text, ready, told, capsys):
    assert main.main(['compare', '--a-cmd', text, '--payload', 'text:x',
                      '--ready', ready, '-o', 'none', '-q']) == 2
    said = capsys.readouterr()
    assert 'A: ' in said.err and told in said.err
    assert said.err.count('\n') == 1 and not said.out


@pytest.mark.parametrize('text, ready, told', [
    ('sh -c "echo no such zone >&2; exit 3" {port}', '60s',
     'ended with exit code 3; it wrote: no such zone'),
    ('sh -c "exit 0" {port}', '60s', 'goes into the background'),
    ('sh -c "echo waiting; exec sleep 60" {port}', '500ms',
     'did not open UDP port')])
def test_a_server_that_is_not_ready_is_told_at_once(text, ready, told, capsys):
    not_ready(text, ready, told, capsys)


def test_a_server_that_does_not_answer_is_told(monkeypatch, capsys):
    """However long it takes to start: that is not counted here."""
    wait = ForeignServer.wait_until_ready

    def wait_for_port_first(server, answers, port, seconds):
        wait(server, lambda: True, port, 60)
        wait(server, answers, port, seconds)

    monkeypatch.setattr(ForeignServer, 'wait_until_ready',
                        wait_for_port_first)
    not_ready(line(0), '500ms', 'did not answer a request within 0.5 s',
              capsys)


def test_two_commands_are_compared(tmp_path, capsys):
    path, page = tmp_path / 'out.json', tmp_path / 'out.html'
    code = main.main(['compare', '--a-cmd', line(1), '--b-cmd',
                      line(1, 20000), '--payload', 'text:hello', *QUICK,
                      '--no-latency', '-o', str(path), '--report', str(page)])
    capsys.readouterr()
    made = document.load(path)
    assert made['complete'] and not made['aa'] and code in (1, 3, 5)
    assert 'answered' in made['notes'][0] and 'answered' in page.read_text()
    assert [a['binary'] for a in made['arms']] == 2 * [
        os.path.abspath(sys.executable)]
    good = {arm: [t['metrics']['datagrams_per_second']
                  for t in made['trials'] if t['arm'] == arm
                  and t['validity'] != 'INVALID'] for arm in 'AB'}
    if good['A'] and good['B']:
        assert max(good['A']) > max(good['B'])
    assert main.main(['verify', str(path)]) == 0
    assert json.loads(path.read_text())['workloads'][0]['payload'] == (
        b'hello'.hex())
