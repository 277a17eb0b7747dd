# SPDX-License-Identifier: MIT
"""sockperf (Mellanox), with blocking calls, its default."""
from .peer import Peer, udp

MODES = {'flood': 'throughput', 'pingpong': 'ping-pong'}


def server(case):
    return ['sockperf', 'server', '-i', case.host, '-p', str(case.port)]


def client(case):
    return ['sockperf', MODES[case.case], '-i', case.host, '-p',
            str(case.port), '-m', str(case.bytes), '-t', str(case.seconds)]


PEER = Peer('sockperf', ('sockperf',), 'sudo apt-get install sockperf',
            tuple(MODES), server, client, udp)
