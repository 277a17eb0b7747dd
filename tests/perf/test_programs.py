# SPDX-License-Identifier: MIT
"""What the harness starts, found and counted: short, on real traffic."""
import os

import pytest
from udpmill_perf.errors import PerfError
from udpmill_perf.host import process
from udpmill_perf.host.process import Server
from udpmill_perf.measure import arms
from udpmill_perf.measure.segment import Segment

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
