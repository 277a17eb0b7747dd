# SPDX-License-Identifier: MIT
"""iperf3 (esnet). Its generator sends single datagrams, or trains with --gsro,
which versions since 3.21 may have. As distributions have an older one, another
can be named for trains."""
import functools
import os
import subprocess

from .peer import Peer, tcp

OTHER = 'UDPMILL_IPERF3_GSRO'


def program(case):
    """The name or the path of the iperf3 for a case."""
    other = os.environ.get(OTHER)
    return other if case == 'trains' and other else 'iperf3'


@functools.lru_cache(maxsize=None)
def has_gsro(path):
    try:
        done = subprocess.run([path, '--help'], capture_output=True,
                              text=True, check=False)
    except OSError:
        return False
    return '--gsro' in done.stdout + done.stderr


def server(case):
    return [program(case.case), '-s', '-B', case.host, '-p', str(case.port),
            '-1']


def client(case):
    return [program(case.case), '-c', case.host, '-p', str(case.port), '-u', '-b', '0',
            '-l', str(case.bytes), '-t', str(case.seconds),
            '--udp-counters-64bit', *(['--gsro'] if case.case == 'trains'
                                      else [])]


def lacks(case):
    if case == 'trains' and not has_gsro(program(case)):
        return (f'{os.path.basename(program(case))} has no --gsro; name one '
                f'that has, such as 3.21, in {OTHER}')
    return None


PEER = Peer('iperf3', ('iperf3',), 'sudo apt-get install iperf3',
            ('flood', 'trains'), server, client, tcp, lacks)
