# SPDX-License-Identifier: MIT
"""The preset that judges the project's claims: each backend next to the
floor, to recvfrom that is asked one by one, and to peers; and whether the
generator is fast enough to be an instrument."""
from dataclasses import dataclass

from .workload import BACKENDS, Workload

ROUNDS = 8  # the fewest that can show at 99.5 % that a claim is missed
WORKS = (('discard', 'single'), ('discard', 'trains'),
         ('echo', 'single'), ('echo', 'trains'))
SAID = {'single': 'one by one', 'trains': 'trains'}


@dataclass(frozen=True)
class FloorWorkload:
    """perf/floor in the place of the server, asked alike."""
    own: Workload
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
    """Those of a backend that has a floor; recvfrom takes no trains."""
    return [Workload(service, backend, arrival=arrival)
            for service, arrival in WORKS
            if (backend, arrival) != ('recvfrom', 'trains')]


def memory(backend):
    """Only the largest datagrams touch all of the memory a worker has."""
    return Workload('echo', backend, 65507)


SINGLE = {service: Workload(service, 'recvfrom')
          for service in ('discard', 'echo')}
FLOOD, ECHO = (Workload(service, 'mmsg', arrival='trains')
               for service in ('discard', 'echo'))
ONE_FLOW = Workload('echo', 'recvfrom', flows=1)
MANY_FLOWS = Workload('echo', 'mmsg', arrival='trains', flows=10000)
PING, SPIN = (Workload('echo', 'recvfrom', arrival='pingpong', spin=spin)
              for spin in (0, 1))

SAMPLED = [w for backend in BACKENDS for w in works(backend)]
WORKLOADS = (*SAMPLED, *map(FloorWorkload, SAMPLED), *map(memory, BACKENDS),
             ONE_FLOW, MANY_FLOWS, PING, SPIN)


def claim(text, figure, of, bound, to=None, least=False, unit=''):
    """of, to: names of workloads. figure: of judge/claims.py. least: the bound
    is one from below."""
    return {'text': text, 'figure': figure, 'of': of, 'to': to,
            'bound': bound, 'least': least, 'unit': unit}


def of_trains(backend):
    for service, factor in (('discard', 25), ('echo', 20)):
        yield claim(
            f'{service} with trains, {backend}: rate to recvfrom\'s', 'rate',
            Workload(service, backend, arrival='trains').name, factor,
            SINGLE[service].name, least=True)


def of_backend(backend):
    for w in works(backend):
        what = f'{backend}, {w.service} {SAID[w.arrival]}'
        yield claim(f'{what}: user time, of its CPU', 'user_share', w.name,
                    8 if backend == 'recvfrom' else 4, unit='%')
        yield claim(f'{what}: CPU to the floor\'s', 'server_ns', w.name, 1.05,
                    FloorWorkload(w).name)
    yield claim(f'{backend}: memory of one worker', 'peak_mib',
                memory(backend).name, 28, unit='MiB')


def of_generator():
    yield claim('flood with trains: rate to iperf3\'s', 'rate', FLOOD.name, 30,
                'iperf3-flood-64', least=True)
    yield claim('echo with trains: rate to one flow\'s, one by one', 'rate',
                ECHO.name, 21, ONE_FLOW.name, least=True)
    for w in FLOOD, ECHO:
        yield claim(f'{w.service} with trains: generator\'s user time',
                    'generator_ns', w.name, 12, unit='ns')
    yield claim('10000 flows: rate to that of 8', 'rate', MANY_FLOWS.name, 0.8,
                ECHO.name, least=True)
    for w, what, factor in ((SPIN, 'spinning', 15), (PING, 'blocking', 0.95)):
        yield claim(f'ping-pong, {what}: rate to sockperf\'s', 'rate', w.name,
                    factor, 'sockperf-pingpong-64', least=True)


CLAIMS = (*(c for backend in BACKENDS[1:] for c in of_trains(backend)),
          claim('echo one by one, mmsg coupled: CPU to recvfrom\'s',
                'server_ns', Workload('echo', 'mmsg').name, 0.65,
                SINGLE['echo'].name),
          *(c for backend in BACKENDS for c in of_backend(backend)),
          *of_generator())
