# SPDX-License-Identifier: MIT
"""neper (Google): udp_stream and udp_rr."""
from .peer import Peer, tcp

PROGRAMS = {'flood': 'udp_stream', 'pingpong': 'udp_rr'}


def control(case):
    return ['-C', str(case.port), '-P', str(case.port + 1), '-l',
            str(case.seconds)]


def sizes(case):
    if case.case == 'pingpong':
        return ['-Q', str(case.bytes), '-R', str(case.bytes)]
    return ['-B', str(case.bytes)]


def server(case):
    return [PROGRAMS[case.case], *control(case), *sizes(case)]


def client(case):
    return [PROGRAMS[case.case], '-c', '-H', case.host, *control(case),
            *sizes(case)]


PEER = Peer('neper', tuple(PROGRAMS.values()),
            'not in Debian; https://github.com/google/neper', tuple(PROGRAMS),
            server, client, tcp)
