# SPDX-License-Identifier: MIT
"""perf/floor: the system calls of a backend and nothing else, loaded by our
own generator. Built and not installed; on loopback only."""
import os

from .. import arms
from .peer import Peer, udp


def program():
    build = os.path.normpath(os.path.join(arms.own_binary(), '../../..'))
    return os.path.join(build, 'perf/floor')


def missing():
    """Why it cannot run here; None where it can."""
    if os.access(program(), os.X_OK):
        return None
    return ('the ladder climbs from perf/floor, which is built and not '
            'installed: BUILD/src/cli/udpmill perf run -p ladder would be '
            'right')


def server(case):
    return [program(), case.own.backend, case.own.service, case.port, 'trains']


def client(case):
    return [arms.own_binary(), 'load', f'{case.host}:{case.port}', '--quiet',
            '--time', f'{case.seconds}s', *case.own.load_options()]


PEER = Peer('floor', (), '', (), server, client, udp)
