# SPDX-License-Identifier: MIT
"""What the harness starts, found and counted: short, on real traffic."""
import os
import socket
import time

import pytest
from udpmill_perf.errors import PerfError
from udpmill_perf.host import process, seats
from udpmill_perf.host.process import Server
from udpmill_perf.measure import arms, foreign, ladder
from udpmill_perf.measure.peers import floor
from udpmill_perf.measure.segment import Segment
from udpmill_perf.measure.trial import Timing
from udpmill_perf.measure.workload import Workload

SERVE = ('serve', '127.0.0.1:0', '--workers', '1')


@pytest.fixture
def squatted():
    """What starts a server whose segment's usual name is taken."""
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


def test_of_a_server_that_was_killed_its_own_segment_goes(squatted):
    argv, made = squatted
    with Server(argv()) as server:
        made.append(f'/dev/shm/udpmill.{server.pid}')
        server.popen.kill()
        server.popen.wait()
        assert os.path.exists(server.segment)
    assert not os.path.exists(server.segment) and os.path.isdir(made[0])


def test_the_usual_name_is_found_and_none_where_none_is():
    with Server([arms.own_binary(), *SERVE]) as server:
        assert server.segment == f'{process.SEGMENTS}.{server.pid}'
    with Server([arms.own_binary(), *SERVE, '--counters', 'none']) as server:
        assert server.segment is None
    with pytest.raises(PerfError, match='exports no counters'):
        Segment(None)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2,
                    reason='server and generator want a CPU each')
@pytest.mark.parametrize('arrival', ['single', 'trains'])
@pytest.mark.parametrize('service', ['echo', 'discard'])
def test_the_floor_is_measured_as_a_peer(service, arrival):
    if floor.missing():
        pytest.skip(floor.missing())
    own = ladder.FloorWorkload(Workload(service, 'mmsg', arrival=arrival))
    with seats.Places() as places:
        seat = places.place('loopback').seat(own)
        made = foreign.measure(floor.PEER, own, seat, Timing(0.05, 0.3))
    assert made['error'] is None
    assert made['validity'] != 'INVALID', made['reasons']
    assert made['metrics']['server_ns_per_datagram'] > 0


def test_a_port_that_is_held_is_waited_for(monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(('127.0.0.1', 0))
        seat = seats.Seat((), (), port=held.getsockname()[1])
        monkeypatch.setattr(seats, 'FREE_S', 0)
        with pytest.raises(PerfError, match='still in use'):
            seat.wait_until_free()
        monkeypatch.setattr(seats, 'FREE_S', 10)
        monkeypatch.setattr(time, 'sleep', lambda _: held.close())
        seat.wait_until_free()
