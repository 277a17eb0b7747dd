# SPDX-License-Identifier: MIT
"""Counting for programs that report nothing themselves, and settings that are
restored."""
import os
import signal

import pytest
from udpmill_perf.errors import PerfError
from udpmill_perf.host import sysctl
from udpmill_perf.measure import foreign
from udpmill_perf.measure.peers.peer import Case
from udpmill_perf.measure.workload import Workload


def counted(monkeypatch, rows, size=100):
    """rx_datagrams after each of the kernel's counts, given as (octets,
    packets, received, in error)."""
    found = foreign.DeliveredTrains(1, size)
    told = []
    for octets, packets, received, errors in rows:
        monkeypatch.setattr(foreign, 'snmp', lambda pid, row=(
            packets, received, errors): dict(zip(
                ('IpInReceives', 'UdpInDatagrams', 'UdpInErrors'), row)))
        monkeypatch.setattr(foreign, 'ip_octets', lambda pid, n=octets: n)
        told.append(found.read()['rx_datagrams'])
    return told


def test_a_train_received_whole_counts_each_datagram(monkeypatch):
    # Ten datagrams each, under one header.
    assert counted(monkeypatch, [(0, 0, 0, 0), (1028, 1, 1, 0),
                                 (10280, 10, 10, 0)]) == [0, 10, 100]


def test_a_train_that_was_split_is_not_counted_twice(monkeypatch):
    assert counted(monkeypatch, [(0, 0, 0, 0),
                                 (10280, 10, 100, 0)]) == [0, 100]


def test_datagrams_without_a_socket_are_not_counted(monkeypatch):
    assert counted(monkeypatch, [(0, 0, 0, 0),
                                 (10280, 10, 6, 4)]) == [0, 60]
    assert counted(monkeypatch, [(0, 0, 0, 0),
                                 (10280, 10, 0, 10)]) == [0, 0]


@pytest.mark.parametrize('case, kind', [
    ('flood', foreign.Delivered), ('pingpong', foreign.Delivered),
    ('trains', foreign.DeliveredTrains)])
def test_each_peer_is_counted_in_its_own_way(case, kind):
    made = foreign.delivered_of(Case(case, 64, '127.0.0.1', 1, 1), 1, True)
    assert type(made) is kind


def test_an_echo_on_loopback_is_counted_at_both_ends():
    """So the floor's count is halved, with trains too."""
    for arrival, kind in (('single', 'flood'), ('trains', 'trains')):
        for service, both in (('echo', True), ('discard', False)):
            own = Workload(service, arrival=arrival)
            case = Case(kind, 64, '127.0.0.1', 1, 1, own)
            assert foreign.delivered_of(case, 1, True).both_ends == both
            assert not foreign.delivered_of(case, 1, False).both_ends


def settings_in(folder, monkeypatch, there):
    """Uses files in place of the host's settings."""
    for key, value in there.items():
        (folder / key).write_text(value)
    monkeypatch.setattr(sysctl, 'path_of', lambda key: str(folder / key))


def test_a_host_setting_belongs_to_one_run_at_a_time(tmp_path, monkeypatch):
    """Otherwise each would restore what the other had set."""
    settings_in(tmp_path, monkeypatch, {'a.b': '1'})
    with sysctl.Sysctls(['a.b']) as first:
        first.apply({'a.b': '5'})
        with pytest.raises(PerfError, match='another run has changed it'):
            sysctl.Sysctls(['a.b'])
    assert (tmp_path / 'a.b').read_text() == '1'
    with sysctl.Sysctls(['a.b']):
        pass


def test_a_signal_waits_until_settings_are_restored(tmp_path, monkeypatch):
    """Otherwise some of them would stay as an arm had set them."""
    there, written = {'a.b': '1', 'c.d': '2'}, []
    settings_in(tmp_path, monkeypatch, there)

    def write(key, value):
        written.append(key)
        os.kill(os.getpid(), signal.SIGTERM)
        there[key] = value

    def stop(*_):
        raise InterruptedError

    monkeypatch.setattr(sysctl, 'read', there.get)
    settings = sysctl.Sysctls(there)
    there.update({'a.b': '5', 'c.d': '6'})
    monkeypatch.setattr(sysctl, 'write', write)
    old = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(InterruptedError):
            settings.__exit__()
    finally:
        signal.signal(signal.SIGTERM, old)
    assert there == {'a.b': '1', 'c.d': '2'}
    assert written == ['a.b', 'c.d']
