# SPDX-License-Identifier: MIT
"""A trial of a peer. The kernel counts what arrived in the peer's namespace.
If the peer shares the host's, other datagrams count too, and the trial says
so."""
import os
import subprocess
import time
from dataclasses import dataclass

from .. import outcomes
from ..errors import INVALID, PerfError
from ..host.foreign_server import is_open
from ..host.process import Program
from .peers.peer import Case
from .trial import TAIL_S, entry
from .validity import SHARED, of_host
from .window import Watch, Window, foreign_s, ip_octets, processes, snmp

READY_S = 15
HEADERS = 28  # octets of IPv4 and UDP


@dataclass
class Delivered:
    """The kernel's count, used instead of a segment. Over loopback, it counts
    requests and replies."""
    pid: int
    both_ends: bool

    def read(self):
        counters = snmp(self.pid)
        n = counters['UdpInDatagrams']
        return {'rx_datagrams': n // 2 if self.both_ends else n}


@dataclass
class DeliveredTrains:
    """The number of datagrams in trains. The kernel counts receives, each of a
    whole train or of a part, and octets. The datagrams delivered are computed
    from the octets, and from the share of receives that reached a socket."""
    pid: int
    bytes: int
    both_ends: bool = False
    total: float = 0.0
    last: tuple | None = None

    def _counts(self):
        counters = snmp(self.pid)
        payload = ip_octets(self.pid) - HEADERS * counters['IpInReceives']
        return (payload, counters['UdpInDatagrams'],
                counters['UdpInErrors'])

    def read(self):
        now = self._counts()
        if self.last:
            payload, given, lost = (a - b for a, b in zip(now, self.last))
            if given:
                self.total += payload / self.bytes * given / (given + lost)
        self.last = now
        return {'rx_datagrams': int(self.total / (1 + self.both_ends))}


def delivered_of(case, pid, same_namespace):
    answers = case.case == 'pingpong' or (
        case.own and case.own.service == 'echo')
    both_ends = bool(answers and same_namespace)
    if case.case == 'trains':
        return DeliveredTrains(pid, case.bytes, both_ends)
    return Delivered(pid, both_ends)


def cut(watch, client, start, timing):
    """(Window, slices): begins once a thousand datagrams arrived, for many
    of them speak with their server first."""
    client.wait_until(lambda: watch.datagrams()[1] - start >= 1000, READY_S,
                      f'{client.argv[0]}: sent fewer than 1000 datagrams')
    time.sleep(timing.warm_s)
    others = processes()
    first = watch.moment()
    time.sleep(timing.window_s)
    last = watch.moment()
    if not client.alive():
        raise PerfError(f'{client.argv[0]}: ended before the window',
                        INVALID)
    return Window(first, last, foreign_s(others, processes(), watch.own))


def measure(peer, workload, seat, timing):
    try:
        return _measure(peer, workload, seat, timing)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise PerfError(f'{type(error).__name__}: {error}', INVALID) from error


def _measure(peer, workload, seat, timing):
    seconds = int(timing.warm_s + timing.window_s + TAIL_S) + 2
    seat.wait_until_free()
    case = Case(workload.case, workload.bytes, seat.host, seat.port, seconds,
                workload.own, getattr(workload, 'trains', True))
    with Program(peer.server(case), seat.server_cpus,
                 seat.server_netns) as server:
        protocol, port = peer.listens(case)
        server.wait_until(lambda: is_open(server.pid, protocol, port), READY_S,
                          f'{server.argv[0]}: did not listen on {protocol} '
                          f'port {port}')
        delivered = delivered_of(case, server.pid, seat.server_netns
                                 == seat.client_netns)
        start = delivered.read()['rx_datagrams']
        with Program(peer.client(case), seat.client_cpus,
                     seat.client_netns) as client:
            watch = Watch(delivered, {'server': server.pid,
                                      'client': client.pid,
                                      'harness': os.getpid()})
            window = cut(watch, client, start, timing)
    return result(window, seat)


def result(window, seat):
    suspect = of_host(window, os.cpu_count())
    if seat.server_netns is None:
        suspect.append(SHARED)
    validity = outcomes.SUSPECT if suspect else outcomes.VALID
    if window.datagrams <= 0:
        validity, suspect = outcomes.INVALID, ['no datagram arrived']
    return entry(validity, suspect, window)
