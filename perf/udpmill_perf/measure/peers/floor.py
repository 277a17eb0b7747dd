# SPDX-License-Identifier: MIT
"""perf/floor: makes the system calls of a backend and does nothing else. Our
own generator loads it, on loopback only. It is not installed."""
import os

from .. import arms
from .peer import Peer, udp


def program():
    build = os.path.normpath(os.path.join(arms.own_binary(), '../../..'))
    return os.path.join(build, 'perf/floor')


def missing():
    """The reason why it cannot run here, or None."""
    if os.access(program(), os.X_OK):
        return None
    return ('the preset ladder needs perf/floor, which is not installed; run '
            'BUILD/src/cli/udpmill perf run -p ladder, with the udpmill in '
            'the build directory')


def server(case):
    return [program(), case.own.backend, case.own.service, case.port,
            *(['trains'] if case.trains else []),
            *(['spin'] if case.own.spin else [])]


def client(case):
    """Our own generator; for a spinning ping-pong, one that is as bare."""
    if case.own.arrival == 'pingpong' and case.own.spin:
        return [program(), 'ping', case.own.service, case.port]
    return [arms.own_binary(), 'load', f'{case.host}:{case.port}', '--quiet',
            '--time', f'{case.seconds}s', *case.own.load_options()]


PEER = Peer('floor', (), '', (), server, client, udp)
