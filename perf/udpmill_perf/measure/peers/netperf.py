# SPDX-License-Identifier: MIT
"""netperf: UDP_STREAM and UDP_RR."""
from .peer import Peer, tcp


def server(case):
    return ['netserver', '-D', '-f', '-L', case.host, '-p', str(case.port)]


def client(case):
    common = ['netperf', '-H', case.host, '-p', str(case.port), '-l',
              str(case.seconds)]
    size = str(case.bytes)
    if case.case == 'pingpong':
        return [*common, '-t', 'UDP_RR', '--', '-r', f'{size},{size}']
    return [*common, '-t', 'UDP_STREAM', '--', '-m', size, '-R', '1']


PEER = Peer('netperf', ('netperf', 'netserver'),
            'in Debian: netperf, section non-free', ('flood', 'pingpong'),
            server, client, tcp)
