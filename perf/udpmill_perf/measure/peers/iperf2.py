# SPDX-License-Identifier: MIT
"""iperf 2. Its datagrams must have room for its own header."""
from .peer import Peer, udp


def server(case):
    return ['iperf', '-s', '-u', '-B', case.host, '-p', str(case.port)]


def client(case):
    return ['iperf', '-c', case.host, '-p', str(case.port), '-u', '-b', '100g',
            '-l', str(max(case.bytes, 64)), '-t', str(case.seconds)]


PEER = Peer('iperf2', ('iperf',), 'sudo apt-get install iperf', ('flood',),
            server, client, udp)
