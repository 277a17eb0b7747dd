# SPDX-License-Identifier: MIT
"""iperf3 (esnet). Its generator sends single datagrams, or trains with --gsro,
which version 3.17 and later may have."""
import functools
import subprocess

from .peer import Peer, tcp


@functools.lru_cache(maxsize=1)
def has_gsro():
    done = subprocess.run(['iperf3', '--help'], capture_output=True,
                          text=True, check=False)
    return '--gsro' in done.stdout + done.stderr


def server(case):
    return ['iperf3', '-s', '-B', case.host, '-p', str(case.port), '-1']


def client(case):
    return ['iperf3', '-c', case.host, '-p', str(case.port), '-u', '-b', '0',
            '-l', str(case.bytes), '-t', str(case.seconds),
            '--udp-counters-64bit', *(['--gsro'] if case.case == 'trains'
                                      else [])]


def lacks(case):
    if case == 'trains' and not has_gsro():
        return 'this iperf3 has no --gsro; install 3.17 or newer'
    return None


PEER = Peer('iperf3', ('iperf3',), 'sudo apt-get install iperf3',
            ('flood', 'trains'), server, client, tcp, lacks)
