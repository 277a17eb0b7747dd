# SPDX-License-Identifier: MIT
"""A trial of a command's server. It exports no counters, so the kernel's and
the generator's are used.

A datagram counts when it was answered, or, if no reply is expected, when the
server received it. The kernel knows at any moment how many datagrams sockets
of the namespace have received, requests and replies alike; the generator
knows, after its run, how many were answered.
"""
import json
import os
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from ..errors import INVALID, USAGE, PerfError
from ..host.foreign_server import ForeignServer
from ..host.process import Program
from ..host.seats import Places
from . import family, trial, validity
from .requests import PAYLOAD
from .window import Watch, peak_bytes, snmp

READY_S = 15
PROBE = ('--count', '1', '--omit', '0s', '--timeout', '200ms', '--quiet')
PROBE_S = 20    # within which load ends that sends a single datagram
# In load's ledger: replies that are not among those that it calls answered.
OTHER_REPLIES = ('duplicate', 'late', 'stale', 'corrupt')


class Received:
    """Datagrams received by sockets in the namespace of pid, from now on."""

    def __init__(self, pid):
        self.pid, self.start = pid, 0
        self.start = self.read()['rx_datagrams']

    def read(self):
        return {'rx_datagrams': snmp(self.pid)['UdpInDatagrams'] - self.start}


@dataclass
class Scratch:
    """The directory of a trial: {dir}, and the payload."""
    folder: str
    payload: str

    def with_payload(self, options):
        return [self.payload if word == PAYLOAD else word for word in options]


@contextmanager
def scratch(workload):
    with tempfile.TemporaryDirectory(prefix='udpmill-perf-',
                                     ignore_cleanup_errors=True) as top:
        made = Scratch(os.path.join(top, 'server'), os.path.join(top, 'load'))
        os.mkdir(made.folder)
        # A server that gives up its privileges still has to read its files.
        for folder in top, made.folder:
            os.chmod(folder, 0o755)
        if workload.payload is not None:
            with open(made.payload, 'wb') as file:
                file.write(workload.payload)
        yield made


def probe(generator, workload, seat, place):
    """Whether the server answers a request."""
    argv = place.with_payload(
        [*trial.load_command(generator, workload, seat, 1), *PROBE])
    with Program(argv, seat.client_cpus, seat.client_netns) as load:
        code = load.wait(PROBE_S)
        if code in (2, 3):  # no server can change that
            raise PerfError(load.complaint())
        return code in (0, 1) and bool(
            json.loads(load.stdout())['ledger']['answered'])


@contextmanager
def started(arm, workload, seat, generator, place):
    """A server that is ready."""
    seat.wait_until_free()
    where = seat.host, seat.port, place.folder
    arm.command.lay_out(*where)
    with ForeignServer(arm.command.argv(*where), seat.server_cpus,
                       seat.server_netns) as server:
        server.wait_until_ready(
            lambda: not workload.answers or probe(generator, workload, seat,
                                                  place),
            seat.port, arm.ready_s)
        yield server


def try_out(arm, workload, generator):
    """Check that the arm's server starts and answers, before anything is
    measured."""
    own = arm.workload(workload)
    with Places() as places, scratch(own) as place:
        seat = places.place(own.path).seat(own)
        try:
            with started(arm, own, seat, generator, place):
                pass
        except PerfError as error:
            raise PerfError(
                f'{arm.name}: {error}', USAGE if error.exit_code == INVALID
                else error.exit_code) from None


def measure(arm, workload, seat, timing, generator, seed, pmu=None):
    """As trial.measure(), for an arm that is a command."""
    try:
        return _measure(arm, workload, seat, timing, generator, seed, pmu)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise PerfError(f'{type(error).__name__}: {error}', INVALID) from error


def _measure(arm, workload, seat, timing, generator, seed, pmu):
    with ExitStack() as stack:
        place = stack.enter_context(scratch(workload))
        server = stack.enter_context(
            started(arm, workload, seat, generator, place))
        load = None
        try:
            # The server may end at any moment, and its /proc files with it.
            received = Received(server.pid)
            load = stack.enter_context(Program(
                place.with_payload(trial.load_argv(generator, workload, seat,
                                                   timing, seed)),
                seat.client_cpus, seat.client_netns))
            members = family.of(server.pid)
            window, slices = trial.cut(
                Watch(received, {'server': members, 'client': load.pid,
                                 'harness': os.getpid()}, pmu), load, timing)
            code = load.wait(trial.SETTLE_S)
            total = received.read()['rx_datagrams']
        except (PerfError, OSError) as error:
            raise explained(error, server, load, workload) from error
        if not server.alive():
            raise PerfError(server.complaint(), INVALID)
        if code not in (0, 1):
            raise PerfError(load.complaint(), INVALID)
        steady = set(members) == set(family.of(server.pid))
        peak = sum(filter(None, map(peak_bytes, members)))
        report = json.loads(load.stdout())
    return result(window, slices, report, workload, Totals.of(
        total, report, workload, seat), steady, peak)


def explained(error, server, load, workload):
    """The error, or what it came from."""
    if isinstance(error, OSError):
        # A process loses its files in /proc a moment before it has ended.
        with suppress(subprocess.TimeoutExpired):
            server.popen.wait(1)
    if not server.alive():
        return PerfError(server.complaint(), INVALID)
    if load is None or load.alive():
        return error
    if load.popen.returncode not in (0, 1):
        return PerfError(load.complaint(), INVALID)
    if workload.pcap:
        return PerfError('the capture ended before the window; use a longer '
                         'one, a lower --speed, or a shorter --window and '
                         '--warm-up', INVALID)
    return error


@dataclass(frozen=True)
class Totals:
    """Of the whole run: datagrams that sockets received, that the server
    received, and that count."""
    received: int
    delivered: int
    counted: int
    own_counters: bool   # nobody else's datagrams are among them

    @classmethod
    def of(cls, received, load, workload, seat):
        ledger = load['ledger']
        replies = ledger['answered'] + sum(ledger[k] for k in OTHER_REPLIES)
        both = seat.server_netns == seat.client_netns and workload.answers
        delivered = max(received - replies, 0) if both else received
        counted = ledger['answered'] if workload.answers else delivered
        return cls(received, delivered, counted, seat.server_netns is not None)

    def share(self, received):
        """How many count, of so many that sockets received."""
        return round(received * self.counted / self.received) \
            if self.received else 0


def result(window, slices, load, workload, totals, steady, peak):
    window.counters['rx_datagrams'] = totals.share(window.datagrams)
    slices = [{**s, 'datagrams': totals.share(s['datagrams'])} for s in slices]
    verdict = validity.judge_foreign(
        window, load, workload, os.cpu_count(), totals.own_counters, steady)
    return trial.entry(
        *verdict, window,
        ledger={**trial.ledger(load), 'delivered': totals.delivered},
        slices=slices,
        kernel={name: n for name, n in window.kernel.items() if n},
        latency_ns=load['latency_ns'] if workload.rate else None,
        server_peak_bytes=peak, generator_user_ns=trial.user_ns(load),
        generator_cpu_ns=trial.cpu_ns(load))
