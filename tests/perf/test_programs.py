# SPDX-License-Identifier: MIT
"""Programs that the harness starts are found and counted: short tests on real
traffic."""
import json
import os
import socket
import time

import pytest
from udpmill_perf.errors import PerfError
from udpmill_perf.host import process, seats
from udpmill_perf.host.process import Program, Server
from udpmill_perf.measure import arms, foreign, ladder
from udpmill_perf.measure.peers import floor
from udpmill_perf.measure.peers.peer import Case
from udpmill_perf.measure.segment import Segment
from udpmill_perf.measure.workload import Workload

SERVE = ('serve', '127.0.0.1:0', '--workers', '1')


@pytest.fixture
def squatted():
    """The prefix of a server's command whose segment's usual name is taken."""
    made = []

    def argv(*options):
        return ['sh', '-c', 'mkdir /dev/shm/udpmill.$$ && exec "$@"', 'sh',
                arms.own_binary(), *SERVE, *options]

    yield argv, made
    for path in made:
        os.rmdir(path)


def test_a_segment_is_found_under_another_name(squatted):
    argv, made = squatted
    with Server(argv()) as server:
        made.append(f'/dev/shm/udpmill.{server.pid}')
        assert server.segment.startswith(f'{made[0]}.')
        with Segment(server.segment) as segment:
            assert segment.pid == server.pid
            assert segment.read()['rx_datagrams'] == 0
    assert not os.path.exists(server.segment) and os.path.isdir(made[0])


def test_a_killed_servers_own_segment_is_removed(squatted):
    argv, made = squatted
    with Server(argv()) as server:
        made.append(f'/dev/shm/udpmill.{server.pid}')
        server.popen.kill()
        server.popen.wait()
        assert os.path.exists(server.segment)
    assert not os.path.exists(server.segment) and os.path.isdir(made[0])


def test_a_segment_is_found_under_its_usual_name_if_there_is_one():
    with Server([arms.own_binary(), *SERVE]) as server:
        assert server.segment == f'{process.SEGMENTS}.{server.pid}'
    with Server([arms.own_binary(), *SERVE, '--counters', 'none']) as server:
        assert server.segment is None
    with pytest.raises(PerfError, match='exports no counters'):
        Segment(None)


@pytest.mark.parametrize('arrival', ['single', 'trains'])
@pytest.mark.parametrize('service', ['echo', 'discard'])
def test_the_floor_is_counted_as_a_peer_is(service, arrival):
    """The kernel's count is what the floor says that it received."""
    if floor.missing():
        pytest.skip(floor.missing())
    own = ladder.FloorWorkload(Workload(service, 'mmsg', arrival=arrival))
    with seats.Places() as places:
        seat = places.place('loopback').seat(own)
        if seat.server_netns is None:
            pytest.skip('no namespace, and the host\'s counters are shared')
        case = Case(own.case, own.bytes, seat.host, seat.port, 1, own.own)
        with Program(floor.server(case), netns=seat.server_netns) as server:
            server.wait_until(lambda: foreign.is_open(
                server.pid, *floor.PEER.listens(case)), 20, 'not ready')
            counted = foreign.delivered_of(case, server.pid, True)
            start = counted.read()['rx_datagrams']
            with Program(floor.client(case), netns=seat.client_netns) as load:
                assert load.wait(60) in (0, 1), load.complaint()
            found = counted.read()['rx_datagrams'] - start
            assert server.stop() == 0
            told = json.loads(server.stdout().splitlines()[1])['datagrams']
    # The generator finds the longest train by sending one to itself, whose
    # octets may be counted as a datagram.
    assert 0 < found <= told + (arrival == 'trains')
    if service == 'echo':  # it ends when all are answered
        assert found >= told - 2


def test_a_port_in_use_is_waited_for(monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(('127.0.0.1', 0))
        seat = seats.Seat((), (), port=held.getsockname()[1])
        monkeypatch.setattr(seats, 'FREE_S', 0)
        with pytest.raises(PerfError, match='still in use'):
            seat.wait_until_free()
        monkeypatch.setattr(seats, 'FREE_S', 10)
        monkeypatch.setattr(time, 'sleep', lambda _: held.close())
        seat.wait_until_free()
