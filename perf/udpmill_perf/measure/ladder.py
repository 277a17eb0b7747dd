# SPDX-License-Identifier: MIT
"""The preset that judges the project's claims. It compares each backend with
the floor, with recvfrom receiving one datagram at a time, and with peers; and
it checks that the generator is fast enough."""
from dataclasses import dataclass

from .workload import BACKENDS, Workload

ROUNDS = 8  # the fewest that can show a FAIL with 99.5 % confidence
WORKS = (('discard', 'single'), ('discard', 'trains'),
         ('echo', 'single'), ('echo', 'trains'))
SAID = {'single': 'one by one', 'trains': 'in trains'}


@dataclass(frozen=True)
class FloorWorkload:
    """perf/floor instead of the server, with the same load."""
    own: Workload
    trains: bool = True  # it receives trains whole, as serve does by default
    peer = 'floor'

    @property
    def name(self):
        return f'floor-{self.own.name}'

    @property
    def case(self):
        return 'trains' if self.own.arrival == 'trains' else 'flood'

    def __getattr__(self, name):
        return getattr(self.own, name)

    def as_dict(self):
        return {**self.own.as_dict(), 'name': self.name, 'peer': self.peer}


def works(backend):
    """The workloads of a backend that have a floor. recvfrom receives no
    trains."""
    return [Workload(service, backend, arrival=arrival)
            for service, arrival in WORKS
            if (backend, arrival) != ('recvfrom', 'trains')]


def memory(backend):
    """A workload that uses all memory of a worker: the largest datagrams."""
    return Workload('echo', backend, 65507)


SINGLE = {service: Workload(service, 'recvfrom')
          for service in ('discard', 'echo')}
FLOOD, ECHO = (Workload(service, 'mmsg', arrival='trains')
               for service in ('discard', 'echo'))
ONE_FLOW = Workload('echo', 'recvfrom', flows=1)
MANY_FLOWS = Workload('echo', 'mmsg', arrival='trains', flows=10000)
PING, SPIN = (Workload('echo', 'recvfrom', arrival='pingpong', spin=spin)
              for spin in (0, 1))

# Over a veth, which needs root: so it is judged with the page of results, which
# leaves out what cannot run.
BY_SOCKETS, BY_FRAMES = (Workload('discard', path='veth', engine=engine)
                         for engine in ('mmsg', 'kernel'))

SAMPLED = [w for backend in BACKENDS for w in works(backend)]
WORKLOADS = (*SAMPLED, *map(FloorWorkload, SAMPLED), *map(memory, BACKENDS),
             ONE_FLOW, MANY_FLOWS, PING, SPIN)


def claim(text, figure, of, bound, to=None, least=False, unit=''):
    """of, to: names of workloads. figure: a key of judge/claims.py. least: the
    bound is a lower bound."""
    return {'text': text, 'figure': figure, 'of': of, 'to': to,
            'bound': bound, 'least': least, 'unit': unit}


def of_trains(backend):
    for service, factor in (('discard', 25), ('echo', 20)):
        yield claim(
            f'{backend}, {service} in trains: rate relative to recvfrom',
            'rate', Workload(service, backend, arrival='trains').name, factor,
            SINGLE[service].name, least=True)


def of_backend(backend):
    for w in works(backend):
        what = f'{backend}, {w.service} {SAID[w.arrival]}'
        yield claim(f'{what}: CPU time in user space', 'user_share', w.name,
                    8 if backend == 'recvfrom' else 4, unit='%')
        yield claim(f'{what}: CPU time relative to the floor', 'server_ns',
                    w.name, 1.05, FloorWorkload(w).name)
    yield claim(f'{backend}: memory of one worker', 'peak_mib',
                memory(backend).name, 28, unit='MiB')


def of_receiver():
    """What receives is the limit only if sending is cheap: the rest of the
    time is spent on the way to the server's socket."""
    yield claim('discard over a veth: generator\'s CPU time of frames from '
                'the kernel relative to sockets', 'generator_cpu_ns',
                BY_FRAMES.name, 0.75, BY_SOCKETS.name)


def of_generator():
    yield claim('flood in trains: rate relative to iperf3', 'rate', FLOOD.name,
                30, 'iperf3-flood-64', least=True)
    yield claim('echo in trains: rate relative to one flow, one by one',
                'rate', ECHO.name, 21, ONE_FLOW.name, least=True)
    for w in FLOOD, ECHO:
        yield claim(f'{w.service} in trains: generator\'s user time',
                    'generator_ns', w.name, 12, unit='ns')
    yield claim('10000 flows: rate relative to 8 flows', 'rate',
                MANY_FLOWS.name, 0.8, ECHO.name, least=True)
    for w, what, factor in ((SPIN, 'spinning', 15), (PING, 'blocking', 0.95)):
        yield claim(f'ping-pong, {what}: rate relative to sockperf', 'rate',
                    w.name, factor, 'sockperf-pingpong-64', least=True)


CLAIMS = (*(c for backend in BACKENDS[1:] for c in of_trains(backend)),
          claim('mmsg, echo one by one: CPU time relative to recvfrom',
                'server_ns', Workload('echo', 'mmsg').name, 0.65,
                SINGLE['echo'].name),
          *(c for backend in BACKENDS for c in of_backend(backend)),
          *of_generator())
