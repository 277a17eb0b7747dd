# SPDX-License-Identifier: MIT
"""nuttcp: its control connection is TCP at port + 1000."""
from .peer import Peer

CONTROL = 1000


def control(case):
    return str(case.port + CONTROL)


def server(case):
    return ['nuttcp', '-S', '--nofork', '-1', '-P', control(case)]


def client(case):
    return ['nuttcp', '-u', '-Ru', '-l', str(case.bytes), '-T',
            str(case.seconds), '-P', control(case), '-p', str(case.port),
            case.host]


PEER = Peer('nuttcp', ('nuttcp',), 'sudo apt-get install nuttcp', ('flood',),
            server, client,
            lambda case: ('tcp', case.port + CONTROL))
